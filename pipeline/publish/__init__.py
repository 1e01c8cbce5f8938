"""Publish all or nothing: a release is built aside, held against contracts and gates, then one link is switched.

`release.py` writes one, `package.py` and `checksums.py` what describes it, `gates.py` says whether it is worse than
the one before, `folders.py` switches, lists and prunes, `verify.py` holds one against its checksums and contracts,
`lock.py` keeps two builds apart.
"""
