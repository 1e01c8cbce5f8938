"""Places, their names, countries and regions. It knows nothing of mentions."""
