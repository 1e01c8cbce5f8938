"""`twintowns declare`: looks at a list that nobody has declared yet, and drafts its declaration.

`layout` finds encoding, delimiter and header, `profile` counts what the cells of each column are, `roles` decides which
column is which, `draft` writes the TOML, and `check` shows what would be read.
"""
