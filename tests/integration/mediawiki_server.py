"""A real MediaWiki on loopback: Debian's package, SQLite, PHP's own server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from xml.sax.saxutils import escape, quoteattr

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Small, so that answers go on in further ones as those of a large wiki do. In bytes.
_RESULT_SIZE = 20_000
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
_PLACES = (
    Path(os.environ.get("TWINTOWNS_MEDIAWIKI", "/usr/share/mediawiki")),
    # Where .ci/mediawiki puts it.
    _CACHE / "twintowns" / "mediawiki" / "usr" / "share" / "mediawiki",
)


class Wiki:
    """A wiki of one language with the given pages, all of the same moment."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder, self.url = program, folder, ""

    def maintain(self, script: str, *arguments: str | Path, text: str | None = None) -> None:
        """Run one of MediaWiki's maintenance scripts."""
        settings = {"MW_INSTALL_PATH": str(self.program)}
        if (self.folder / "LocalSettings.php").exists():
            settings["MW_CONFIG_FILE"] = str(self.folder / "LocalSettings.php")
        done = subprocess.run(
            ["php", self.program / "maintenance" / f"{script}.php", *arguments],
            env=os.environ | settings, input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{script}.php: {done.stdout[-1000:]}{done.stderr[-1000:]}")

    def load(self, pages: Mapping[str, str]) -> None:
        """Take in pages by title, and index what they say and what they use."""
        dump = self.folder / "pages.xml"
        dump.write_text(_dump(pages), encoding="utf-8")
        self.maintain("importDump", dump)
        self.maintain("rebuildtextindex")
        self.maintain("refreshLinks")

    def edit(self, title: str, text: str) -> None:
        """Give a page another revision, or make it."""
        self.maintain("edit", "--user", "Admin", title, text=text)

    def delete(self, title: str) -> None:
        """Delete a page."""
        titles = self.folder / "titles.txt"
        titles.write_text(title + "\n", encoding="utf-8")
        self.maintain("deleteBatch", titles)


def _dump(pages: Mapping[str, str]) -> str:
    about = "<timestamp>2024-01-02T03:04:05Z</timestamp><contributor><username>Scriba</username></contributor>"
    written = []
    for title, text in pages.items():
        target = title.removeprefix("→")
        space = 10 if title.startswith("Template:") else 14 if title.startswith("Category:") else 0
        written.append(
            f"<page><title>{escape(target)}</title><ns>{space}</ns><revision>{about}<model>wikitext</model>"
            f'<format>text/x-wiki</format><text xml:space="preserve">{escape(text)}</text></revision></page>'
        )
    schema = quoteattr("http://www.mediawiki.org/xml/export-0.11/")
    return f'<mediawiki xmlns={schema} version="0.11" xml:lang="it">{"".join(written)}</mediawiki>'


@contextmanager
def mediawiki(folder: Path, language: str, pages: Mapping[str, str]) -> Iterator[Wiki]:
    """Run a wiki; the test is skipped where MediaWiki or PHP is not installed, and `.ci/mediawiki` says how."""
    program = next((place for place in _PLACES if (place / "api.php").is_file()), None)
    if program is None or not shutil.which("php"):
        pytest.skip("no MediaWiki here: run .ci/mediawiki, which installs PHP and unpacks Debian's package")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    wiki = Wiki(program, folder)
    wiki.url = f"http://127.0.0.1:{port}/api.php"
    try:
        wiki.maintain(
            "install", "--dbtype", "sqlite", "--dbpath", folder, "--dbname", "wiki", "--confpath", folder,
            "--server", f"http://127.0.0.1:{port}", "--scriptpath", "", "--lang", language,
            "--pass", "a long enough password", "Towns", "Admin",
        )  # fmt: skip
    except RuntimeError as error:
        pytest.skip(f"MediaWiki cannot be set up here ({str(error)[:300]}); run .ci/mediawiki")
    with (folder / "LocalSettings.php").open("a") as settings:
        settings.write(f"\n$wgAPIMaxResultSize = {_RESULT_SIZE};\n$wgJobRunRate = 0;\n")
    wiki.load(pages)
    environment = os.environ | {"MW_CONFIG_FILE": str(folder / "LocalSettings.php")}
    with (folder / "php.log").open("w") as log:
        server = subprocess.Popen(
            ["php", "-S", f"127.0.0.1:{port}", "-t", program], env=environment, stdout=log, stderr=log
        )
        try:
            _wait_for(wiki.url, server)
            yield wiki
        finally:
            server.terminate()
            server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}?action=query&meta=siteinfo&format=json", timeout=10):
                return
        except URLError:
            time.sleep(0.05)
    pytest.skip("PHP's server did not come up")
