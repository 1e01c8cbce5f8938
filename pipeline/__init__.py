"""From lists of town partnerships to validated tables."""
