"""Which addresses may be asked: public ones, and this machine where the URL itself says so."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from urllib.parse import SplitResult

    from urllib3 import HTTPResponse

_SECRET = re.compile(r"(?i)token|secret|passw|pwd|api_?key|^key$|auth|sig(nature)?$|credential|session")
_LOOPBACK_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost")


def shown(url: str) -> str:
    """Return a URL as messages print it: no user name or password, no value of a parameter that may be secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = parts.query
    if _SECRET.search(query):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(key, "***" if _SECRET.search(key) else value) for key, value in pairs], safe="*")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"***@{host}" if "@" in parts.netloc else host, parts.path, query, ""))


def is_loopback(host: str) -> bool:
    """Tell whether a URL's host is this machine by its very name."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") in _LOOPBACK_NAMES


def split_address(url: str) -> SplitResult:
    """Return the parts of a URL that can be asked.

    Raises:
        SourceError: it is no http(s) address, or a user name or password stands in it.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError as error:
        raise SourceError(f"{url}: could not be fetched: no valid address ({error}); correct it") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"{shown(url)}: could not be fetched: no address that begins with http:// or https://")
    if "@" in parts.netloc:
        raise SourceError(
            f"{shown(url)}: could not be fetched: a user name or password in an address would be kept in the manifest; "
            "put them into ~/.netrc"
        )
    return parts


def check_host(host: str, port: int, private_hosts: Collection[str]) -> None:
    """Refuse a host with an address that is not public.

    Raises:
        SourceError: one of its addresses is within a private network, or this machine under another name.
        OSError: the name cannot be resolved.
    """
    if is_loopback(host) or host.lower() in private_hosts:
        return
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        _check_address(host, str(address[0]))


def _check_address(host: str, text: str) -> None:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if not address.is_global or not mapped.is_global or mapped.is_multicast:
        raise SourceError(
            f"{host}: has the address {address}, which is not public; it was not asked. If it is meant, name the host "
            "in TWINTOWNS_PRIVATE_HOSTS"
        )


class GuardedAdapter(HTTPAdapter):
    """Connects to what `check_host` allows; looks again at the address that a connection really got.

    A name may be resolved to another address from one moment to the next. Where the environment names a proxy, that
    proxy connects, and only hosts that are addresses themselves are checked.
    """

    def __init__(self, private_hosts: Collection[str]) -> None:
        self._private_hosts = frozenset(private_hosts)
        #: When the headers of the running request must be there, by `time.monotonic`.
        self.until = float("inf")
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:  # noqa: ANN401, FBT001, FBT002
        """Make the pools of direct connections."""
        super().init_poolmanager(connections, maxsize, block, **options)
        adapter, allowed = self, self._private_hosts

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                connection = super()._new_conn()
                if not is_loopback(self.host) and self.host.lower() not in allowed:
                    try:
                        _check_address(self.host, str(connection.getpeername()[0]))
                    except BaseException:
                        connection.close()
                        raise
                return connection

            def getresponse(self) -> HTTPResponse:  # type: ignore[override]
                with _cut_off(self.sock, adapter.until - time.monotonic()):
                    return super().getresponse()

        class Encrypted(Plain, HTTPSConnection):
            pass

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}


@contextmanager
def _cut_off(connection: socket.socket | None, seconds: float) -> Iterator[None]:
    """End a connection that is still awaited after so many seconds: headers may drip as slowly as bodies."""

    def cut() -> None:
        with suppress(OSError):
            assert connection is not None
            connection.shutdown(socket.SHUT_RDWR)

    if connection is None or seconds > threading.TIMEOUT_MAX:
        yield
        return
    timer = threading.Timer(max(seconds, 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
