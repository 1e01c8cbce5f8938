"""`twintowns refresh`: fetch, build, check and publish, for a scheduler."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from pipeline.commands.options import (
    Options,
    Parser,
    add_build_options,
    add_json,
    add_mirror,
    build_settings,
    duration,
    split_names,
)

if TYPE_CHECKING:
    from pipeline.publish.run_log import Run

HELP = "fetch what changed, build, check, publish and report; for a scheduler"
EXAMPLES = (
    "twintowns refresh",
    "twintowns refresh --if-older-than 7d",
)
#: The exit code that a shell reports of a process that SIGTERM ended.
_TERMINATED = 128 + signal.SIGTERM


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    add_build_options(parser)
    add_mirror(parser)
    parser.add_argument("--offline", action="store_true", help="fetch nothing, read raw/ as it is")
    parser.add_argument(
        "--if-older-than",
        metavar="AGE",
        type=duration,
        help="fetch only sources that last answered longer ago, such as 12h, 7d, 4w",
    )
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="GATE",
        help="let a gate through this once, such as source_rows:german_register",
    )
    parser.add_argument("--reason", metavar="TEXT", help="why it is let through; written to the log and the release")
    parser.add_argument("--keep", type=int, default=10, metavar="N", help="releases to keep (10)")
    add_json(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.errors import TwintownsError, UsageError
    from pipeline.refresh import RefreshOptions, refresh
    from pipeline.report.control_characters import escape_controls
    from pipeline.report.progress import log_event, progress_for_stderr
    from pipeline.report.runs import print_run

    accepted = split_names(options.accept)
    if bool(accepted) != bool((options.reason or "").strip()):
        raise UsageError('--accept needs its --reason "...", and --reason its --accept')
    refresh_options = RefreshOptions(
        mirror=options.mirror,
        older_than=options.if_older_than,
        accepted=dict.fromkeys(accepted, options.reason),
        keep=options.keep,
        offline=options.offline,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    writes_log = not sys.stderr.isatty()
    runs: list[Run] = []
    try:
        run = refresh(build_settings(options), refresh_options, progress_for_stderr(as_json=True), runs.append)
    except TwintownsError as error:
        if writes_log:
            log_event("error", "run", exit_code=error.exit_code, message=str(error))
        if options.json and runs:
            print(escape_controls(runs[0].to_json(indent=2)))
        raise
    if writes_log:
        log_event(
            "warning" if run.exit_code else "info",
            "run",
            outcome=run.outcome,
            exit_code=run.exit_code,
            release_id=run.release_id,
            seconds=run.seconds,
            not_fresh=sorted(run.not_fresh),
        )
    if options.json:
        print(escape_controls(run.to_json(indent=2)))
    else:
        print_run(run)
    return run.exit_code
