"""The engine of a command: this process, or Spark, which is loaded only when an option says so."""

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
    """Add the engine and its address."""
    parser.add_argument(
        "--engine", choices=("local", "spark"), default="local", help="what runs it: this process, or Spark (local)"
    )
    parser.add_argument("--master", metavar="URL", help="the Spark master: spark://host:7077, or local[2]")


def spark_master(options: argparse.Namespace) -> str | None:
    """Return the address of the Spark master; None if the command runs in this process.

    Raises:
        UsageError: only one of `--engine spark` and `--master` is given.
        SparkError: pyspark or Java is missing.
    """
    if (options.engine == "spark") != (options.master is not None):
        raise UsageError("Spark is asked for with both: --engine spark --master spark://host:7077")
    if options.master is None:
        return None
    missing = missing_for_spark()
    if missing is not None:
        from pipeline.spark.session import SparkError

        raise SparkError(missing)
    return str(options.master)


def missing_for_spark() -> str | None:
    """Return what must be installed before Spark can be loaded, and how; None if nothing is missing."""
    if any(importlib.util.find_spec(name) is None for name in ("pyspark", "pandas", "sqlglot")):
        return "Spark is an extra that is not installed; in a clone: make spark; elsewhere: install twintowns[spark]"
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        return "Spark needs Java 17 or newer; on Debian or Ubuntu: apt-get install openjdk-17-jre-headless"
    return None


def open_engine(options: argparse.Namespace) -> AbstractContextManager[Engine]:
    """Return the engine as a context manager.

    Raises:
        UsageError: as `spark_master`.
        SparkError: Spark is missing, or, when the context is entered, does not answer.
    """
    from pipeline.build import LocalEngine

    master = spark_master(options)
    if master is None:
        return nullcontext(LocalEngine())
    from pipeline.spark.engine import spark_engine

    return spark_engine(master)
