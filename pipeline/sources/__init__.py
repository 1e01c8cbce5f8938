"""One TOML file a source: what is known about it."""
