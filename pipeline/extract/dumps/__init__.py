"""Dumps of Wikipedia and Wikidata as a stream: the records about twinnings go into the raw store.

A dump is cut into chunks that processes decompress and search in parallel. Memory holds a few chunks; records are
written as they are found, with checkpoints, so that an interrupted scan continues at the chunk where it stopped.
"""
