"""The views and macros of the published database, one SQL file each."""
