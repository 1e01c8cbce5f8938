"""Full disks, folders that may not be written, too little memory, readers that never pause."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pytest
from sites import PARTNERS, Site, new_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.long

GROWN = [*PARTNERS, "Weimar;Deutschland;Blois;Frankreich;1995;p"]
MIB = 1 << 20


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """Put what is in a folder on a disk of so many bytes; skips where that is not allowed."""
    aside = folder.with_name(f"{folder.name}-aside")
    shutil.copytree(folder, aside, symlinks=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a small disk")
    try:
        shutil.copytree(aside, folder, symlinks=True, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Fill a disk up to so many bytes, and return the file that does."""
    filler = folder.parent / folder.name / ".filler"
    state = os.statvfs(folder)
    filler.write_bytes(b"\0" * max(0, state.f_bavail * state.f_frsize - leave))
    return filler


@pytest.mark.parametrize(
    ("where", "leave"),
    # Nothing fits; what is kept and some tables; all of them, but not the database.
    [("raw", 0), ("out", 256 << 10), ("out", 2 * MIB)],
)
def test_a_full_disk_leaves_the_old_release(once: Site, where: str, leave: int) -> None:
    old = once.current
    folder = {"raw": once.raw, "out": once.out}[where]
    with small_disk(folder, 24 * MIB):
        once.put(GROWN)
        filler = fill(folder, leave)
        done = once.run()
        if where == "raw":
            # The new bytes do not fit: the source is as it was.
            assert done.returncode == 6, done.stderr
            assert "cannot be written (No space left on device)" in done.stdout
        else:
            assert done.returncode == 1, done.stderr
            last = done.stderr.splitlines()[-1]
            assert last.startswith("twintowns: "), done.stderr
            assert "stays current" in last
            assert "disk full" in last
        assert "Traceback" not in done.stderr
        assert once.current == old
        once.verify()
        filler.unlink()
        assert once.refresh().exit_code == 0
        once.verify()
        assert once.table("claims").height == len(GROWN)
        assert list(once.out.glob("releases/.*")) == []


def test_a_folder_that_may_not_be_written(once: Site) -> None:
    if os.geteuid() != 0:
        pytest.skip("no right to mount")
    once.put(GROWN)
    for folder, code, said in ((once.out, 1, "cannot be written"), (once.raw, 6, "cannot be written")):
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        try:
            remount = ["mount", "-o", "remount,ro,bind", str(folder)]
            if subprocess.run(remount, capture_output=True, check=False).returncode != 0:
                pytest.skip("no right to mount read-only")
            old = once.current
            done = once.run()
            assert done.returncode == code, done.stderr
            assert said in done.stderr + done.stdout
            assert "Traceback" not in done.stderr
            assert once.current == old
            once.verify()
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
    assert once.refresh().exit_code == 0


def test_too_little_memory_leaves_the_old_release(once: Site) -> None:
    old = once.current
    once.put(GROWN)
    ends = set()
    for limit in (300, 700):

        def limited(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_AS, (limit * MIB, limit * MIB))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        done = once.run(preexec_fn=limited)
        ends.add(done.returncode)
        assert done.returncode != 0
        assert once.current == old
        once.verify()
    run = once.refresh()
    assert (run.outcome, run.exit_code) == ("published", 0), ends
    once.verify()


def test_told_to_stop_it_says_so(once: Site) -> None:
    old = once.current
    once.put(GROWN)
    with once.start() as process:
        while not (once.out / ".lock").read_text().endswith("at build\n"):
            assert process.poll() is None
            time.sleep(0.005)
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 143
    assert once.current == old
    run = once.refresh()
    assert (run.run, run.outcome, run.left) == (3, "published", None)


def test_a_killed_run_is_mentioned_by_the_next(once: Site) -> None:
    once.put(GROWN)
    with once.start() as process:
        while not (once.out / ".lock").read_text().endswith("at build\n"):
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
        process.communicate(timeout=60)
    run = once.refresh()
    assert run.outcome == "published"
    assert f"process {process.pid}, twintowns refresh since" in str(run.left)


# Readers

#: Asks without pause; a connection must see one release, whatever is published meanwhile. Prints what it saw.
READER = """\
import sys, duckdb
path, stop = sys.argv[1], sys.argv[2]
import os
asked, seen = 0, set()
while not os.path.exists(stop):
    with duckdb.connect(path, read_only=True) as connection:
        told = set()
        for _ in range(5):
            [(release,)] = connection.execute("SELECT release_id FROM release").fetchall()
            [(low, high, rows)] = connection.execute(
                "SELECT min(start_year), max(start_year), count(*) FROM partnerships").fetchall()
            [(year, claims)] = connection.execute("SELECT max(year(start_date)), count(*) FROM claims").fetchall()
            assert low == high == year and rows == claims, (low, high, year, rows, claims)
            told.add((release, low))
            asked += 3
        assert len(told) == 1, told
        seen |= told
print(asked, len({release for release, _ in seen}))
"""


def test_readers_never_notice_a_publish(tmp_path: Path) -> None:
    publishes = int(os.environ.get("TWINTOWNS_PUBLISHES", "2"))
    readers = int(os.environ.get("TWINTOWNS_READERS", "1"))
    site, stop = new_site(tmp_path / "site"), tmp_path / "stop"

    def put(number: int) -> None:
        # Every date of a release is of one year, so that a mixture shows.
        site.put(re.sub(r";\d{4};", f";{1900 + number};", partner) for partner in PARTNERS)
        assert site.refresh(keep=2).outcome == "published"

    put(0)
    database = site.out / "current" / "twintowns.duckdb"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(database), str(stop)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(readers)
    ]  # fmt: skip
    with duckdb.connect(database, read_only=True) as patient:
        for number in range(1, publishes + 1):
            put(number)
        # Its release was pruned long ago; it keeps its data.
        assert patient.execute("SELECT min(start_year), max(start_year) FROM partnerships").fetchall() == [(1900, 1900)]
    stop.touch()
    ended = [(*process.communicate(timeout=120), process.returncode) for process in running]
    assert [(complained, code) for _, complained, code in ended] == [("", 0)] * readers
    asked = [tuple(map(int, said.split())) for said, _, _ in ended]
    assert max(releases for _, releases in asked) > 1
    sys.stdout.write(f"{publishes} publishes; questions and releases seen by each reader: {asked}\n")
