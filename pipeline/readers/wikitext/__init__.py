"""Wikitext: the twinning section of a town's article, and pages that list the twinnings of many towns.

The words of a language are data, `languages/<language>.toml`. `sections.py` finds the sections about twinnings,
`logical_lines.py` their lines, `markup.py` the links and flags of a line. `page.py` decides what a line is;
`list_reader.py` and `table_reader.py` read items and tables, `partner_parser.py` and `prose.py` the partners that an
item, a cell or a sentence names. `rows.py` makes rows of the lines.
"""

from pipeline.readers.wikitext.profiles import languages, load_profile
from pipeline.readers.wikitext.sections import page_filter, twinning_pattern

__all__ = ["languages", "load_profile", "page_filter", "twinning_pattern"]
