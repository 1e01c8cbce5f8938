"""The network of partnerships: its components, its shortest paths, and its cliques, which may be rings."""

from pipeline.curate.network.cliques import register_cliques
from pipeline.curate.network.figures import measure_network, read_network

__all__ = ["measure_network", "read_network", "register_cliques"]
