"""How servers are treated, and what is put up with from them."""

from __future__ import annotations

import importlib.metadata
import os
from dataclasses import dataclass, field

import pipeline

_MIB = 1024 * 1024


def contact() -> str:
    """Return how the operator of a server reaches somebody: TWINTOWNS_CONTACT, or the project's own address."""
    named = os.environ.get("TWINTOWNS_CONTACT", "").strip()
    if named:
        # A header is one line.
        return " ".join(named.split())
    try:
        addresses = importlib.metadata.metadata("twintowns").get_all("Project-URL") or []
    except importlib.metadata.PackageNotFoundError:
        addresses = []
    return addresses[0].rpartition(",")[2].strip() if addresses else "contact through the project's issue tracker"


@dataclass(frozen=True)
class Manners:
    """Everything about asking that can be set. Times are seconds, sizes bytes."""

    #: What servers know us by. Wikimedia's user-agent policy wants a name and a contact.
    user_agent: str = field(default_factory=lambda: f"twintowns/{pipeline.__version__} ({contact()})")
    #: Least time between two requests to one host. One request runs at a time.
    interval: float = 1.0
    #: The same for a server on this machine.
    local_interval: float = 0.0
    #: How often one thing is asked for, the first time included.
    attempts: int = 5
    #: The same where the server runs out of time: to ask the same again costs it as much again.
    timeout_attempts: int = 2
    #: Wait before the second attempt; doubled for each further one, up to `backoff_max`.
    backoff: float = 1.0
    backoff_max: float = 60.0
    #: A random part of up to this is added to each wait, so that clients do not come back all at once.
    jitter: float = 0.5
    #: Longest Retry-After that is waited for. A server that wants more is left alone; the fetch can be resumed.
    retry_after_max: float = 300.0
    connect_timeout: float = 10.0
    #: Longest silence within an answer.
    read_timeout: float = 70.0
    #: Longest time for a whole answer, however steadily it drips.
    deadline: float = 600.0
    #: Largest body, decompressed. A partnership list is some megabytes; anything this large is not one.
    size_cap: int = 512 * _MIB
    #: Redirects within one host that are followed.
    redirects: int = 5
    #: Hosts that may have an address that is not public. A URL that names this machine itself needs no leave.
    private_hosts: frozenset[str] = field(
        default_factory=lambda: frozenset(os.environ.get("TWINTOWNS_PRIVATE_HOSTS", "").lower().split())
    )
