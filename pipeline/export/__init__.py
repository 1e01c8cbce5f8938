"""The current release in other programs' formats: one module a format, and what they share."""
