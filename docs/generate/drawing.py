"""The few shapes that the diagrams are drawn with, as SVG. They are readable on light and on dark pages."""

from __future__ import annotations

from html import escape
from typing import Final

_STYLE: Final = """\
  text { font: 13px system-ui, sans-serif; fill: #1d2733 }
  .name { font-weight: 600 } .key { font-weight: 600 } .note { fill: #55606d; font-size: 12px }
  .ground { fill: #ffffff } .box { fill: #f4f6f8; stroke: #b6c0ca } .head { fill: #dde6ee }
  .arrow { fill: none; stroke-width: 1.5 } .c0 { stroke: #0b6e99 } .c1 { stroke: #a84300 } .c2 { stroke: #4a7a1f }
  .c3 { stroke: #8a3a8f } .c4 { stroke: #8a6d00 } .c5 { stroke: #55606d }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6ebf0 } .note { fill: #a9b4bf }
    .ground { fill: #14181d } .box { fill: #1f262e; stroke: #4c5865 } .head { fill: #2c3743 }
    .c0 { stroke: #5cc3ee } .c1 { stroke: #ff9a5c } .c2 { stroke: #9fd36a } .c3 { stroke: #d993de }
    .c4 { stroke: #e0c24a } .c5 { stroke: #a9b4bf }
  }
"""


def svg(width: int, height: int, title: str, shapes: list[str]) -> str:
    """Return a drawing with its own ground, so that it does not depend on the page's."""
    heads = "".join(
        f'<marker id="to{number}" class="c{number}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M1 1 L7 4 L1 7" fill="none" stroke-width="1.5"/></marker>'
        for number in range(6)
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{_STYLE}</style>",
        f"<defs>{heads}</defs>",
        f'<rect class="ground" width="{width}" height="{height}" rx="8"/>',
        *shapes,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def box(x: int, y: int, width: int, height: int, kind: str = "box") -> str:
    """Return a rectangle."""
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="4"/>'


def text(x: int, y: int, words: str, kind: str = "", anchor: str = "start") -> str:
    """Return a line of text; `y` is its base line."""
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def arrow(path: str, colour: int = 5) -> str:
    """Return a line with a head at its end, in one of six colours."""
    return f'<path class="arrow c{colour}" d="{path}" marker-end="url(#to{colour})"/>'
