"""Random damage: bytes changed, cut, repeated, inserted, taken from another file."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

#: What formats give a meaning to, and what is known to have broken readers.
_TOKENS: tuple[bytes, ...] = (
    *(b"\x00", b"\xff", b"\xc3", b"\n", b"\r\n", b"\r", b"\t", b" ", b"\x0b", b"\x1c", b"\x1e", b"\x1f", b"\x7f"),
    *("\u0085\u2028\ufeff\ue000\uf8ff\u202e".encode(), "é".encode(), "İ".encode(), "市".encode(), "１".encode()),
    *(b",", b";", b'"', b'""', b"'", b"|", b"||", b"!!", b"=", b"==", b"===", b"{{", b"}}", b"[[", b"]]", b"{|", b"|}"),
    *(b"|-", b"<!--", b"-->", b"<ref>", b"</ref>", b"<ref name=a/>", b"<br>", b"<nowiki>", b"<gallery>", b"<sup>"),
    *(b"-{", b"}-", b"''", b"'''", b"* ", b"** ", b"# ", b"; ", b": ", b"http://", b"[http://a b]", b"{{!}}", b"&lt;"),
    *(b"null", b"true", b"[]", b"{}", b"[", b"]", b"{", b"}", b"-1", b"0", b"1e999", b"NaN", b"9" * 400, b"\\ud800"),
    *(b"\\udfff", b"\\u0000", b"1967", b"2000-02-30", b"0000-00-00", b"99999", b"-0001", b"XII", b"P190", b"Q1"),
    *(b"<page>", b"</page>", b"</text>", b"<redirect/>", b"&#0;", b"]]>", b"<!DOCTYPE a>", b"[[a]]\n", b"a = 1\n"),
    *(b"rowspan=99 | ", b"colspan=99 | ", b"since ", b"and ", b"twinned with ", b"France", b"XFD1048576", b"A0"),
)


def mutate(content: bytes, others: list[bytes], random: Random) -> bytes:
    """Return a file with some random damage."""
    if content.startswith(b"PK\x03\x04") and random.random() < 0.7:
        return _mutate_member(content, random)
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        content = _mutate_once(content, others, random)
    return content


def _mutate_once(content: bytes, others: list[bytes], random: Random) -> bytes:
    """Change one place of a file."""
    start = random.randint(0, len(content))
    end = min(len(content), start + random.choice((1, 2, 8, 60, 400)))
    before, middle, behind = content[:start], content[start:end], content[end:]
    token, other = random.choice(_TOKENS), random.choice(others)
    first = random.randint(0, len(other))
    lines = content.split(b"\n")
    random.shuffle(lines)
    damaged = (
        before + behind,
        before,
        before + random.randbytes(random.randint(1, 4)) + behind,
        before + middle * random.choice((2, 3, 20, 200)) + behind,
        before + token * random.choice((1, 1, 1, 2, 30, 1000)) + middle + behind,
        before + other[first : first + 200] + behind,
        before + token + behind,
        b"\n".join(lines),
    )
    return random.choice(damaged)


def _mutate_member(content: bytes, random: Random) -> bytes:
    """Damage one file of a zip archive, and pack it again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice([*members])
    members[name] = mutate(members[name], [*members.values()], random)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return stream.getvalue()
