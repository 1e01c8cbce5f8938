"""Decompression of a body while it arrives, never further than asked, and with an end that is checked."""

from __future__ import annotations

import zlib

#: The format of gzip, with the largest window.
_GZIP = 16 + zlib.MAX_WBITS


class Gzip:
    """One or several gzip members. Neither requests nor urllib3 says whether the last of them was complete."""

    def __init__(self) -> None:
        self._member: zlib._Decompress | None = None
        self._has_ended = False

    @property
    def is_complete(self) -> bool:
        """Return whether no member ends in the middle."""
        return self._member is None

    def decompress(self, chunk: bytes, limit: int) -> bytes:
        """Return the content of the next bytes, and at most so many bytes of it; the rest is lost then.

        Raises:
            zlib.error: they are not gzip.
        """
        content = bytearray()
        while chunk and len(content) < limit:
            self._member = self._member or zlib.decompressobj(_GZIP)
            try:
                content += self._member.decompress(chunk, limit - len(content))
            except zlib.error:
                if not self._has_ended:
                    raise
                # After the last member there may be anything, as the gzip program has it.
                self._member = None
                break
            if self._member.eof:
                chunk, self._member, self._has_ended = self._member.unused_data, None, True
            else:
                chunk = self._member.unconsumed_tail
        return bytes(content)
