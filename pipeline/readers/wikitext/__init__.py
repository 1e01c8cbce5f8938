"""Wikitext: the twinning section of a town's article, and pages that list the twinnings of many towns.

The words of a language are data, `languages/<language>.toml`. A page goes through `sections.py` (where twinnings
are), `units.py` (what belongs together), `atoms.py` (what a line is made of), `items.py`, `prose.py` and `tables.py`
(which partners it names), and comes out of `page.py` as lines, each accounted for; `lines.py` makes rows of them.
"""

from pipeline.readers.wikitext.profiles import Profile, languages, load_profile
from pipeline.readers.wikitext.sections import page_filter, twinning_pattern

__all__ = ["Profile", "languages", "load_profile", "page_filter", "twinning_pattern"]
