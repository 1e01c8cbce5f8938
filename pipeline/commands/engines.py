"""Which engine a command works with: this process, or Spark, of which nothing is loaded unless it is asked for."""

from __future__ import annotations

import importlib.util
import os
import shutil
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
        "--engine",
        choices=("local", "spark"),
        default="local",
        help="who does the work: this process, or Spark (local)",
    )
    parser.add_argument("--master", metavar="URL", help="the Spark master: spark://host:7077, or local[2]")


def spark_master(options: argparse.Namespace) -> str | None:
    """Return the Spark master that is asked for; None for this process.

    Raises:
        UsageError: one of `--engine spark` and `--master` is there without the other.
        SparkError: as `require_spark`.
    """
    if (options.engine == "spark") != (options.master is not None):
        raise UsageError("Spark is asked for with both: --engine spark --master spark://host:7077")
    if options.master is None:
        return None
    require_spark()
    return str(options.master)


def require_spark() -> None:
    """See that Spark can be loaded.

    Raises:
        SparkError: pyspark or Java is missing.
    """
    missing = missing_for_spark()
    if missing is not None:
        from pipeline.spark.session import SparkError

        raise SparkError(missing)


def missing_for_spark() -> str | None:
    """Return what must be installed before Spark can be loaded, and how; None if all is there."""
    if any(importlib.util.find_spec(name) is None for name in ("pyspark", "pandas", "sqlglot")):
        return "Spark is an extra that is not installed; in a clone: make spark; elsewhere: install twintowns[spark]"
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        return "Spark needs Java 17 or newer; on Debian or Ubuntu: apt-get install openjdk-17-jre-headless"
    return None


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
