"""The body of an answer, read with a limit on its size and its time, and held against what was asked for."""

from __future__ import annotations

import json
import re
from http.client import IncompleteRead
from typing import TYPE_CHECKING

from pipeline.extract.http.answers import BadAnswerError, TooLargeError
from pipeline.extract.http.guard import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

_CHUNK = 1 << 16
#: Where a server's program failed while it was writing an answer whose 200 was already sent.
_FAILURE_TEXT = re.compile(
    rb"\n\s+at [\w.$]+\([\w.]+(:\d+)?\)|\n(Exception in thread|Traceback \(most recent)|(^|\n)[\w.]+(Exception|Error): "
)


def read_body(
    response: requests.Response, size_cap: int, is_late: Callable[[], bool], too_slow: Callable[[str], Exception]
) -> bytes:
    """Return the whole body, decompressed.

    What decompresses to more than the cap is given up on as soon as it does, whatever length was announced.

    Args:
        response: an answer whose body was not read yet.
        size_cap: bytes, decompressed.
        is_late: whether the time is over.
        too_slow: what to raise then.

    Raises:
        TooLargeError: over the cap.
        BadAnswerError: cut, or not compressed as it says.
        requests.RequestException: the connection broke.
    """
    import requests
    from urllib3.exceptions import DecodeError, HTTPError, ProtocolError, ReadTimeoutError

    content, stream = bytearray(), response.raw
    try:
        # read1, because read waits until so many bytes are there: a drip would keep it for hours.
        while chunk := stream.read1(_CHUNK, decode_content=True):
            content += chunk
            if len(content) > size_cap:
                raise TooLargeError(
                    f"{shown(response.url)}: more than {_size(size_cap)}; this is more than what was asked for can be; "
                    "nothing was kept"
                )
            if is_late():
                raise too_slow(response.url)
    except ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from error
    except DecodeError as error:
        raise BadAnswerError(
            f"{shown(response.url)}: not compressed as it says; nothing was kept, try again later"
        ) from error
    except ProtocolError as error:
        if any(isinstance(one, IncompleteRead) for one in error.args):
            raise BadAnswerError(_cut(response, stream.tell())) from error
        raise requests.ConnectionError(error) from error
    except HTTPError as error:
        raise requests.ConnectionError(error) from error
    came = stream.tell()
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and came != int(announced):
        raise BadAnswerError(_cut(response, came))
    return bytes(content)


def _cut(response: requests.Response, came: int) -> str:
    announced = response.headers.get("Content-Length")
    length = f"{came} of {announced} bytes came" if announced else "it ends in the middle"
    return f"{shown(response.url)}: truncated: {length}; nothing was kept, try again later"


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count} bytes"


def check_content(content: bytes, kind: str, accept: str, url: str) -> object:
    """Hold a body against the media type that was asked for; return what it says where that is JSON, else None.

    Args:
        content: the whole body.
        kind: its Content-Type.
        accept: the media type that was asked for, `*/*` for any.
        url: where it is from.

    Raises:
        BadAnswerError: it is of another type, no whole JSON, or has the text of a program's failure at its end.
    """
    wanted, found = _media_type(accept), _media_type(kind)
    start = content[:256].lstrip().lower()
    looks_html = start.startswith((b"<!doctype html", b"<html"))
    again = "nothing was kept, try again later"
    if looks_html and wanted != "text/html" and not url.partition("?")[0].endswith((".html", ".htm")):
        raise BadAnswerError(f"{shown(url)}: a web page came instead of {_what(wanted)} ({_title(content)}); {again}")
    if _is_json(wanted):
        return _parsed(content, url, again)
    if wanted != "*/*" and found not in ("", wanted):
        raise BadAnswerError(f"{shown(url)}: {found} came instead of {wanted}; {again}")
    if wanted != "*/*" and (failure := _FAILURE_TEXT.search(content[-8192:])):
        said = failure.group(0).decode("utf-8", "replace").strip()[:80]
        raise BadAnswerError(f"{shown(url)}: the answer ends with an error of the server ({said}…); {again}")
    return None


def _parsed(content: bytes, url: str, again: str) -> object:
    try:
        parsed: object = json.loads(content)
    except UnicodeDecodeError as error:
        raise BadAnswerError(f"{shown(url)}: no JSON: not encoded in UTF-8; {again}") from error
    except json.JSONDecodeError as error:
        at = error.pos
        said = " ".join(error.doc[at : at + 100].split()) or "nothing"
        raise BadAnswerError(
            f"{shown(url)}: no whole JSON: {error.msg.lower()} at character {at:,} of {len(error.doc):,}, where "
            f"{said!r} stands; {again}"
        ) from error
    except RecursionError as error:
        raise BadAnswerError(f"{shown(url)}: JSON that is nested too deeply to be read; {again}") from error
    return parsed


def _media_type(text: str) -> str:
    return text.partition(",")[0].partition(";")[0].strip().lower()


def _is_json(kind: str) -> bool:
    return kind.endswith(("/json", "+json"))


def _what(wanted: str) -> str:
    return "the file" if wanted == "*/*" else wanted


def _title(content: bytes) -> str:
    found = re.search(rb"<(title|h1)[^>]*>([^<]*)", content[:65536], re.IGNORECASE)
    return repr(" ".join(found.group(2).decode("utf-8", "replace").split())[:100]) if found else "without a title"
