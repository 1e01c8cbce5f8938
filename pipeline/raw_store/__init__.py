"""Snapshots: bytes as they came, their manifest, and what tells whether an input is still the same."""
