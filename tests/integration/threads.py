"""The command line with as many threads of DuckDB's as the first argument says, as in `threads.py 2 build`.

polars takes its number from POLARS_MAX_THREADS.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from unittest import mock

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

if __name__ == "__main__":
    from pipeline.cli import main

    threads = int(sys.argv.pop(1))
    connect: Callable[..., duckdb.DuckDBPyConnection] = duckdb.connect

    def connect_with_threads(*arguments: Any, config: dict[str, Any] | None = None, **more: Any) -> Any:
        connection = connect(*arguments, config=(config or {}) | {"threads": threads}, **more)
        assert connection.execute("SELECT current_setting('threads')").fetchall() == [(threads,)]
        return connection

    with mock.patch("duckdb.connect", connect_with_threads):
        sys.exit(main())
