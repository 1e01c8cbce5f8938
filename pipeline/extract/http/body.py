"""The body of a response: read with limits on size and time, and parsed where JSON was requested."""

from __future__ import annotations

import json
import re
import time
import zlib
from http.client import IncompleteRead
from typing import NoReturn

import requests
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from pipeline.extract.http.errors import BadResponseError, TimedOutError, TooLargeError
from pipeline.extract.http.guard import redact_url
from pipeline.extract.http.gzip import Gzip
from pipeline.extract.http.responses import parse_length

_CHUNK = 1 << 16
_GZIP = frozenset({"gzip", "x-gzip"})
_COMPRESSIONS = _GZIP | {"deflate", "br", "zstd", "compress", "x-compress"}
_TITLE = re.compile(rb"<(title|h1)[^>]*>([^<]*)", re.IGNORECASE)


class Deadline:
    """The time by which a response must be complete; `until` is a value of `time.monotonic`."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.until = seconds, time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.until - time.monotonic()

    def check(self, url: str) -> None:
        """Do nothing before the deadline.

        Raises:
            TimedOutError: the deadline is over.
        """
        if self.left() <= 0:
            raise TimedOutError(
                f"{redact_url(url)}: could not be fetched: not complete after {self.seconds:.4g} seconds, the limit; "
                "nothing was kept, try again later"
            )


def read_body(response: requests.Response, size_cap: int, deadline: Deadline) -> bytes:
    """Return the complete body, decompressed.

    Reading stops as soon as the decompressed size exceeds the cap, whatever length was announced.

    Args:
        response: a response whose body was not read yet.
        size_cap: bytes, decompressed.
        deadline: when the body must be complete.

    Raises:
        TooLargeError: over the cap.
        TimedOutError: over the deadline.
        BadResponseError: truncated, or not compressed as its header says.
        requests.RequestException: the connection broke.
    """
    content = bytearray()
    stream, gzip = response.raw, Gzip() if _is_compressed(response) else None
    try:
        # read1 returns what is there; read would wait for a full chunk, and for hours if bytes arrive slowly.
        while chunk := stream.read1(_CHUNK, decode_content=False):
            content += gzip.decompress(chunk, size_cap + 1 - len(content)) if gzip else chunk
            if len(content) > size_cap:
                size = f"{size_cap >> 20} MiB" if size_cap >= 1 << 20 else f"{size_cap} bytes"
                raise TooLargeError(
                    f"{redact_url(response.url)}: more than {size}, the limit for this request; nothing was kept"
                )
            deadline.check(response.url)
    except zlib.error as error:
        raise _bad_response(response.url, "not compressed as it says") from error
    except (HTTPError, OSError) as error:
        # The connection was perhaps closed because time is over.
        deadline.check(response.url)
        _explain_break(response, error)
    # Without a length, a closed connection looks like the end.
    deadline.check(response.url)
    announced = parse_length(response)
    if announced is not None and stream.tell() != announced:
        raise _truncated(response)
    if gzip and not gzip.is_complete:
        raise _bad_response(response.url, "truncated: the compressed bytes end in the middle")
    return bytes(content)


def _is_compressed(response: requests.Response) -> bool:
    """Return whether the body is compressed by gzip.

    Names that are no compression, such as `utf-8`, are sent by some servers, and mean nothing.

    Raises:
        BadResponseError: it is compressed otherwise, or several times, which was not requested.
    """
    codings = [coding.strip() for coding in response.headers.get("Content-Encoding", "").lower().split(",")]
    compressed = [coding for coding in codings if coding in _COMPRESSIONS]
    if len(compressed) > 1 or not _GZIP.issuperset(compressed):
        raise _bad_response(response.url, f"compressed as {', '.join(compressed[:5])}, which was not requested")
    return bool(compressed)


def _explain_break(response: requests.Response, error: Exception) -> NoReturn:
    """Raise the error for a body that could not be read to its end."""
    if isinstance(error, ReadTimeoutError):
        raise requests.ReadTimeout(error) from error
    if isinstance(error, ProtocolError) and any(isinstance(cause, IncompleteRead) for cause in error.args):
        raise _truncated(response) from error
    raise requests.ConnectionError(error) from error


def parse_content(content: bytes, accept: str, url: str) -> object:
    """Return the parsed body where JSON was requested, else None.

    Args:
        content: the complete body.
        accept: the requested media type, `*/*` for any.
        url: its address.

    Raises:
        BadResponseError: the body is not complete JSON, or a web page where data was requested.
    """
    is_html = content[:256].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    if is_html and not url.partition("?")[0].endswith((".html", ".htm")):
        expected = "the file" if accept == "*/*" else accept.partition(",")[0]
        raise _bad_response(url, f"a web page came instead of {expected} ({_page_title(content)})")
    return None if accept == "*/*" else _parse_json(content, url)


def _parse_json(content: bytes, url: str) -> object:
    try:
        parsed: object = json.loads(content)
    except UnicodeDecodeError as error:
        raise _bad_response(url, "not valid JSON: not encoded in UTF-8") from error
    except json.JSONDecodeError as error:
        text = " ".join(error.doc[error.pos : error.pos + 100].split()) or "nothing"
        where = f"character {error.pos:,} of {len(error.doc):,}, which reads {text!r}"
        raise _bad_response(url, f"not valid JSON: {error.msg.lower()} at {where}") from error
    except ValueError as error:
        raise _bad_response(url, f"JSON that cannot be read: {error}") from error
    except RecursionError as error:
        raise _bad_response(url, "JSON that is nested too deeply to be read") from error
    return parsed


def _page_title(content: bytes) -> str:
    title = _TITLE.search(content[:65536])
    return repr(" ".join(title.group(2).decode("utf-8", "replace").split())[:100]) if title else "without a title"


def _truncated(response: requests.Response) -> BadResponseError:
    announced = parse_length(response)
    length = f"{response.raw.tell()} of {announced} bytes came" if announced is not None else "it ends in the middle"
    return _bad_response(response.url, f"truncated: {length}")


def _bad_response(url: str, problem: str) -> BadResponseError:
    return BadResponseError(f"{redact_url(url)}: {problem}; nothing was kept, try again later")
