"""One profile a language."""
