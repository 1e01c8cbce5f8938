"""Which engine a command works with: this process, or Spark, of which nothing is loaded unless it is asked for."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from pipeline.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager

    from pipeline.build import Engine


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add which engine does the work, and where it is."""
    parser.add_argument(
        "--engine", choices=("local", "spark"), default="local", help="who does the work: this process, or Spark (local)"
    )
    parser.add_argument("--master", metavar="URL", help="the Spark master: spark://host:7077, or local[2]")


def spark_master(options: argparse.Namespace) -> str | None:
    """Return the Spark master that is asked for; None for this process.

    Raises:
        UsageError: one of `--engine spark` and `--master` is there without the other.
    """
    if (options.engine == "spark") != (options.master is not None):
        raise UsageError("Spark is asked for with both: --engine spark --master spark://host:7077")
    return str(options.master) if options.master is not None else None


def open_engine(options: argparse.Namespace) -> AbstractContextManager[Engine]:
    """Return the engine that is asked for, to be opened.

    Raises:
        UsageError: as `spark_master`.
        SparkError: when it is opened, Spark is not there or does not answer.
    """
    from pipeline.build import LOCAL

    master = spark_master(options)
    if master is None:
        return nullcontext(LOCAL)
    from pipeline.spark.engine import spark_engine

    return spark_engine(master)
