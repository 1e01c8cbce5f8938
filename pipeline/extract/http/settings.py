"""The settings of HTTP requests: user agent, waits, retries, and limits of what is accepted."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pipeline

_MIB = 1024 * 1024


def contact() -> str:
    """Return how the operator of a server reaches somebody: TWINTOWNS_CONTACT, or a hint at the project."""
    # A header is one line.
    return " ".join(os.environ.get("TWINTOWNS_CONTACT", "").split()) or "contact through the project's issue tracker"


@dataclass(frozen=True)
class HttpSettings:
    """Everything about requests that can be set. Times are seconds, sizes bytes."""

    #: Wikimedia's user-agent policy requires a name and a contact.
    user_agent: str = field(default_factory=lambda: f"twintowns/{pipeline.__version__} ({contact()})")
    #: Shortest time between two requests to one host. One request runs at a time.
    interval: float = 1.0
    #: The same for a server on this machine.
    local_interval: float = 0.0
    #: Attempts for one request, the first included.
    attempts: int = 5
    #: The same where the server runs out of time: the same request costs it as much again.
    timeout_attempts: int = 2
    #: Wait before the second attempt; doubled for each further one, up to `backoff_max`.
    backoff: float = 1.0
    backoff_max: float = 60.0
    #: A random time of up to this is added to each wait, so that clients do not return all at once.
    jitter: float = 0.5
    #: Longest Retry-After that is waited for. If a server asks for more, the fetch fails and can be resumed later.
    retry_after_max: float = 300.0
    connect_timeout: float = 10.0
    #: Longest silence within a response.
    read_timeout: float = 70.0
    #: Longest time for a complete response, even if bytes keep arriving.
    deadline: float = 600.0
    #: Longest time for all attempts at one request and the waits between them.
    total_time: float = 1800.0
    #: Largest decompressed body. A partnership list has a few megabytes.
    size_cap: int = 512 * _MIB
    #: Redirects within one host that are followed.
    redirects: int = 5
    #: Hosts whose address may be private. A URL that names this machine itself needs no permission.
    private_hosts: frozenset[str] = field(
        default_factory=lambda: frozenset(os.environ.get("TWINTOWNS_PRIVATE_HOSTS", "").lower().split())
    )
