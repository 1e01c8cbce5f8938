"""Protection against server-side request forgery (SSRF): which hosts may get a request.

Public addresses may, and this machine where the URL itself names it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from pipeline.errors import SourceError
from pipeline.sources.address import parse_address

if TYPE_CHECKING:
    from collections.abc import Collection
    from urllib.parse import SplitResult

    from urllib3 import HTTPResponse

    from pipeline.extract.http.watchdog import Watchdog

_SECRET = re.compile(r"(?i)token|secret|passw|pwd|api_?key|^key$|auth|sig(nature)?$|credential|session")
#: Letters of an address in a message; a server may redirect to one of 60 kB.
_SHOWN = 1000
_LOOPBACK_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost")


def redact_url(url: str) -> str:
    """Return a URL for messages: without user name, password and the values of parameters that may be secret."""
    try:
        parts = urlsplit(url)
        query = parts.query
        if _SECRET.search(query):
            pairs = parse_qsl(query, keep_blank_values=True)
            query = urlencode([(key, "***" if _SECRET.search(key) else value) for key, value in pairs], safe="*")
        host = parts.netloc.rpartition("@")[2]
        text = urlunsplit((parts.scheme, f"***@{host}" if "@" in parts.netloc else host, parts.path, query, ""))
    except ValueError:
        text = re.sub(r"//[^/]*@", "//***@", url.partition("?")[0])
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def is_loopback(host: str) -> bool:
    """Return whether a host name or address of a URL means this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") in _LOOPBACK_NAMES


def split_url(url: str) -> SplitResult:
    """Return the parts of a valid URL.

    Raises:
        SourceError: it is no http(s) address, or it contains a user name or password.
    """
    try:
        return parse_address(url)
    except ValueError as error:
        raise SourceError(f"{redact_url(url)}: could not be fetched: {error}") from error


def check_host(url: str, private_hosts: Collection[str]) -> None:
    """Check that every address of a URL's host is public. A name that cannot be resolved fails when it is requested.

    Raises:
        SourceError: an address is in a private network, or is this machine under another name.
    """
    parts = split_url(url)
    host = parts.hostname or ""
    # A proxy resolves names itself: only hosts that are addresses can be checked.
    if get_environ_proxies(url) and not re.fullmatch(r"[0-9.]+|.*:.*", host):
        return
    if not is_loopback(host) and host.lower() not in private_hosts:
        with suppress(OSError):
            for *_, address in socket.getaddrinfo(host, parts.port, type=socket.SOCK_STREAM):
                _check_address(f"{redact_url(url)}: could not be fetched: {host}", str(address[0]))


def _check_address(host: str, text: str) -> None:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if not address.is_global or not mapped.is_global or mapped.is_multicast:
        raise SourceError(
            f"{host}: has the address {address}, which is not public; no request was sent. To allow it, name the "
            "host in TWINTOWNS_PRIVATE_HOSTS"
        )


class GuardedAdapter(HTTPAdapter):
    """Checks the address of each connection again, because a name may be resolved to another address meanwhile."""

    def __init__(self, private_hosts: Collection[str]) -> None:
        self._private_hosts = frozenset(private_hosts)
        #: That of the running request.
        self.watchdog: Watchdog | None = None
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:  # noqa: ANN401, FBT001, FBT002
        """Create the pools of direct connections."""
        super().init_poolmanager(connections, maxsize, block, **options)
        adapter, allowed = self, self._private_hosts

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                connection = super()._new_conn()
                if adapter.watchdog:
                    adapter.watchdog.watch(connection)
                if not is_loopback(self.host) and self.host.lower() not in allowed:
                    try:
                        _check_address(self.host, str(connection.getpeername()[0]))
                    except BaseException:
                        connection.close()
                        raise
                return connection

            def getresponse(self) -> HTTPResponse:  # type: ignore[override]
                # The connection may be one that was kept from an earlier request.
                if adapter.watchdog:
                    adapter.watchdog.watch(self.sock)
                return super().getresponse()

        class Encrypted(Plain, HTTPSConnection):
            pass

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
