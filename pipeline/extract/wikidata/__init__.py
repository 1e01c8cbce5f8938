"""Wikidata: statements of twinning (P190) and the towns that they name, by SPARQL or as entities."""
