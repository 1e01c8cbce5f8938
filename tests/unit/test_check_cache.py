"""What is cached of a source between refreshes is all that was made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.gazetteer.countries import country_names
from pipeline.sources import load_declarations
from pipeline.validate import Checked, check_source
from pipeline.validate.cache import CheckCache, prune_cache
from pipeline.validate.source_reader import load_files

if TYPE_CHECKING:
    from pathlib import Path


class Source:
    """A source of the starter collection, validated with a cache."""

    def __init__(self, name: str, raw: Path, cache: Path) -> None:
        self.declaration = load_declarations()[name]
        self.received = load_files(self.declaration, raw)
        self.cache = cache

    def check(self, code: str = "code") -> tuple[Checked, bool]:
        """Return what was made of it, and whether that was cached."""
        cache = CheckCache(self.cache, code)
        if cached := cache.load(self.declaration, self.received):
            return cached, True
        checked = check_source(self.declaration, self.received, country_names())
        cache.store(self.declaration, self.received, checked)
        return checked, False


@pytest.fixture
def towns(tmp_path: Path, pytestconfig: pytest.Config) -> Source:
    return Source("starter_towns", pytestconfig.rootpath / "raw", tmp_path)


@pytest.fixture
def groups(tmp_path: Path, pytestconfig: pytest.Config) -> Source:
    return Source("starter_groups", pytestconfig.rootpath / "raw", tmp_path)


def test_what_is_cached_is_what_was_made(towns: Source) -> None:
    (first, is_cached), (again, is_cached_now) = towns.check(), towns.check()
    assert (is_cached, is_cached_now) == (False, True)
    for name in Checked.frame_names():
        assert getattr(again, name).equals(getattr(first, name)), name
        assert getattr(again, name).schema == getattr(first, name).schema, name
    for file, same in zip(first.raw, again.raw, strict=True):
        assert (same.source_id, same.snapshot_id) == (file.source_id, file.snapshot_id)
        assert same.rows.equals(file.rows)
    assert first.claims.height > 0


def test_other_code_makes_it_anew(groups: Source) -> None:
    made = [groups.check(code)[1] for code in ("code", "other", "other")]
    assert made == [False, False, True]


@pytest.mark.parametrize("damage", [slice(None, -3), slice(3, None), slice(0)], ids=["end", "start", "all"])
def test_a_file_that_is_cut_off_is_made_anew(groups: Source, damage: slice) -> None:
    whole, _ = groups.check()
    (path,) = groups.cache.iterdir()
    path.write_bytes(path.read_bytes()[damage])
    again, is_cached = groups.check()
    assert not is_cached
    assert again.group_members.equals(whole.group_members)
    assert groups.check()[1]


def test_a_file_of_which_any_byte_is_another_is_made_anew(groups: Source) -> None:
    groups.check()
    (path,) = groups.cache.iterdir()
    content = path.read_bytes()
    for place in range(0, len(content), len(content) // 20):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert not groups.check()[1], place
    assert path.read_bytes() == content


def test_sources_that_are_not_read_any_more_are_forgotten(groups: Source, towns: Source) -> None:
    groups.check()
    towns.check()
    (groups.cache / ".starter_towns.checked.1234").touch()
    prune_cache(groups.cache, frozenset({"starter_groups"}))
    assert [path.name for path in groups.cache.iterdir()] == ["starter_groups.checked"]
    assert groups.check()[1]
