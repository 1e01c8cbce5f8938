"""What the quick patterns decline (braces that do not pair), read with a whole parser of wikitext."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import mwparserfromhell
from mwparserfromhell.nodes import Template, Wikilink

from pipeline.readers.wikitext.atoms import Line, link_atom
from pipeline.readers.wikitext.templates import read_call, template_atom

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

_BRACES = re.compile(r"\[\[|\]\]|\{\{|\}\}")


def flatten(text: str, line: Line, profile: Profile) -> str:
    """Put a character in the place of each link and template of a text whose braces do not pair."""
    parts = []
    for node in mwparserfromhell.parse(text, skip_style_tags=True).nodes:
        if isinstance(node, Wikilink):
            label = None if node.text is None else _BRACES.sub("", str(node.text))
            parts.append(link_atom(_BRACES.sub("", str(node.title)), label, line))
        elif isinstance(node, Template):
            parts.append(template_atom(read_call(_BRACES.sub("", str(node)[2:-2])), line, profile))
        else:
            parts.append(_BRACES.sub("", str(node)))
    return "".join(parts)
