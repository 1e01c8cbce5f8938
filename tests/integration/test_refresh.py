"""What a refresh does: once, whole, from what is good; and what it says of itself."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from sites import PARTNERS, ROOT, Site, new_site
from small import with_small_gazetteer

from pipeline.build import build
from pipeline.cli import main
from pipeline.curate.sql import read_sql
from pipeline.errors import DeclarationError, GateError, LockedError, SourceError, UsageError
from pipeline.publish import run_log as runs
from pipeline.publish.folders import release_ids
from pipeline.publish.lock import locked
from pipeline.publish.release import RefusedError
from pipeline.publish.rollback import roll_back
from pipeline.publish.run_log import Outcome, last_runs

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MadeOnce

    from pipeline.curate.sql import Folder

GROWN = [*PARTNERS, "Weimar;Deutschland;Blois;Frankreich;1995;p"]
#: Two thirds of the list are gone.
CUT = PARTNERS[:2]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return new_site(tmp_path)


@pytest.fixture
def both(made_once: MadeOnce, tmp_path: Path) -> Site:
    """Return a site of a test's own, of two lists, that was refreshed once."""
    made = Site(made_once("both", lambda folder: new_site(folder, "club", "other").refresh()), ("club", "other"))
    return made.copy(tmp_path / "site")


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return each file's time of change and content, but of the log and the lock."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (runs.LOG, ".lock")
    }


def many_lists(site: Site) -> list[str]:
    """Publish enough rows for a gate to take their loss seriously."""
    site.declare(more="\n[expect]\nrows = { min = 0 }\n")
    rows = [f"Berlin;Deutschland;Partner {chr(65 + n % 26)}{chr(97 + n // 26)};Frankreich;1990;p" for n in range(60)]
    site.put(rows)
    return rows


# Unchanged, changed


def test_nothing_changed_writes_nothing_but_its_line(once: Site) -> None:
    [first] = last_runs(once.out)
    assert (first.outcome, first.exit_code, first.reread) == ("published", 0, ["club"])
    before, raw = everything(once.out), everything(once.raw)
    began = time.process_time()
    again = once.refresh()
    assert time.process_time() - began < 1
    assert (again.outcome, again.exit_code, again.release_id) == ("unchanged", 0, first.release_id)
    assert everything(once.out) == before
    assert everything(once.raw) == raw
    assert len((once.out / runs.LOG).read_text().splitlines()) == 2


def test_the_process_is_quick_where_nothing_changed(once: Site) -> None:
    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = spent()
    command = (sys.executable, "-m", "pipeline", *once.arguments())
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    # Of the processor, from the start of the process on: what else the machine does is not counted.
    assert (done.returncode, "unchanged" in done.stdout) == (0, True), done.stderr
    assert spent() - before < 2


@pytest.mark.long
def test_a_change_in_one_source_reads_that_one_again(both: Site) -> None:
    [first] = last_runs(both.out)
    assert first.reread == ["club", "other"]
    both.put(GROWN, "other")
    run = both.refresh()
    assert (run.outcome, run.reread) == ("published", ["other"])
    # One is new, and one is stated by both now.
    assert run.changes["partnership"] == {"added": 1, "changed": 1}


@pytest.mark.long
def test_what_was_kept_makes_the_bytes_that_a_build_makes(both: Site) -> None:
    both.put(GROWN, "other")
    both.refresh()
    kept = both.out / ".work" / "club.checked"
    assert kept.exists()
    both.put(PARTNERS, "other")
    run = both.refresh()
    assert run.reread == ["other"]
    with with_small_gazetteer():
        build_ = build(both.settings)
    assert (build_.published.is_new, build_.published.release_id) == (False, run.release_id)


@pytest.mark.long
def test_a_damaged_keep_is_read_again(once: Site) -> None:
    """What counts as damage is tried in `test_check_cache.py`."""
    kept = once.out / ".work" / "club.checked"
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    once.put(PARTNERS)
    once.declare(more="\n# touched\n")
    run = once.refresh()
    # The comment changes nothing of the declaration, so what is kept would have done.
    assert (run.outcome, run.exit_code, run.reread) == ("published", 0, ["club"])
    assert kept.read_bytes() == whole


@pytest.mark.long
def test_a_day_later_the_same_bytes_are_no_news(once: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.raw_store import snapshots

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return super().now(tz) + timedelta(days=1)

    monkeypatch.setattr(snapshots, "datetime", Tomorrow)
    assert once.refresh().outcome == "unchanged"
    once.put(GROWN)
    assert once.refresh().outcome == "published"
    assert once.table("snapshots")["as_of_date"].n_unique() >= 1


def test_young_answers_are_not_asked_for_again(once: Site) -> None:
    once.put(GROWN)
    assert once.refresh(older_than=timedelta(days=7)).outcome == "unchanged"
    [last] = last_runs(once.out)
    assert once.refresh(older_than=timedelta(0)).outcome == "published"
    assert last.sources["club"].checked_at is not None


@pytest.mark.long
def test_a_clock_that_goes_backwards_makes_it_ask(once: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real = runs.now
    once.put(GROWN)
    monkeypatch.setattr("pipeline.publish.run_log.now", lambda: real() - timedelta(days=400))
    monkeypatch.setattr("pipeline.refresh.now", lambda: real() - timedelta(days=400))
    run = once.refresh(older_than=timedelta(days=7))
    assert (run.outcome, run.run) == ("published", 2)
    assert [one.run for one in last_runs(once.out, 5)] == [2, 1]
    assert once.current == release_ids(once.out)[-1]
    once.verify()


# Gates


@pytest.mark.long
def test_a_loss_is_refused_kept_and_accepted_once(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    rows = many_lists(site)
    first = site.refresh().release_id
    site.put(rows[:40])
    # The source that lost rows is held back, and with its gate accepted those of the release are asked.
    run = site.refresh()
    assert (run.outcome, run.exit_code, site.current) == ("unchanged", 6, first)
    message = str(run.sources["club"].message)
    assert "source_rows:club: 33.3%, at most 10.0% allowed (60 before, 40 now)" in message
    assert "--accept source_rows:club" in message
    with pytest.raises(RefusedError) as error:
        site.refresh(accepted={"source_rows:club": "the club left"})
    assert site.current == first
    assert "source_rows" not in str(error.value).replace("--accept", "")
    [refused] = release_ids(site.out, "refused")
    assert (site.out / "refused" / refused / "twintowns.duckdb").exists()
    assert main(["verify", str(site.out / "refused" / refused)]) == 0
    capsys.readouterr()
    assert main(["diff", refused, "--out", str(site.out)]) == 0
    assert "source club changed: rows 60 → 40" in capsys.readouterr().out
    # The same again is not built again, and is refused as before.
    [before] = last_runs(site.out)
    with pytest.raises(GateError, match=r"nothing is new since then:\nrelease \S+ was refused"):
        site.refresh()
    [last] = last_runs(site.out)
    assert (last.outcome, last.exit_code, "build" in last.phases) == ("refused", 4, False)
    assert "build" in before.phases
    accepted = dict.fromkeys(("source_rows", "partnerships_lost", "towns_lost"), "the club left")
    run = site.refresh(accepted=accepted)
    assert (run.outcome, run.exit_code, run.release_id) == ("published", 0, site.current)
    assert run.accepted == accepted
    record = json.loads((site.out / "current" / "gates.json").read_text())
    assert {one["gate"]: one["accepted"] for one in record if not one["passed"]} == {
        "source_rows:club": "the club left", "partnerships_lost": "the club left", "towns_lost": "the club left",
    }  # fmt: skip
    # Once is once.
    site.put(rows[:20])
    assert site.refresh().exit_code == 6


def test_a_broken_contract_is_refused_and_kept(once: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    old = once.current

    def spoilt(folder: Folder, name: str) -> str:
        statement = read_sql(folder, name)
        return f"SELECT * REPLACE ('gone' AS status) FROM ({statement}\n)" if name == "partnerships" else statement

    monkeypatch.setattr("pipeline.curate.table_writer.read_sql", spoilt)
    once.put(GROWN)
    with pytest.raises(GateError, match="table partnerships breaks its contract"):
        once.refresh()
    assert once.current == old
    [refused] = release_ids(once.out, "refused")
    spoilt_table = pl.read_parquet(once.out / "refused" / refused / "partnerships.parquet")
    assert set(spoilt_table["status"]) == {"gone"}
    [last] = last_runs(once.out)
    assert (last.outcome, last.exit_code) == ("refused", 4)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--accept", "source_row", "--reason", "x"], "did you mean 'source_rows'?"),
        (["--accept", "contracts", "--reason", "x"], "no such gate"),
        (["--accept", "source_rows"], '--accept needs its --reason "..."'),
        (["--reason", "x"], "--reason its --accept"),
    ],
)
def test_what_cannot_be_accepted(site: Site, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    assert main(site.arguments(*options)) == 2
    assert said in capsys.readouterr().err
    assert not site.out.exists()


# Partial failure


def test_a_source_that_is_down_stays_as_it_was(once: Site) -> None:
    [first] = last_runs(once.out)
    (once.mirror / "club.csv").unlink()
    for _ in range(2):
        run = once.refresh()
        assert (run.outcome, run.exit_code, run.release_id) == ("unchanged", 6, first.release_id)
        assert run.sources["club"].state == "stale"
        assert "cannot be read" in str(run.sources["club"].message)
        assert run.sources["club"].checked_at == first.sources["club"].checked_at
    once.put(PARTNERS)
    run = once.refresh()
    assert (run.outcome, run.exit_code, run.sources["club"].state) == ("unchanged", 0, "fresh")


@pytest.mark.long
def test_a_source_that_is_broken_is_built_from_its_last_good_snapshot(both: Site) -> None:
    site = both
    (site.mirror / "club.csv").write_text("Name;Telefon\nMeier;110\n")
    site.put(GROWN, "other")
    run = site.refresh()
    assert (run.outcome, run.exit_code) == ("published", 6)
    assert {name: one.state for name, one in run.sources.items()} == {"club": "stale", "other": "fresh"}
    assert "has no column 'Stadt'" in str(run.sources["club"].message)
    claims = site.table("claims")
    assert dict(claims.group_by("source_id").len().iter_rows()) == {"club": len(PARTNERS), "other": len(GROWN)}
    again = site.refresh()
    assert (again.outcome, again.exit_code, again.sources["club"].state) == ("unchanged", 6, "stale")
    site.put(GROWN, "club")
    mended = site.refresh()
    assert (mended.outcome, mended.exit_code, mended.not_fresh) == ("published", 0, {})


@pytest.mark.long
def test_a_source_that_never_came_is_left_out(tmp_path: Path) -> None:
    site = new_site(tmp_path, "club", "other")
    (site.mirror / "other.csv").unlink()
    run = site.refresh()
    assert (run.outcome, run.exit_code) == ("published", 6)
    assert run.sources["other"].state == "missing"
    assert set(site.table("claims")["source_id"]) == {"club"}
    site.put(PARTNERS, "other")
    run = site.refresh()
    assert (run.outcome, run.exit_code) == ("published", 0)


def test_nothing_to_build_from_is_a_failure_of_the_sources(site: Site) -> None:
    (site.mirror / "club.csv").unlink()
    with pytest.raises(SourceError):
        site.refresh()
    [run] = last_runs(site.out)
    assert (run.outcome, run.exit_code, run.release_id) == ("failed", 3, None)
    assert not (site.out / "current").exists()


@pytest.mark.long
def test_declared_bounds_are_a_gate_too(site: Site) -> None:
    rows = many_lists(site)
    site.refresh()
    site.declare(more="\n[expect]\nrows = { min = 59 }\n")
    site.put(rows[:58])
    run = site.refresh()
    assert (run.exit_code, run.sources["club"].state) == (6, "stale")
    assert "58 rows, at least 59 expected" in str(run.sources["club"].message)
    assert "--accept bounds:club" in str(run.sources["club"].message)
    run = site.refresh(accepted={"bounds:club": "they merged"})
    assert (run.outcome, run.exit_code, run.not_fresh) == ("published", 0, {})
    assert site.table("claims").height == 58
    # What was accepted stays, when it is read again for another reason.
    (site.out / ".work" / "club.checked").unlink()
    site.declare(more="\n[expect]\nrows = { min = 59 }\n\n[[ignore]]\ncolumn = 'town'\npattern = 'x'\nreason = 'x'\n")
    assert site.refresh().exit_code == 0
    assert site.table("claims").height == 58


@pytest.mark.long
def test_raw_bytes_changed_under_our_feet_are_not_built_from(once: Site) -> None:
    old = once.table("snapshots").filter(pl.col("source_id") == "club")["sha256"].item()
    once.put(GROWN)
    once.refresh()
    newest = max(once.raw.glob("club/*/list.csv"), key=lambda path: path.stat().st_mtime_ns)
    assert not newest.parent.name.startswith(old[:12])
    newest.write_bytes(newest.read_bytes().replace(b"1995", b"1996"))
    # The snapshot of the release before is the altered one: there is nothing to build from, and nothing is lost.
    with pytest.raises(SourceError, match=r"no source could be read:\n  club: .+ altered since it was received"):
        once.refresh(offline=True)
    [run] = last_runs(once.out)
    assert (run.exit_code, run.sources["club"].state) == (3, "missing")
    assert once.table("claims").height == len(GROWN)
    # Asking for it brings the bytes back.
    run = once.refresh()
    assert (run.outcome, run.exit_code) == ("unchanged", 0)


# Locks, names, links


def test_a_second_refresh_stops_politely(once: Site) -> None:
    lines = (once.out / runs.LOG).read_text()
    with locked(once.out, "twintowns refresh"):
        done = once.run()
        assert done.returncode == 5
        assert f"another build is running (process {os.getpid()}, twintowns refresh since 20" in done.stderr
        with pytest.raises(LockedError):
            roll_back(once.out)
    assert (once.out / runs.LOG).read_text() == lines


def test_a_lock_that_is_a_link_is_not_written_through(site: Site) -> None:
    precious = site.folder / "precious"
    precious.write_text("precious")
    site.out.mkdir()
    (site.out / ".lock").symlink_to(precious)
    done = site.run()
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert precious.read_text() == "precious"


@pytest.mark.long
def test_links_among_the_releases_are_not_followed(once: Site) -> None:
    elsewhere = once.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    for name in (".building-1", ".removing-000001-00000000", "000000-00000000"):
        (once.out / "releases" / name).symlink_to(elsewhere)
    for number in range(2):
        once.put([*PARTNERS, f"Weimar;Deutschland;Blois;Frankreich;{1990 + number};p"])
        once.refresh(keep=2)
    assert (elsewhere / "precious").exists()
    assert len(release_ids(once.out)) == 2
    with pytest.raises(UsageError):
        roll_back(once.out, "000000-00000000")


@pytest.mark.parametrize("name", ["..", "../releases", "/etc", "000001-../../..", "", "000009-00000000"])
def test_no_path_is_a_release(once: Site, capsys: pytest.CaptureFixture[str], name: str) -> None:
    for command in (["rollback", name], ["diff", name], ["diff", name, once.current]):
        if command == ["rollback", ""]:
            continue
        assert main([*command, "--out", str(once.out)]) == 2
        assert f"{name!r} is not a release in" in capsys.readouterr().err


@pytest.mark.long
def test_a_folder_that_is_a_link_is_as_good(site: Site) -> None:
    (site.folder / "disk").mkdir()
    site.out.symlink_to(site.folder / "disk")
    assert site.refresh().outcome == "published"
    site.verify()
    assert site.refresh().outcome == "unchanged"


# Rollback, releases, damage


@pytest.mark.long
def test_a_rollback_is_a_switch_that_lasts(once: Site) -> None:
    first = once.current
    once.put(GROWN)
    second = once.refresh().release_id
    run = roll_back(once.out)
    assert (run.outcome, run.release_id, run.previous_release_id) == (Outcome.ROLLED_BACK, first, second)
    assert once.current == first
    once.verify()
    # The same input does not bring back what was taken back; another one does, under a number of its own.
    assert (once.refresh().outcome, once.current) == ("unchanged", first)
    once.put([*GROWN, "Hof;Deutschland;Ogden;USA;1954;p"])
    third = once.refresh().release_id
    assert release_ids(once.out) == sorted([str(first), str(second), str(third)])
    assert once.table("release")["previous_release_id"].item() == first
    assert roll_back(once.out, second).release_id == second
    with pytest.raises(UsageError, match="is not a release in"):
        roll_back(once.out, "000077-00000000")


@pytest.mark.long
def test_a_damaged_release_is_not_gone_back_to(once: Site) -> None:
    first = once.current
    once.put(GROWN)
    second = once.refresh().release_id
    (once.out / "releases" / str(first) / "towns.parquet").write_bytes(b"PAR1")
    with pytest.raises(GateError, match=r"towns\.parquet was altered"):
        roll_back(once.out)
    assert once.current == second


@pytest.mark.long
def test_a_damaged_current_release_heals(once: Site) -> None:
    first = once.current
    once.put(GROWN)
    second = once.refresh().release_id
    (once.out / "current" / "claims.parquet").write_bytes(b"PAR1")
    assert main(["verify", str(once.out)]) == 4
    run = once.refresh()
    assert f"{second} is damaged or gone; {first} was made current again" in str(run.left)
    assert (run.outcome, run.exit_code) == ("published", 0)
    once.verify()
    assert once.table("claims").height == len(GROWN)


def test_a_stray_file_is_found(once: Site, capsys: pytest.CaptureFixture[str]) -> None:
    (once.out / "current" / "twintowns.duckdb.wal").touch()
    assert main(["verify", str(once.out)]) == 4
    assert "twintowns.duckdb.wal does not belong here" in capsys.readouterr().err
    assert main(["verify", str(once.folder)]) == 4
    assert main(["verify", str(once.folder / "nowhere")]) == 2


@pytest.mark.long
def test_old_releases_go_by_rule(once: Site, capsys: pytest.CaptureFixture[str]) -> None:
    made = [once.current]
    for number in range(4):
        once.put([*PARTNERS, f"Weimar;Deutschland;Blois;Frankreich;{1990 + number};p"])
        made.append(str(once.refresh(keep=4).release_id))
    assert release_ids(once.out) == made[1:]
    roll_back(once.out, made[2])
    capsys.readouterr()
    assert main(["releases", "--keep", "0", "--out", str(once.out), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    # The newest two, the current one and the one before it.
    assert {one["release_id"]: one["state"] for one in listed} == {
        made[4]: "", made[3]: "", made[2]: "current", made[1]: "",
    }  # fmt: skip


# What it says of itself


@pytest.mark.long
def test_a_service_that_was_never_fetched_is_not_called_fresh(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    done = site.run("--enable", "wikidata")
    assert done.returncode == 0, done.stderr
    assert main(["status", "--out", str(site.out)]) == 0
    printed = capsys.readouterr().out
    assert "club" in printed
    assert "wikidata" not in printed


def test_status_says_how_fresh_everything_is(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    status = ["status", "--out", str(site.out)]
    assert main(status) == 1
    assert "there is no release" in capsys.readouterr().out
    site.refresh()
    assert main([*status, "--max-age", "1d"]) == 0
    assert "club" in capsys.readouterr().out
    assert main([*status, "--max-age", "0m"]) == 1
    capsys.readouterr()
    (site.mirror / "club.csv").unlink()
    site.refresh()
    assert main([*status, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["sources"]["club"]["state"] == "stale"
    assert [run["exit_code"] for run in said["runs"]] == [6, 0]


def test_the_log_and_the_summary_are_json(site: Site) -> None:
    done = site.run("--json")
    assert done.returncode == 0
    events = [json.loads(line) for line in done.stderr.splitlines()]
    steps = [event["step"] for event in events if event["event"] == "step"]
    assert steps == ["fetch", "read club", "gazetteer", "locate", "publish"]
    assert (events[-1]["event"], events[-1]["outcome"]) == ("run", "published")
    summary = json.loads(done.stdout)
    [line] = (site.out / runs.LOG).read_text().splitlines()
    assert json.loads(line) == summary
    assert summary["counts"]["claims"] == len(PARTNERS)
    assert set(summary["phases"]) == {"fetch", "compare", "build", "publish", "prune"}


def test_a_wrong_declaration_is_logged(once: Site) -> None:
    once.declare(more="\nfoo = 1\n")
    with pytest.raises(DeclarationError):
        once.refresh()
    [last] = last_runs(once.out)
    assert (last.outcome, last.exit_code, last.release_id) == ("failed", 2, once.current)


def test_changes_are_part_of_a_release(once: Site, capsys: pytest.CaptureFixture[str]) -> None:
    once.put([*PARTNERS[1:], "Weimar;Deutschland;Blois;Frankreich;1995;p", PARTNERS[0].replace("1972", "1973")])
    once.refresh()
    changes = once.table("changes").filter(pl.col("entity") == "partnership")
    told = set(changes.select("change", "column_name", "old_value", "new_value").iter_rows())
    assert told >= {("changed", "start_year", "1972", "1973"), ("changed", "start_date", "1972-01-01", "1973-01-01")}
    [added] = [row for row in told if row[0] == "added"]
    assert set(str(added[3]).split(" – ")) == {"Weimar", "Blois"}
    assert main(["diff", "--out", str(once.out)]) == 0
    said = capsys.readouterr().out
    assert "partnerships added: 1" in said
    assert "start_year 1972 → 1973" in said
    assert main(["diff", "--out", str(once.out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    [new] = found["partnerships"]["added"]
    assert new["start_year"] == 1995
    assert main(["diff", once.current, once.current, "--out", str(once.out)]) == 0
    assert "no partnership, town, source or count differs" in capsys.readouterr().out
