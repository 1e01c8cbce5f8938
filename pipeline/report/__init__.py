"""Reports on a release, for a terminal or as JSON."""
