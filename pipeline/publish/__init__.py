"""Publish all or nothing: a release is built aside, held against contracts and gates, then one link is switched.

`release.py` writes one, `package.py` what describes it, `gates.py` says whether it is worse than the one before,
`folders.py` switches, lists and prunes, `verify.py` holds one against its checksums and contracts, `lock.py` keeps
two builds apart.
"""

from pipeline.publish.folders import CURRENT, REFUSED, RELEASES, current_release
from pipeline.publish.lock import Lock, locked
from pipeline.publish.release import Published, RefusedError, publish

__all__ = [
    "CURRENT", "REFUSED", "RELEASES", "Lock", "Published", "RefusedError", "current_release", "locked", "publish",
]  # fmt: skip
