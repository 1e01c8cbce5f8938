"""Bytes from outside: HTTP, Wikidata, MediaWiki and dumps into the raw store."""
