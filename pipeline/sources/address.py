"""Addresses on the web: what a declaration may name, and what may be requested."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

#: Characters that an address never has as such: controls, spaces of any kind, halves of surrogate pairs, and the
#: backslash, which some programs read as a slash.
_NEVER: Final = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff\ud800-\udfff\\]"
)
_ASCII_HOST: Final = re.compile(r"[A-Za-z0-9._-]+")
_HOST_MAX: Final = 253


def parse_address(url: str) -> SplitResult:
    """Return the parts of an http(s) address. Its host name may be an international one.

    Raises:
        ValueError: what is wrong with it, and how to correct it. The address itself is not in the message.
    """
    if found := _NEVER.search(url):
        character = found[0]
        is_encodable = not "\ud800" <= character <= "\udfff"
        encoded = "".join(f"%{byte:02X}" for byte in character.encode()) if is_encodable else "nothing"
        raise ValueError(f"no valid address: it contains U+{ord(character):04X}; remove it, or write {encoded} for it")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"no valid address ({error}); correct it") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address that begins with http:// or https:// and a host; correct it")
    if "@" in parts.netloc:
        raise ValueError(
            "a user name or password in an address would be stored in the manifest; put them into ~/.netrc"
        )
    if port == 0:
        raise ValueError("no valid address (port 0); correct it")
    _check_host_name(parts.hostname, is_bracketed="[" in parts.netloc)
    return parts


def _check_host_name(host: str, *, is_bracketed: bool) -> None:
    if is_bracketed:
        try:
            ipaddress.IPv6Address(host)
        except ValueError as error:
            raise ValueError(f"no valid address ({error}); correct it") from error
        return
    try:
        # Longer names are no host names, and slow to encode.
        name = host.encode("idna").decode("ascii") if len(host) <= _HOST_MAX else ""
    except UnicodeError:
        name = ""
    if not _ASCII_HOST.fullmatch(name) or len(name) > _HOST_MAX or name.startswith("."):
        raise ValueError(
            f"no valid address ({host[:80]!r} is no host name: parts of 1 to 63 letters, digits and hyphens, "
            f"separated by dots, at most {_HOST_MAX} in all); correct it"
        )
