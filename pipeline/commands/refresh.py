"""`twintowns refresh`: the whole flow, for a scheduler."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.options import add_folders, add_out, names

if TYPE_CHECKING:
    from pipeline.commands.options import Commands
    from pipeline.publish.run_log import Run

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
#: What a shell reports of a process that ended by SIGTERM.
_TERMINATED = 128 + signal.SIGTERM


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("refresh", help="fetch what changed, build, gate, publish and report; for a scheduler")
    add_folders(parser)
    add_out(parser, "where releases go (curated)")
    parser.add_argument("--enable", nargs="+", action="extend", default=[], metavar="ID",
                        help="turn on sources that are off, or all")  # fmt: skip
    parser.add_argument("--only", nargs="+", action="extend", default=[], metavar="ID",
                        help="refresh these sources alone")  # fmt: skip
    parser.add_argument("--mirror", type=Path, default=os.environ.get("TWINTOWNS_MIRROR") or None, metavar="DIR",
                        help="take the bytes from a folder with an index.csv (or set TWINTOWNS_MIRROR)")  # fmt: skip
    parser.add_argument("--offline", action="store_true", help="ask for nothing, take raw/ as it is")
    parser.add_argument("--if-older-than", metavar="AGE", type=duration,
                        help="ask only for sources that last answered longer ago, such as 12h, 7d, 4w")  # fmt: skip
    parser.add_argument("--accept", action="append", default=[], metavar="GATE",
                        help="let a gate through this once, such as source_rows:german_register")  # fmt: skip
    parser.add_argument("--reason", metavar="TEXT", help="why it is let through; kept in the log and in the release")
    parser.add_argument("--keep", type=int, default=10, metavar="N", help="releases to keep (10)")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.set_defaults(run=run)


def duration(text: str) -> timedelta:
    """Read `90m`, `12h`, `7d` or `4w`.

    Raises:
        argparse.ArgumentTypeError: it is none of them.
    """
    found = re.fullmatch(r"(\d+)([mhdw])", text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; it is written like 90m, 36h, 8d or 4w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.build import Settings
    from pipeline.errors import TwintownsError, UsageError
    from pipeline.refresh import Wishes, refresh
    from pipeline.report.progress import log_event, progress_for_stderr
    from pipeline.report.runs import print_run

    accepted = names(options.accept)
    if bool(accepted) != bool((options.reason or "").strip()):
        raise UsageError('--accept needs its --reason "...", and --reason its --accept')
    wishes = Wishes(
        mirror=options.mirror, older_than=options.if_older_than, accepted=dict.fromkeys(accepted, options.reason),
        keep=options.keep, offline=options.offline,
    )  # fmt: skip
    settings = Settings(
        raw=options.raw, out=options.out, sources=tuple(options.sources),
        enable=frozenset(names(options.enable)), only=frozenset(names(options.only)),
    )  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    in_lines = not sys.stderr.isatty()
    told: list[Run] = []
    try:
        done = refresh(settings, wishes, progress_for_stderr(as_json=True), told.append)
    except TwintownsError as error:
        if in_lines:
            log_event("error", "run", exit_code=error.exit_code, message=str(error))
        if options.json and told:
            print(told[0].to_json(indent=2))
        raise
    if in_lines:
        level = "warning" if done.exit_code else "info"
        log_event(level, "run", outcome=done.outcome, exit_code=done.exit_code, release_id=done.release_id,
                  seconds=done.seconds, not_fresh=sorted(done.not_fresh))  # fmt: skip
    if options.json:
        print(done.to_json(indent=2))
    else:
        print_run(done)
    return done.exit_code
