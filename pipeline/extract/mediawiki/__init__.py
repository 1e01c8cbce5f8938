"""MediaWiki as a source: list pages of a language and articles with a twinning section, as raw wikitext."""
