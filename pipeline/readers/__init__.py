"""One module a format: bytes in, raw rows out. A reader knows one format and no source."""
