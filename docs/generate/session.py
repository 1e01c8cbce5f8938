"""Runs the examples of a page, one after the other, in a folder of their own with a release of the starter collection.

`twintowns …` runs in this process, `duckdb -readonly FILE "SQL"` and `duckdb -c "SQL"` by DuckDB's module, other
commands by the shell. Of `make …` it is checked that there is such a target; `make pipeline` prints what the build of
the release printed.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final
from unittest import mock

import duckdb

from pipeline.cli import main
from pipeline.extract import isolation
from pipeline.report.query import run_query
from pipeline.report.results import as_text

ROOT: Final = Path(__file__).parents[2]
#: What a log says of each step; on a terminal there are bars instead, which vanish.
_PROGRESS: Final = re.compile(r"[\w ]+: [\d.]+ s|\{\"time\": .*\}")
_SHELL: Final = re.compile(r"[|<>;&$`*]")
#: Characters of a line of a table of SQL: what a wide screen shows of a page.
_WIDTH: Final = 200


class Session:
    """A folder with `raw/` and `curated/` as a fresh clone has them after `make pipeline`."""

    def __init__(self, folder: Path, release: Path, built: str) -> None:
        """Make the folder.

        Args:
            folder: an empty folder.
            release: a release of the starter collection. Nothing is written there.
            built: what its build has printed.
        """
        # The worker of builds stays in the folder in which it was started.
        isolation._POOL.end()  # noqa: SLF001
        self.folder = folder
        self._built = built
        self._names: dict[str, Any] = {}
        for source in (ROOT / "raw").glob("starter_*"):
            shutil.copytree(source, folder / "raw" / source.name)
        copy = folder / "curated" / "releases" / release.name
        shutil.copytree(release, copy, copy_function=_link_or_copy)
        (folder / "curated" / "current").symlink_to(Path("releases", release.name))

    def write(self, name: str, text: str) -> None:
        """Write a file that examples use."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def read(self, name: str) -> str:
        """Return a file that an example has written."""
        return (self.folder / name).read_text("utf-8")

    def run(self, command: str) -> tuple[str, int]:
        """Return what a command of a terminal prints, and its exit code."""
        words = shlex.split(command, comments=True)
        if words[0] == "make":
            targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
            missing = [word for word in words[1:] if "=" not in word and word not in targets]
            return (self._built if words == ["make", "pipeline"] else ""), len(missing)
        quoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", command.partition(" #")[0])
        if words[0] == "twintowns" and not _SHELL.search(quoted):
            return self._captured(lambda: main(words[1:]))
        if words[:2] in (["duckdb", "-readonly"], ["duckdb", "-c"]):
            return self._captured(lambda: _show(words[-1], *words[2:-1]))
        return self._by_shell(command)

    def python(self, source: str, *, shows_values: bool) -> str:
        """Return what Python prints; names stay known on the page.

        Args:
            source: a program, or one statement.
            shows_values: print the value of an expression, as an interactive session does.
        """
        code = compile(source, "<page>", "single" if shows_values else "exec")
        return self._captured(lambda: exec(code, self._names))[0]  # the pages are our own

    def other_python(self, environment: str, source: str) -> str | None:
        """Return what a program prints in another environment of the project, or nothing where that is not there."""
        python = ROOT / environment / "bin" / "python"
        if not python.exists():
            return None
        command = (python, "-c", source)
        return subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, text=True, check=True).stdout

    def close(self) -> None:
        """Close what Python has left open: DuckDB opens a file once in a process."""
        for value in self._names.values():
            if isinstance(value, duckdb.DuckDBPyConnection):
                value.close()

    def table(self, sql: str) -> str:
        """Return the result of a query as `twintowns query` prints it."""
        with chdir(self.folder):
            return as_text(run_query(Path("curated"), sql.rstrip().removesuffix(";")), "table", width=_WIDTH)

    def sql(self, script: str) -> None:
        """Run statements whose results the page does not show, in DuckDB."""
        with chdir(self.folder), duckdb.connect() as connection:
            connection.execute("ATTACH 'curated/current/twintowns.duckdb' AS release (READ_ONLY)")
            if "ATTACH" not in script:
                connection.execute("USE release")
            for statement in connection.extract_statements(script):
                connection.execute(statement).fetchall()

    def _captured(self, action: Any) -> tuple[str, int]:  # noqa: ANN401
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
        with (
            chdir(self.folder),
            redirect_stdout(out),
            redirect_stderr(out),
            mock.patch.dict(os.environ, {"PATH": path, "COLUMNS": "120"}),
            mock.patch.object(sys, "displayhook", sys.__displayhook__),
        ):
            try:
                code = action()
            except SystemExit as ended:
                code = ended.code
        out.seek(0)
        lines = out.read().splitlines()
        return "\n".join(line for line in lines if not _PROGRESS.fullmatch(line)), code or 0

    def _by_shell(self, command: str) -> tuple[str, int]:
        """Run a command by the shell, with a `twintowns` that runs this code."""
        program = self.folder / ".bin" / "twintowns"
        if not program.exists():
            program.parent.mkdir()
            program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pipeline "$@"\n')
            program.chmod(0o755)
        variables = {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
        ended = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = ended.stdout.splitlines()
        return "\n".join(line for line in lines if not _PROGRESS.fullmatch(line)), ended.returncode


def _show(sql: str, database: str = "") -> None:
    with duckdb.connect(database or ":memory:", read_only=bool(database)) as connection:
        print(connection.sql(sql))


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
