"""Every example of README.md and of the pages in docs/ is run, and prints what the page shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from docs.generate.blocks import blocks, without_blocks
from docs.generate.elisions import is_printed, print_anew
from docs.generate.examples import ExampleError, run_examples, with_outputs
from docs.generate.outputs import PAGES
from docs.generate.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = [page for page in PAGES if "```" in page.read_text(encoding="utf-8")]
#: A comment with a query, and the paragraph below that has its figures.
COUNTS = re.compile(r"<!-- counts: (?P<sql>.*?) -->\n(?P<below>(?:\n*<!--.*-->\n)*\n*(?:.+\n)+)")


@pytest.fixture
def session(starter: Path, starter_printed: str, tmp_path: Path) -> Iterator[Session]:
    opened = Session(tmp_path, starter, starter_printed)
    yield opened
    opened.close()


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.name)
def test_a_page_prints_what_it_shows(session: Session, page: Path) -> None:
    examples = [*run_examples(page.read_text(encoding="utf-8"), session)]
    wrong = [
        "\n".join([f"line {each.start + 1}: {each.source}", *each.actual]) for each in examples if not each.is_current
    ]
    assert not wrong, "\n\n".join(["print it anew with: make outputs", *wrong])


def counted() -> list[tuple[str, str, str]]:
    return [
        (page.name, match["sql"], match["below"])
        for page in PAGES
        for match in COUNTS.finditer(without_blocks(page.read_text(encoding="utf-8")))
    ]


def test_figures_in_sentences_are_those_of_the_starter_collection(starter: Path) -> None:
    assert {page for page, *_ in counted()} >= {"README.md", "cookbook.md", "limitations.md"}
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        for page, sql, below in counted():
            [row] = connection.execute(sql).fetchall()
            missing = [f"{figure:,}" for figure in row if f"{figure:,}" not in below]
            assert not missing, f"{page}: {sql}"


def test_what_readme_says_to_type_is_run_on_the_page_of_it() -> None:
    table = README.partition("## How do I get the data")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| .* \| `(.*)` \|$", table, re.MULTILINE)
    page = (ROOT / "docs" / "get-the-data.md").read_text(encoding="utf-8")
    shown = "\n".join(block.text for block in blocks(page)) + page
    assert len(lines) == 6
    assert [line for line in lines if line not in shown] == []


def test_readme_has_two_screens() -> None:
    assert README.count("\n") <= 150
    assert re.findall(r"^#+ .*", without_blocks(README), re.MULTILINE)[1:6] == [
        "## Two commands",
        "## Five questions",
        "## How do I get the data",
        "## Three limits",
        "## Read on",
    ]


def test_the_build_of_all_lists_is_the_one_that_is_shown(real_lists: Path) -> None:
    page = (ROOT / "docs" / "more-lists.md").read_text("utf-8")
    [shown] = re.findall(r"^[\d,]+ partnerships between .*", page, re.MULTILINE)
    assert shown in (real_lists / "first.log").read_text("utf-8").splitlines()


# What runs them


def run(session: Session, page: str) -> list[tuple[bool, tuple[str, ...]]]:
    return [(each.is_current, each.actual) for each in run_examples(page, session)]


def test_what_is_printed_otherwise_is_seen_and_printed_anew(session: Session) -> None:
    page = """\
```sql
SELECT 1 AS one;
```

```text
old
```

- In a list:

  ```pycon
  >>> 1 + 1
  3
  ```

```python
print("a")
print("b")
```

```text
a
b
```
"""
    assert [is_current for is_current, _ in run(session, page)] == [False, False, True]
    anew = with_outputs(page, [*run_examples(page, session)])
    assert anew == page.replace("old", "┌─────┐\n│ one │\n╞═════╡\n│ 1   │\n└─────┘").replace("  3\n", "  2\n")
    assert all(is_current for is_current, _ in run(session, anew))


def test_a_comment_says_what_is_special(session: Session) -> None:
    page = """\
<!-- not run: it ends the world -->
```console
$ false
```

`folder/list.txt`:

```text
one
```

<!-- file: more.txt, below folder/list.txt -->
```text
two
```

```console
$ cat more.txt
one
two
$ tr a-z A-Z <more.txt >upper.txt
```

<!-- prints: upper.txt -->
```text
ONE
…
```

<!-- exit code: 2 -->
```console
$ twintowns query "FROM
  nothing"
twintowns: …
…
```
"""
    assert [is_current for is_current, _ in run(session, page)] == [True, True, True, True]


@pytest.mark.parametrize(
    "page",
    [
        "```console\n$ false\n```\n",
        "```console\n$ twintowns query 'FROM nothing'\n```\n",
        "```console\n$ twintowns no-such-command\n```\n",
        "```console\n$ make no-such-target\n```\n",
        "```console\nno command\n```\n",
        "```sql\nFROM nothing;\n```\n",
        "```python\n1 / 0\n```\n",
    ],
)
def test_what_fails_is_an_error(session: Session, page: str) -> None:
    with pytest.raises((ExampleError, duckdb.Error, ZeroDivisionError)):
        run(session, page)


@pytest.mark.parametrize(
    ("printed", "actual", "is_shown"),
    [
        (["a", "b"], ["a ", "b", ""], True),
        (["a"], ["a", "b"], False),
        (["a", "…"], ["a", "b", "c"], True),
        (["a", "…"], ["a"], True),
        (["…", "c"], ["a", "b", "d"], False),
        (["000001-… in a"], ["000001-0f in a"], True),
        (["000001-… in a"], ["000001-0f in b"], False),
    ],
)
def test_an_elision_stands_for_anything(printed: list[str], actual: list[str], *, is_shown: bool) -> None:
    assert is_printed(printed, actual) is is_shown


def test_elisions_stay_when_a_page_is_printed_anew() -> None:
    printed = ["rows 1", "…", "id …, 2 towns", "…", "end"]
    actual = ["rows 7", "x", "y", "id 4f, 2 towns", "z", "end"]
    assert print_anew(printed, actual) == ["rows 7", "…", "id …, 2 towns", "…", "end"]
    assert print_anew(printed, ["rows 1", *actual[1:]]) == printed
    assert print_anew(["a", "b"], ["c"]) == ["c"]
    assert print_anew(["release 01-… in a/…/b", "x"], ["release 02-0f in c/d/b", "y"]) == ["release 02-… in c/…/b", "y"]
    assert print_anew(["release 01-… in a"], ["the release 01-0f in b"]) == ["the release 01-… in b"]
