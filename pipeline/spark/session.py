"""A session with a Spark master, opened and closed; its errors are messages for an operator."""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from pipeline.errors import TwintownsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

_ANSWER_SECONDS: Final = 5.0
#: How long a master may take to start the first executor.
_EXECUTOR_SECONDS: Final = 60.0
_LOOPBACK: Final = {"127.0.0.1", "localhost"}
#: An error and its message in a worker's traceback.
_RAISED: Final = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception|Interrupt)): (.+)$", re.MULTILINE)


class SparkError(TwintownsError):
    """Spark is not installed, does not answer or gave up; the message says which and what to do."""


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """Open a session with a master and close it at the end; raise errors of Spark as `SparkError`.

    Args:
        master: as Spark has it: `spark://host:7077`, or `local[2]` for two cores of this machine.

    Raises:
        UsageError: that is no address of a master.
        SparkError: the master does not answer, no worker is free, or a job failed.
    """
    spark = _open(master)
    try:
        _await_executor(spark, master)
        # Spark's default of 200 is for other sizes.
        spark.conf.set("spark.sql.shuffle.partitions", str(2 * spark.sparkContext.defaultParallelism))
        with explained():
            yield spark
    finally:
        # A dead context cannot be stopped again.
        with suppress(Exception):
            spark.stop()


@contextmanager
def explained() -> Iterator[None]:
    """Raise errors of Spark as `SparkError`."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        raise SparkError(_explain(error)) from error


def _open(master: str) -> SparkSession:
    from pyspark.sql import SparkSession

    _check_address(master)
    _check_answers(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # This logger writes each error with the trace of the JVM.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    settings = {
        "spark.app.name": "twintowns",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "FATAL",
        "spark.sql.session.timeZone": "UTC",
        # A task has one core: the threads of a library would take the cores of other tasks.
        "spark.executorEnv.POLARS_MAX_THREADS": "1",
    }
    hosts = [host for host, _ in _hosts(master)]
    if master.startswith("local") or (hosts and set(hosts) <= _LOOPBACK):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    with explained():
        return builder.getOrCreate()


def _hosts(master: str) -> list[tuple[str, int]]:
    """Return host and port of each master of a standalone cluster."""
    hosts = re.findall(r"([^,/:]+):(\d+)", master) if master.startswith("spark://") else []
    return [(host, int(port)) for host, port in hosts]


def _check_address(master: str) -> None:
    if not re.fullmatch(r"local(?:\[[\d*]+(?:, *\d+)?\])?|spark://[^/,:]+:\d+(?:,[^/,:]+:\d+)*|yarn|k8s://.+", master):
        raise UsageError(f"{master!r} is no Spark master: give spark://host:7077, or local[2] for this machine alone")


def _check_answers(master: str) -> None:
    """Raise an error if no master answers: Spark itself takes more than a minute, and does not say why."""
    problem: OSError | None = None
    for host, port in _hosts(master):
        try:
            socket.create_connection((host, port), _ANSWER_SECONDS).close()
        except OSError as error:
            problem = error
        else:
            return
    if problem is not None:
        raise SparkError(
            f"the Spark master {master} does not answer ({problem.strerror or problem}); is it running there? "
            "The previous release stays current"
        )


def _await_executor(spark: SparkSession, master: str) -> None:
    """Wait for the first executor: without one, a job never starts."""
    if master.startswith("local"):
        return
    until = time.monotonic() + _EXECUTOR_SECONDS
    # The driver is one of them.
    while spark._jsparkSession.sparkContext().getExecutorMemoryStatus().size() < 2:  # noqa: SLF001
        if time.monotonic() > until:
            raise SparkError(
                f"the Spark master {master} gave us no executor in {_EXECUTOR_SECONDS:.0f} seconds; are its workers "
                "alive, with a core and memory free? The previous release stays current"
            )
        time.sleep(0.1)


def _explain(error: Exception) -> str:
    """Return the last error that a worker raised, or else the first line of what Spark says."""
    text = str(error)
    errors = _RAISED.findall(text)
    if "ModuleNotFoundError: No module named 'pipeline'" in text:
        why = "twintowns is not installed on the workers; install the same version on each, with the same libraries"
    elif errors:
        why = ": ".join(errors[-1])
    else:
        why = text.strip().splitlines()[0] if text.strip() else type(error).__name__
    return f"Spark gave up: {why}\nThe previous release stays current."
