"""HTTP: a client that is polite to servers, and declared files into the raw store."""
