"""MediaWiki as a source: the list pages of a language and the articles with a twinning section, raw."""

from pipeline.mediawiki.api import Api
from pipeline.mediawiki.discovery import Strategy, load_strategies
from pipeline.mediawiki.snapshot import fetch_wiki

__all__ = ["Api", "Strategy", "fetch_wiki", "load_strategies"]
