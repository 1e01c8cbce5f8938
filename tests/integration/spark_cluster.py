"""A standalone Spark cluster on loopback: a master and two workers, real processes, for tests alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOST = "127.0.0.1"
_SECONDS = 60


@dataclass
class Cluster:
    """A master and its workers, each with what it starts in a process group of its own."""

    folder: Path
    master: str = ""
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, workers: int) -> None:
        """Start the master and wait for its address, then the workers and wait until they are registered."""
        log = self._run("master", "org.apache.spark.deploy.master.Master", "--port", "0")
        self.master = _await(log, r"Starting Spark master at (spark://\S+)")
        for number in range(workers):
            self.add_worker(number)
        for number in range(workers):
            _await(self.folder / f"worker{number}.log", r"Successfully registered with (master \S+)")

    def add_worker(self, number: int) -> None:
        """Start a worker with one core."""
        place = ("--cores", "1", "--memory", "1g", "--work-dir", str(self.folder / f"work{number}"), self.master)
        self._run(f"worker{number}", "org.apache.spark.deploy.worker.Worker", "--port", "0", *place)
        self.workers.append(self.started[-1])

    def kill_worker(self, number: int) -> None:
        """Kill a worker and its executors on the spot."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()

    def stop(self) -> None:
        """End all that was started."""
        for process in reversed(self.started):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _run(self, name: str, main: str, *arguments: str) -> Path:
        import pyspark

        home = Path(pyspark.__file__).parent
        start = home / "bin" / "spark-class"
        command: list[str | Path] = [start, main, "--host", _HOST, "--webui-port", "0", *arguments]
        log = self.folder / f"{name}.log"
        with log.open("wb") as out:
            variables = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": _HOST, "SPARK_DAEMON_MEMORY": "256m"}
            process = subprocess.Popen(
                command, env=os.environ | variables, stdout=out, stderr=out, start_new_session=True, cwd=self.folder
            )
        self.started.append(process)
        return log


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Return a running cluster, whose logs are in the folder."""
    started = Cluster(folder)
    try:
        started.start(workers)
        yield started
    finally:
        started.stop()


def _await(log: Path, pattern: str) -> str:
    until = time.monotonic() + _SECONDS
    while not (match := re.search(pattern, log.read_text(errors="replace"))):
        assert time.monotonic() < until, log.read_text(errors="replace")
        time.sleep(0.1)
    return match[1]


if __name__ == "__main__":
    with cluster(Path(sys.argv[1])) as running:
        print(running.master, flush=True)  # noqa: T201
        subprocess.run(["bash", *sys.argv[2:], running.master], check=False)
