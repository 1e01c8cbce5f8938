"""The published tables and the database."""
