"""Twinning sections of a town's article and pages that list many towns', in each language that has a profile."""

from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders import account, declare, receive
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.dates import parse_dates
from pipeline.errors import SourceError
from pipeline.gazetteer.countries import country_names
from pipeline.readers import chunks
from pipeline.readers.raw_rows import LOCATOR, VALUE_SEPARATOR
from pipeline.readers.table import read_table
from pipeline.readers.wikitext import languages, load_profile, places, twinning_pattern
from pipeline.readers.wikitext.page import PageReader
from pipeline.readers.wikitext.profiles import common_words
from pipeline.readers.wikitext.sections import listed_place
from pipeline.sources import Format
from pipeline.validate import check_source

FIXTURES = Path(__file__).parent / "fixtures" / "wikitext"
COLUMNS = {
    name: name
    for name in (
        "line_kind", "town", "town_region", "town_country", "partner", "partner_country", "partner_region", "form",
        "status", "end_cause", "evidence_url", "note",
    )
} | {"start": "since", "end": "until"}  # fmt: skip

Partner = tuple[str, str, str, str, str]


def read(text: str, language: str = "it", title: str = "Agropoli") -> pl.DataFrame:
    return read_table(text.encode(), Format(type="wikitext", language=language, title=title), "a.wiki").rows


def partners(text: str, language: str = "it", title: str = "Agropoli") -> list[Partner]:
    """Return name, country, region, since and until of the partners of a page."""
    rows = read(text, language, title).filter(pl.col("partner") != "")
    columns = ("partner", "partner_country", "partner_region", "since", "until")
    return [
        partner
        for row in rows.select(columns).iter_rows()
        for partner in zip(*(cell.split(VALUE_SEPARATOR) for cell in row), strict=True)
    ]


def section(line: str, language: str = "it") -> str:
    return {"it": "== Gemellaggi ==", "de": "== Städtepartnerschaften ==", "en": "== Twin towns ==",
            "zh": "== 友好城市 ==", "fr": "== Jumelages =="}[language] + "\n" + line  # fmt: skip


def kinds(text: str, language: str = "it") -> list[str]:
    return read(text, language)["line_kind"].to_list()


# Pages as they are


@functools.cache
def expected() -> pl.DataFrame:
    return pl.read_csv(FIXTURES / "expected.tsv", separator="\t", infer_schema=False).fill_null("")


def code(text: str) -> str:
    """Return the code of the country that a text means, as the rest of the pipeline will read it."""
    return places.country_code(text) or "" if text else ""


@pytest.mark.parametrize("language", sorted({path.name for path in FIXTURES.iterdir() if path.is_dir()}))
def test_what_a_reader_would_list_is_found_and_right(language: str) -> None:
    wanted = expected().filter(pl.col("language") == language)
    missed, wrong, listed_count = [], [], 0
    for title in wanted["title"].unique(maintain_order=True):
        text = (FIXTURES / language / f"{title.replace(' ', '_')}.wiki").read_text("utf-8")
        rows = read(text, language, title).filter(pl.col("partner") != "")
        columns = ("partner", "partner_country", "partner_region", "since", "until", "form", "status")
        listed = [
            (town, *values)
            for town, *cells in rows.select("town", *columns).iter_rows()
            for values in zip(*(cell.split(VALUE_SEPARATOR) for cell in cells), strict=True)
        ]
        listed_count += len(listed)
        for _, _, town, partner, *rest in wanted.filter(pl.col("title") == title).iter_rows():
            hit = next((entry for entry in listed if entry[1] == partner and (not town or entry[0] == town)), None)
            if hit is None:
                missed.append((title, partner))
                continue
            listed.remove(hit)
            if [code(hit[2]), *hit[3:]] != rest:
                wrong.append((title, rest, hit))
        wrong += [(title, [], entry) for entry in listed]
    assert len(missed) <= 0.05 * wanted.height, missed
    assert len(wrong) <= 0.02 * listed_count, wrong


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*.wiki")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_line_of_a_section_is_accounted_for(path: Path) -> None:
    rows = read(path.read_text("utf-8"), path.parent.name, path.stem.replace("_", " "))
    numbers = rows[LOCATOR].str.extract(r"line (\d+)$").cast(pl.Int64).to_list()
    lines = path.read_text("utf-8").split("\n")
    assert numbers == sorted(set(numbers))
    assert rows["raw"].to_list() == [lines[number - 1] for number in numbers]
    # None of a section's lines is left out: where one is missing, a section ended, and a heading follows.
    for before, after in itertools.pairwise(numbers):
        assert after == before + 1 or lines[before].startswith("==")
    unread = rows.filter((pl.col("line_kind") == "partner") & (pl.col("partner") == ""))
    assert unread.is_empty(), unread["raw"].to_list()


def test_dates_are_as_precise_when_they_are_read() -> None:
    for (language,), rows in expected().group_by("language"):
        texts = pl.concat([rows["since"], rows["until"].alias("since")]).filter(
            pl.concat([rows["since"], rows["until"].alias("since")]) != ""
        )
        dates = parse_dates(texts, str(language))
        assert dates["date"].null_count() == 0
        assert dates["date_note"].null_count() == dates.height
        coarse = dates.filter((pl.col("precision") == "year") & (pl.col("text").str.len_chars() > 5))
        assert coarse.is_empty(), coarse["text"].to_list()


# Shapes of a line


@pytest.mark.parametrize(
    ("line", "partner"),
    [
        ("* {{Gemellaggio|Francia|Parigi|1956}}", ("Parigi", "Francia", "", "1956", "")),
        ("* {{Gemellaggio|Stati Uniti|Chili (New York){{!}}Chili}}", ("Chili", "Stati Uniti", "New York", "", "")),
        ("* {{Gemellaggio|Germania|[[Höchberg]]|}} (dal 1989)", ("Höchberg", "Germania", "", "1989", "")),
        ("* {{Bandiera|NED}} [[Delft]]", ("Delft", "NL", "", "", "")),
        ("* {{Bandiera|Croazia}} [[Spalato]], [[Croazia]], dal [[1970]]", ("Spalato", "Croazia", "", "1970", "")),
        ("* [[File:Flag of France.svg|20px]] [[Lione]]", ("Lione", "France", "", "", "")),
        ("* [[Cambridge (Massachusetts)|Cambridge]]", ("Cambridge", "", "Massachusetts", "", "")),
        ("* [[Cambridge (Massachusetts)]]", ("Cambridge", "", "Massachusetts", "", "")),
        ("* [[:de:Melle|Melle]] (Germania)", ("Melle", "Germania", "", "", "")),
        ("* '''Vienne''' (Francia), 1964", ("Vienne", "Francia", "", "1964", "")),
        ("* Marsala (TP)", ("Marsala", "", "TP", "", "")),
        ("* [[Cori]] (10000 abitanti)", ("Cori", "", "", "", "")),
        ("* [[Cori]] (1950 abitanti)", ("Cori", "", "", "", "")),
        ("* [[Pau]], dal [[15 luglio]] [[1970]] al 1990", ("Pau", "", "", "15 luglio 1970", "1990")),
        ("* [[Pau]] (1998-2005)", ("Pau", "", "", "1998", "2005")),
        ("* [[Pau]]<!-- [[Nizza]] --> 1998", ("Pau", "", "", "1998", "")),
        ("* {{ill|Pau|fr|Pau}} (Francia)", ("Pau", "Francia", "", "", "")),
        ("* {{bandiera|SGP}} [[Singapore]], 2001", ("Singapore", "Singapore", "", "2001", "")),
    ],
)
def test_an_item_names_a_partner(line: str, partner: Partner) -> None:
    assert partners(section(line)) == [partner]


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("it", "La città è gemellata con [[Pau]], [[Nizza]] e [[Lione]].", ["Pau", "Nizza", "Lione"]),
        ("it", "* Francia: [[Pau]], [[Nizza]]; Germania: [[Ulma]]", ["Pau", "Nizza", "Ulma"]),
        ("it", "* {{FRA}} [[Pau]], {{DEU}} [[Ulma]]", ["Pau", "Ulma"]),
        ("it", "* {{FRA}} [[Cannes]], [[Provenza-Alpi-Costa Azzurra]], Francia", ["Cannes"]),
        ("it", "* [[Pau]]<br>[[Nizza]]<br />[[Lione]]", ["Pau", "Nizza", "Lione"]),
        ("en", "It is [[Twin towns|twinned]] with [[Pau]] in France; [[Ulm]], Germany; and Bath.", ["Pau", "Ulm"]),
        ("en", "The town is twinned with Pau, France and Ulm, Germany.", ["Pau", "Ulm"]),
        ("zh", "* {{JPN}}：[[京都市]]（1974年）、[[奈良市]]、[[船桥市]]", ["京都市", "奈良市", "船桥市"]),
        ("zh", "本市与[[日本]][[濑户市]]、[[韩国]][[利川市]]结为友好城市。", ["濑户市", "利川市"]),
        ("zh", "* -{zh-hans:意大利;zh-hant:義大利}-[[米兰]]", ["米兰"]),
        ("fr", "La commune est jumelée avec [[Ulm]] ({{Allemagne}}) et [[Bath]].", ["Ulm", "Bath"]),
    ],
)
def test_a_line_names_several(language: str, text: str, names: list[str]) -> None:
    assert [partner[0] for partner in partners(section(text, language), language)] == names


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("it", "Agropoli è gemellata con:", "intro"),
        ("it", "<!-- * [[Pau]] -->", "comment"),
        ("it", "[[File:Pau.jpg|thumb|Il castello di [[Pau]]]]", "image"),
        ("it", "{{vedi anche|Gemellaggi di Roma}}", "markup"),
        ("it", "{{div col}}", "markup"),
        ("it", "[[Categoria:Gemellaggi]]", "category"),
        ("it", "; Patti di amicizia", "heading"),
        ("de", "Der Marktplatz wurde 1991 von [[Karl Müller]] gestaltet.", "note"),
        ("de", "Böblingen unterhält mit folgenden Städten eine [[Städtepartnerschaft]]:", "intro"),
        ("en", "* a plaque was unveiled by the mayor", "note"),
    ],
)
def test_noise_is_named(language: str, text: str, kind: str) -> None:
    assert kinds(section(text, language), language)[1:] == [kind]


def test_a_cell_that_looks_like_many_attributes_is_read_at_once() -> None:
    text = section("{|\n! Città !! Anno\n|-\n| [[Pau]] || style=" + "a=" * 500 + "\n|}")
    assert kinds(text)[1:] == ["markup", "heading", "markup", "partner", "markup"]


def test_a_label_in_bold_is_a_heading_whatever_its_punctuation() -> None:
    text = section("'''友好交流城市：'''\n* [[米兰]]", "zh")
    assert kinds(text, "zh")[1:] == ["heading", "partner"]


@pytest.mark.parametrize(
    ("line", "status", "until"),
    [
        ("* [[Pau]] (1974, sospeso nel 2022)", "suspended", "2022"),
        ("* [[Pau]] (fino al 2004)", "ended", "2004"),
        ("* <s>[[Pau]]</s>", "unknown", ""),
        ("* [[Pau]] (1974)", "", ""),
        ("* [[Pau]] (ex Jugoslavia)", "", ""),
    ],
)
def test_what_no_longer_holds_is_not_active(line: str, status: str, until: str) -> None:
    row = read(section(line)).row(1, named=True)
    assert (row["partner"], row["status"], row["until"]) == ("Pau", status, until)


def test_a_renamed_town_keeps_the_name_that_signed() -> None:
    text = section(":{{NLD|#}} [[Geleen]], seit 2001 [[Sittard-Geleen]] (Niederlande), seit 1962", "de")
    assert partners(text, "de") == [("Geleen", "Niederlande", "", "1962", "")]
    text = section("* [[Karl-Marx-Stadt]] (heute [[Chemnitz]]), 1970", "de")
    assert partners(text, "de") == [("Karl-Marx-Stadt", "", "", "1970", "")]
    assert "Chemnitz" in read(text, "de")["note"][1]


def test_a_named_reference_is_resolved_on_the_whole_page() -> None:
    text = "Testo.<ref name=g>{{cita web|url=http://g.it/a|titolo=A}}</ref>\n" + section('* [[Pau]]<ref name="g" />')
    assert read(text)["evidence_url"].to_list()[1:] == ["http://g.it/a"]


def test_a_section_ends_at_the_next_heading_as_high_and_others_are_left_alone() -> None:
    text = (
        "== Sport ==\n* [[A]]\n== Gemellaggi ==\n* [[Pau]]\n=== Patti di amicizia ===\n* [[Ulma]]\n== Sport ==\n* [[B]]"
    )
    assert [partner[0] for partner in partners(text)] == ["Pau", "Ulma"]
    assert read(text).filter(pl.col("partner") != "")["form"].to_list() == ["partnership", "friendship"]


def test_partners_of_universities_and_fans_are_none() -> None:
    assert partners("== Gemellaggi tra tifoserie ==\n* [[Verona]]") == []
    assert partners("=== Hochschulpartnerschaften ===\n* [[Universität Pau]]", "de") == []


def test_the_country_of_the_page_is_taken_where_it_says_it() -> None:
    text = "{{Divisione amministrativa\n|Nome = Este\n|Stato = ITA\n}}\n" + section("* [[Pau]]")
    row = read(text, title="Este (Italia)").row(1, named=True)
    assert (row["town"], row["town_country"]) == ("Este", "ITA")
    assert read(section("* [[Pau]]"))["town_country"].to_list() == ["", ""]


@pytest.mark.parametrize(
    ("language", "head", "foot", "country"),
    [
        ("it", "{{Divisione amministrativa|Nome={{de}} Bozen|Stato=ITA}}", "", "ITA"),
        ("it", "'''Agropoli''' è un [[comune]] [[italia]]no di ventimila abitanti.", "", "Italia"),
        ("it", "", "[[Categoria:Comuni della provincia di Salerno]]", "Italia"),
        ("it", "'''Pau''' è un [[comune francese]].", "", ""),
        ("zh", "{{Infobox settlement\n|name=长春\n|subdivision_name = {{CHN}}\n}}", "", "CN"),
        ("zh", "'''合肥市'''是[[中华人民共和国]][[安徽省]]省会。", "", "中华人民共和国"),
    ],
)
def test_a_page_says_which_country_its_town_is_in(language: str, head: str, foot: str, country: str) -> None:
    middle = section("* [[Pau]]", language) + "\n== Altro ==\n" + "x\n" * 20_000
    rows = read(f"{head}\n{middle}\n{foot}\n", language)
    assert rows.filter(pl.col("partner") != "")["town_country"].to_list() == [country]


# Files


def pages(*given_pages: dict[str, Any]) -> pl.DataFrame:
    content = "\n".join(json.dumps(page) for page in given_pages).encode()
    return read_table(content, Format(type="wikipages", language="it"), "it.jsonl").rows


def test_pages_without_twinnings_give_no_row() -> None:
    rows = pages(
        {"language": "it", "title": "Uno", "pageid": 1, "revid": 11, "text": section("* [[Pau]]")},
        {"language": "it", "title": "Due", "pageid": 2, "revid": 22, "text": "== Sport ==\n* [[Pau]]"},
        {"language": "de", "title": "Drei", "pageid": 3, "revid": 33, "text": section("* [[Pau]]", "de")},
    )
    assert rows.filter(pl.col("partner") != "").select(LOCATOR, "language", "revision").rows() == [
        ("Uno, line 2", "it", "11"),
        ("Drei, line 2", "de", "33"),
    ]


def test_two_pages_of_one_title_keep_their_locators_apart() -> None:
    rows = pages(*({"title": "Uno", "pageid": n, "text": section("* [[Pau]]")} for n in (1, 2)))
    assert rows[LOCATOR].n_unique() == rows.height == 4


def many_pages() -> bytes:
    """Return pages of two titles, some without twinnings, with empty lines among them and at the end."""
    lines = []
    for number in range(40):
        text = section("* [[Pau]] 😀", "it") if number % 3 else "== Sport =="
        page = {"title": f"Uno {number % 7}", "pageid": number, "revid": number + 100, "text": text}
        lines.append(json.dumps(page, ensure_ascii=False))
    return ("\n\n".join(lines) + "\n" * 500).encode()


def test_a_large_file_is_read_in_chunks_to_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Format(type="wikipages", language="it")
    whole = read_table(many_pages(), layout, "it.jsonl").rows
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 300)
    assert read_table(many_pages(), layout, "it.jsonl").rows.equals(whole)
    assert whole[LOCATOR].n_unique() == whole.height > 40


@pytest.mark.long
@pytest.mark.parametrize(
    ("broken", "why"),
    [(b'{"title": "A"}\n', "not a page"), (b"\xff\n", "byte 0xff is not utf-8")],
)
def test_what_is_wrong_in_a_late_chunk_is_named_by_its_line(
    monkeypatch: pytest.MonkeyPatch, broken: bytes, why: str
) -> None:
    content = many_pages().rstrip() + b"\n" + broken
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 300)
    with pytest.raises(SourceError, match=rf"it\.jsonl, line 80: {why}"):
        read_table(content, Format(type="wikipages", language="it"), "it.jsonl")


@pytest.mark.parametrize("size", [chunks.CHUNK_SIZE, 300])
def test_half_a_character_is_a_question_mark(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    text = section("* [[Pau\ud83d]]", "it")
    page = {"title": "Due\ude00", "pageid": "\ud83d", "revid": "\ud83d", "text": text}
    content = many_pages().rstrip() + b"\n" + json.dumps(page).encode()
    monkeypatch.setattr(chunks, "CHUNK_SIZE", size)
    rows = read_table(content, Format(type="wikipages", language="it"), "it.jsonl").rows
    last = rows.select(LOCATOR, "partner", "title", "revision").row(-1)
    assert last == ("Due?, line 2", "Pau?", "Due?", "?")


def test_only_a_whole_file_is_called_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    layout, mark = Format(type="wikipages", language="it"), b"\xef\xbb\xbf"
    expected = read_table(many_pages(), layout, "it.jsonl").rows
    for size in (chunks.CHUNK_SIZE, 300):
        monkeypatch.setattr(chunks, "CHUNK_SIZE", size)
        assert read_table(mark + b" " * 400 + b"\n" + many_pages(), layout, "it.jsonl").rows.equals(expected)
        # A byte order mark is one at the start alone, however the file is cut.
        late = b" " * 2_000 + b"\n" + mark + b" " * 400
        with pytest.raises(SourceError, match=r"it\.jsonl, line 81: not JSON: .*BOM"):
            read_table(many_pages().rstrip() + b"\n" + late, layout, "it.jsonl")
    monkeypatch.undo()
    with pytest.raises(SourceError, match=r"it\.jsonl: the file is empty"):
        read_table(mark + b" \n", layout, "it.jsonl")


@pytest.mark.parametrize(
    ("content", "why"), [("{", "not JSON"), ("[]", "not a page"), ('{"title": "A"}', "not a page")]
)
def test_a_line_that_is_no_page_is_refused(content: str, why: str) -> None:
    with pytest.raises(SourceError, match=rf"it\.jsonl, line 1: {why}"):
        read_table(content.encode(), Format(type="wikipages", language="it"), "it.jsonl")


def test_a_language_without_a_profile_is_refused() -> None:
    with pytest.raises(SourceError, match=r"no wikitext profile for the language 'xx'; there are bg, ca, cs, "):
        read("== A ==", "xx")


def test_the_ledger_counts_lines_and_claims_are_one_a_partner() -> None:
    ignored = [{"column": "line_kind", "pattern": "|".join(common_words().line_kinds), "reason": "names no partner"}]
    declaration = declare(
        language="it", files=[{"name": "Agropoli_section.wiki"}], format={"type": "wikitext"}, columns=COLUMNS,
        ignore=ignored, expect={"max_rejected_share": 1},
    )  # fmt: skip
    text = section(
        "Agropoli è gemellata con:\n\n* {{FRA}} [[Pau]], {{DEU}} [[Ulma]], {{ITA}} [[Bari]]\n* {{FRA}}\n* [[Nizza]]"
    )
    checked = check_source(declaration, receive(declaration, text), country_names())
    assert account(checked) == (6, 2, 1, 3, 4)
    assert checked.claims["town_text"].unique().to_list() == ["Agropoli"]
    assert checked.rejects.select("locator", "rules").rows() == [("Agropoli, line 5", "partner_missing")]


def test_the_command_prints_partners_noise_and_what_was_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "Agropoli_section.wiki"
    path.write_text(section("* {{Gemellaggio|Francia|Parigi|1956}}\n\n* {{FRA}}"), "utf-8")
    assert main(["read", str(path), "--language", "it"]) == 0
    out = capsys.readouterr().out
    assert "Parigi" in out
    assert "1 partners on 1 of 4 lines" in out
    assert "no partner: 1 blank, 1 heading" in out
    assert "not read: Agropoli, line 4: * {{FRA}}" in out


def test_the_command_prints_the_partners_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Zlín.wiki"
    note = "smlouva obnovena starostkou " * 20
    path.write_text(
        f"== Partnerská města ==\n* {{{{SVK}}}} [[Trenčín]], 1998, {note}\n* [[Ulm]] a [[Chorzów]]\n", "utf-8"
    )
    assert main(["read", str(path), "--language", "cs", "--format", "json"]) == 0
    partners = json.loads(capsys.readouterr().out)
    assert [(partner["line"], partner["town"], partner["partner"]) for partner in partners] == [
        (2, "Zlín", "Trenčín"), (3, "Zlín", "Ulm"), (3, "Zlín", "Chorzów"),
    ]  # fmt: skip
    assert (partners[0]["partner_country"], partners[0]["since"], partners[0]["form"]) == ("SVK", "1998", "partnership")
    assert partners[0]["note"] == note.strip()
    path.write_text("Nothing.", "utf-8")
    assert main(["read", str(path), "--language", "cs", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(tmp_path / "nowhere.wiki")]) == 3
    assert "cannot be read: No such file or directory" in capsys.readouterr().err


# Profiles


@pytest.mark.parametrize("language", languages())
def test_a_profile_finds_its_own_sections(language: str) -> None:
    profile = load_profile(language)
    assert profile.search
    assert any(profile.sections.search(words) for words in profile.search)
    heading = next(words for words in profile.search if profile.sections.search(words))
    assert twinning_pattern(language).search(f"Text\n=== {heading} ===\n")
    assert not twinning_pattern(language).search(f"Text {heading}\n== X ==\n{heading}")


def test_a_region_of_a_language_has_its_language_s_profile() -> None:
    assert load_profile("pt-BR") is load_profile("pt")


@pytest.mark.parametrize(
    ("language", "title", "of"),
    [
        ("en", "List of twin towns and sister cities in Poland", "Poland"),
        ("en", "Coventry", None),
        ("it", "Gemellaggi di Bari", "Bari"),
        ("zh", "哈尔滨友好城市列表", "哈尔滨"),
        ("fr", "Liste des jumelages de Rennes", "Rennes"),
    ],
)
def test_list_pages_are_known_by_their_title(language: str, title: str, of: str | None) -> None:
    assert listed_place(title, load_profile(language)) == of


# Whatever stands in a page

_MARKUP = (
    "[[ ]] {{ }} | {| |- |} ! || === <ref> </ref> <ref/> <!-- --> <br> <s> </s> -{ }- <gallery> </gallery> "
    "File:A.jpg [[Pau]] Francia 1967 ( ) 、 友好城市 é \ue000 \uf400 \x10 Gemellaggio|Francia|Parigi|1956 Bandiera|FRA"
)
_SPACED = "* _** _# _: _; _\n_\n_, _ e _\n== Gemellaggi ==\n_ dal 1970_è gemellata con _'''_\x1e"
_PIECES = st.sampled_from(_MARKUP.split(" ") + _SPACED.split("_"))


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(["it", "zh", "de"]))
def test_no_text_breaks_the_reader_and_no_line_is_lost(text: str, language: str) -> None:
    heading = "== Gemellaggi ==" if language == "it" else section("", language).strip()
    reads = PageReader("X", f"{heading}\n{text}\n== Sport ==\n", load_profile(language)).read()
    lines = f"{heading}\n{text}".split("\n")
    numbers = [read.number for read in reads]
    assert numbers == sorted(set(numbers))
    last = next((n for n, line in enumerate(lines[1:], 1) if line.startswith("==")), len(lines))
    assert numbers[:last] == list(range(1, last + 1))
    for line_read in reads:
        assert line_read.kind in {"partner", *common_words().line_kinds}
        assert all(partner.name for partner in line_read.partners)


_ITEMS = {
    "* {{Gemellaggio|Francia|Parigi|1956}}": ("Parigi", "Francia", "", "1956", ""),
    "* {{Bandiera|Croazia}} [[Spalato]], [[Croazia]], dal [[1970]]": ("Spalato", "Croazia", "", "1970", ""),
    "* [[Tallinn]] ([[Estonia]], 2003)": ("Tallinn", "Estonia", "", "2003", ""),
    "*{{DEU}} [[Kassel]] - 17 settembre 1952;": ("Kassel", "DEU", "", "17 settembre 1952", ""),
    "# [[Cannes]], [[Provenza-Alpi-Costa Azzurra]], Francia": (
        "Cannes",
        "Francia",
        "Provenza-Alpi-Costa Azzurra",
        "",
        "",
    ),
    "* Oran, Algeria": ("Oran", "Algeria", "", "", ""),
}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([*_ITEMS, "", "<!-- x -->", "{{div col}}", "[[File:A.jpg|thumb|B]]"]), max_size=12))
def test_lines_do_not_change_one_another(lines: list[str]) -> None:
    assert partners(section("\n".join(lines))) == [_ITEMS[line] for line in lines if line in _ITEMS]
