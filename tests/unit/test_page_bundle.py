"""What is committed of the page is what its sources give."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from pipeline import page

if TYPE_CHECKING:
    from pathlib import Path

HERE = page._HERE
MADE = ("report.js", "base.json", "NOTICES")


def test_the_bundle_names_the_sources_that_it_was_made_of() -> None:
    digest = hashlib.sha256()
    sources = [f"src/{path.name}" for path in sorted((HERE / "src").iterdir())]
    for name in (*sources, "build.js", "package-lock.json"):
        digest.update(f"{name}\n".encode() + (HERE / name).read_bytes())
    stated = re.search(r"Sources: ([0-9a-f]{64})", (HERE / "report.js").read_text(encoding="utf-8")[:300])
    assert stated, "report.js was not made by build.js"
    assert stated[1] == digest.hexdigest(), "src/ was changed after report.js was made: run make page"


def test_the_lock_has_checksums_and_no_address() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not [name for name, entry in packages.items() if "resolved" in entry]


def test_every_package_in_the_bundle_has_its_licence() -> None:
    notices = (HERE / "NOTICES").read_text(encoding="utf-8")
    for name in ("d3-geo", "d3-zoom", "d3-scale", "d3-delaunay", "delaunator", "world-atlas"):
        assert f"{name} " in notices
    assert "Permission to use, copy, modify" in notices


def test_the_sources_give_the_committed_bundle(tmp_path: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("no npm here; the bundle is only held against its sources' checksum")
    for name in ("src", "build.js", "package.json", "package-lock.json", ".npmrc"):
        copy = shutil.copytree if (HERE / name).is_dir() else shutil.copy
        copy(HERE / name, tmp_path / name)
    fetched = subprocess.run(
        ("npm", "ci", "--ignore-scripts", "--fetch-retries=0", "--fetch-timeout=20000"),
        cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    if fetched.returncode:
        pytest.skip("npm could not fetch what the page is bundled with: " + fetched.stderr.strip()[-200:])
    subprocess.run(("node", "build.js"), cwd=tmp_path, capture_output=True, timeout=120, check=True)
    for name in MADE:
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), f"{name}: run make page"
