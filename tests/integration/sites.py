"""A small source that is published on a mirror, and refreshes of it, which several tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from small import with_small_gazetteer

from pipeline.publish.verify import verify
from pipeline.refresh import RefreshOptions, refresh
from pipeline.sources.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.publish.run_log import Run

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).with_name("small.py")
#: The starter collection, which no test may write into.
STARTER = ROOT / "raw"
HEADER = "Stadt;Land;Partner;Partnerland;Seit;Form"
PARTNERS = (
    "Coburg;Deutschland;Oudenaarde;Belgien;1972;p",
    "Celle;Deutschland;Meudon;Frankreich;1953;p",
    "Köln;Deutschland;Lille;Frankreich;1958;p",
    "Racibórz;Polen;Opava;Tschechien;1992;p",
    "Paderborn;Deutschland;Le Mans;Frankreich;1967;p",
    "Coventry;Großbritannien;Dresden;Deutschland;1959;f",
    "Bologna;Italien;Zagreb;Kroatien;1961;p",
    "Tampere;Finnland;Klaipėda;Litauen;1997;p",
)
DECLARATION = """\
title = "Partner towns of a few towns"
publisher = "a club"
url = "https://example.org/list"
licence = "CC0-1.0"
language = "de"
kind = "list"
authority = "list"
directions = "one"
as_of = 2024-12-31
files = [{ name = "list.csv", url = "https://example.org/NAME.csv" }]
format = { delimiter = ";" }
codes.form = { p = "partnership", f = "friendship" }

[columns]
town = "Stadt"
town_country = "Land"
partner = "Partner"
partner_country = "Partnerland"
start = "Seit"
form = "Form"
"""


def starter_raw(folder: Path) -> Path:
    """Return a raw store in a folder, with the starter collection, into which a build can put lists of its own."""
    raw = folder / "raw"
    if not raw.exists():
        raw.mkdir(parents=True)
        for source in STARTER.glob("starter_*"):
            (raw / source.name).symlink_to(source)
    return raw


@dataclass(frozen=True)
class Site:
    """A folder with `mirror/`, what publishers have; `sources/`, declarations; `raw/` and `out/`."""

    folder: Path
    names: tuple[str, ...] = ("club",)

    def copy(self, folder: Path) -> Site:
        """Return the same site in another folder."""
        return Site(Path(shutil.copytree(self.folder, folder, symlinks=True)), self.names)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def raw(self) -> Path:
        return self.folder / "raw"

    @property
    def mirror(self) -> Path:
        return self.folder / "mirror"

    def declare(self, name: str = "club", more: str = "") -> None:
        """Declare a list that is published on the mirror."""
        for part in (self.folder / "sources", self.mirror):
            part.mkdir(parents=True, exist_ok=True)
        text = DECLARATION.replace("NAME", name) + more
        (self.folder / "sources" / f"{name}.toml").write_text(text, "utf-8")
        lines = [f"https://example.org/{one}.csv,{one}.csv\n" for one in self.names]
        (self.mirror / "index.csv").write_text("".join(["url,path\n", *lines]))

    def put(self, rows: Iterable[str], name: str = "club") -> None:
        """Publish the list."""
        (self.mirror / f"{name}.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")

    @property
    def settings(self) -> Settings:
        return Settings(self.raw, self.out, (self.folder / "sources",), only=frozenset(self.names))

    def refresh(self, **options: Any) -> Run:
        """Refresh in this process."""
        with with_small_gazetteer():
            return refresh(self.settings, RefreshOptions(**{"mirror": self.mirror} | options))

    def arguments(self, *more: str) -> list[str]:
        """Return what follows `twintowns` for a refresh."""
        return [
            "refresh",
            "--only",
            *self.names,
            "--sources",
            str(self.folder / "sources"),
            "--raw",
            str(self.raw),
            "--out",
            str(self.out),
            "--mirror",
            str(self.mirror),
            *more,
        ]

    def start(self, *more: str, **how: Any) -> subprocess.Popen[str]:
        """Refresh in a process of its own."""
        command = [sys.executable, str(SMALL), *self.arguments(*more)]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        env = os.environ | {"PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"}
        return subprocess.Popen(command, cwd=ROOT, **{"env": env} | pipes | how)

    def run(self, *more: str, **how: Any) -> subprocess.CompletedProcess[str]:
        """Refresh in a process of its own, to its end."""
        process = self.start(*more, **how)
        said, complained = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, said, complained)

    @property
    def current(self) -> str:
        """Return the id of the current release."""
        return (self.out / "current").readlink().name

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.out / "current" / f"{name}.parquet")

    def verify(self) -> None:
        verify(self.out)


def new_site(folder: Path, *names: str) -> Site:
    """Return a site whose lists are published and declared, and nothing was refreshed yet."""
    site = Site(folder, names or ("club",))
    for place, name in enumerate(site.names):
        site.declare(name)
        site.put(PARTNERS[place:], name)
    return site
