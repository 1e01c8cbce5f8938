"""Dumps of Wikipedia and Wikidata, streamed: what speaks of twinnings goes into the raw store, the rest passes by.

A dump is cut into parts that processes decompress and search side by side. Memory is bounded by a few parts; what is
found is written as it comes, with a checkpoint, so that an interrupted scan goes on at the block where it stopped.
"""

from pipeline.extract.dumps.scan import Scanned, scan_dump

__all__ = ["Scanned", "scan_dump"]
