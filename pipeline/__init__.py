"""twintowns: partnership lists in, validated tables of town twinnings out."""

__version__ = "0.1.0"
