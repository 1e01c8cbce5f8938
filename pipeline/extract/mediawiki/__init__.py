"""MediaWiki as a source: the list pages of a language and the articles with a twinning section, raw."""

from pipeline.extract.mediawiki.api import Api
from pipeline.extract.mediawiki.discovery import Strategy, load_strategies
from pipeline.extract.mediawiki.page_filter import PageFilter
from pipeline.extract.mediawiki.snapshot import fetch_wiki

__all__ = ["Api", "PageFilter", "Strategy", "fetch_wiki", "load_strategies"]
