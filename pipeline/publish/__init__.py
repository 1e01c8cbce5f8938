"""Publishing, all or nothing: a release is built in a folder of its own and checked, then one link is switched.

`release.py` builds and publishes a release, `tables.py`, `package.py`, `croissant.py` and `checksums.py` write its
files. `gates.py` compares it with the previous release. `folders.py` switches, lists and removes releases, `verify.py`
and `rollback.py` lead back to an intact or older one. `lock.py` allows one build at a time, `run_log.py` keeps the log.
"""
