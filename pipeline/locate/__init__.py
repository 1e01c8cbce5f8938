"""Which town is meant: names, countries, gazetteer, matching."""
