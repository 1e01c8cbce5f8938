"""A refresh that is killed at any moment leaves a whole release, and the next one needs no cleaning.

`make test-kills` runs it at full length.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sites import PARTNERS, Site, new_site

from pipeline.publish.folders import release_ids
from pipeline.publish.run_log import last_runs

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("TWINTOWNS_KILLS", "2"))


def publish_state(site: Site, number: int) -> None:
    """Publish a list that differs from the one before in one year."""
    site.put([*PARTNERS[1:], f"Coburg;Deutschland;Oudenaarde;Belgien;{1400 + number};p"])


def year(site: Site) -> int:
    claims = site.table("claims")
    return int(claims.filter(claims["town_text"] == "Coburg")["start_text"].item())


def wait_for_phase(site: Site, phase: str, process: subprocess.Popen[str]) -> None:
    """Wait until the lock says that the refresh has come so far, where most is written."""
    while process.poll() is None and not (site.out / ".lock").read_text().endswith(f"at {phase}\n"):
        time.sleep(0.005)


def leftovers(site: Site) -> list[str]:
    places = ((site.out, ".current-*"), (site.out, "releases/.*"), (site.out, "refused/*"), (site.raw, "**/.*.*"))
    return [str(path) for folder, pattern in places for path in folder.glob(pattern)]


def test_killed_at_any_moment(tmp_path: Path) -> None:
    site, moments = new_site(tmp_path), random.Random(os.environ.get("TWINTOWNS_SEED", "1"))
    publish_state(site, 0)
    began = time.monotonic()
    assert site.run().returncode == 0
    lasts = time.monotonic() - began
    ended: Counter[str] = Counter()
    for number in range(1, KILLS + 1):
        publish_state(site, number)
        old, began = site.current, time.monotonic()
        with site.start() as process:
            if number % 2:
                time.sleep(moments.uniform(0, lasts))
            else:
                wait_for_phase(site, "publish", process)
                time.sleep(moments.uniform(0, lasts / 3))
            process.kill()
            process.communicate()
        if process.returncode == 0:
            lasts = 0.9 * lasts + 0.1 * (time.monotonic() - began)
        site.verify()
        published = site.current != old
        if published:
            assert site.table("release")["previous_release_id"].item() == old
            assert year(site) == 1400 + number
        else:
            assert year(site) == 1400 + number - 1
        phase = "over" if process.returncode == 0 else "published" if published else "not published"
        ended[phase] += 1
        run = site.refresh()
        assert run.exit_code == 0, (number, run.to_json())
        assert run.outcome == ("unchanged" if published else "published"), (number, phase, run.outcome)
        assert year(site) == 1400 + number
        assert leftovers(site) == []
        assert site.current == release_ids(site.out)[-1]
    assert [run.run for run in last_runs(site.out, 3)] == sorted(
        (run.run for run in last_runs(site.out, 3)), reverse=True
    )
    sys.stdout.write(f"{dict(ended)}\n")
