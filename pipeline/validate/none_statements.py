"""Cells that name no partner but say something: that there is none, or that a partnership is over."""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.names import search_key
from pipeline.readers.category_words import decode_words
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS: Final = Path(__file__).with_name("none_words.toml")
#: A sentence that says so is not longer, and a remark that says more than an end is.
_LONGEST_CELL, _LONGEST_REMARK = 200, 120
_YEAR: Final = r"\b(?:1[89]|20)\d{2}\b"
#: Statuses that a remark can give, and how many words beside one, if it is about nothing else.
_STATUSES: Final = ("suspended", "dormant", "ended")
_OTHER_WORDS: Final = 4
#: Letters of the beginning of a word that are looked for first.
_STEM: Final = 4
_SIGNS_ONLY: Final = r"^[\s\-–—‒―_./×∅]+$"
#: What tells that a row means a town, though its name is a word for "none": None is a town in Piedmont.
_IDENTITY: Final = ("country", "region", "latitude", "wikidata_id", "geonames_id", "key")


def find_none_statements(frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return for each statement whether it names no partner: because there is none, or because all are over.

    `keine Partnerstädte` says the first. `alle Partnerschaften wurden 2021 beendet` says the second, of all partners or
    of those in the country of its row, and so does `all` in a row with an end or a status.

    Args:
        frame: statements.
    """
    texts = _fold(frame["partner"].drop_nulls().unique())
    folded, text = pl.col("folded"), pl.col("text")
    words, (no, all_over) = _read_words(), _patterns()
    is_none = folded.is_in(words["none"]) | text.str.contains(_SIGNS_ONLY)
    sentences = texts.filter(folded.str.contains_any(_partner_stems())).with_columns(key=search_key(text))
    sentences = sentences.filter(pl.col("key").str.contains(_partner_words()))
    over = sentences.filter(pl.col("key").str.contains(all_over))["text"]
    none = pl.concat([texts.filter(is_none)["text"], sentences.filter(pl.col("key").str.contains(no))["text"]])
    alls = texts.filter(folded.is_in(words["all"]))["text"]
    partner = pl.col("partner")
    says_over = pl.any_horizontal(pl.col(name).is_not_null() for name in ("start_event", "status", "end", "end_cause"))
    is_over = partner.is_in(over.implode()) | (partner.is_in(alls.implode()) & says_over)
    is_over &= ~_is_told([name for name in _IDENTITY if name != "country"])
    says_none = partner.is_in(none.implode()) & ~_is_told(_IDENTITY) & ~is_over
    found = frame.select(none=says_none.fill_null(value=False), over=is_over.fill_null(value=False))
    return found["none"], found["over"]


def read_all_over(frame: pl.DataFrame) -> pl.DataFrame:
    """Return statements that all are over, with the status and the end of their sentence where no column has them."""
    key = search_key(pl.col("partner"))
    is_open = pl.col("status").is_null() & pl.col("start_event").is_null()
    status = pl.when(key.str.contains(_remark_words("suspended"))).then(pl.lit("suspended")).otherwise(pl.lit("ended"))
    has_year = pl.col("partner").str.count_matches(_YEAR) == 1
    return frame.with_columns(
        status=pl.when(is_open).then(status).otherwise("status"),
        end=pl.when(is_open & has_year).then(pl.coalesce("end", "partner")).otherwise("end"),
    )


def _fold(texts: pl.Series) -> pl.DataFrame:
    """Return `text` and `folded`, without case and accents, of texts that are short enough; faster than search keys."""
    short = texts.filter(texts.str.len_bytes() <= _LONGEST_CELL).alias("text").to_frame()
    lower = pl.col("text").str.to_lowercase()
    is_ascii = pl.col("text").str.len_bytes() == pl.col("text").str.len_chars()
    plain, accented = short.filter(is_ascii), short.filter(~is_ascii)
    return pl.concat(
        [
            plain.with_columns(folded=lower),
            accented.with_columns(
                folded=lower.str.normalize("NFKD").str.replace_all(r"\p{Mn}+", "").str.normalize("NFC")
            ),
        ]
    )


def _is_told(names: Sequence[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(f"partner_{name}").is_not_null() for name in names)


def read_remarks(frame: pl.DataFrame) -> pl.DataFrame:
    """Return statements with the status, and the end, that a short remark gives where no column does.

    `2019 einvernehmlich beendet` is the status `ended`, and 2019 the end; with two years the end stays open.
    """
    notes = frame["note"].drop_nulls().unique()
    notes = notes.filter(notes.str.len_chars() <= _LONGEST_REMARK)
    if notes.is_empty():
        return frame
    key = search_key(pl.col("note"))
    # Beside the status and a date there may be some words, but no other subject, no negation and no second event.
    rest = key
    for status in _STATUSES:
        rest = rest.str.replace_all(_remark_words(status), " ")
    is_short = rest.str.extract_all(r"\p{L}+").list.len() <= _OTHER_WORDS
    is_plain = is_short & ~key.str.contains(_other_subjects()) & ~pl.col("note").str.contains(r"\?")
    statuses = notes.to_frame("note").select(
        "note",
        status_found=pl.coalesce(
            pl.when(is_plain & key.str.contains(_remark_words(name))).then(pl.lit(name)) for name in _STATUSES
        ),
        end_found=pl.when(pl.col("note").str.count_matches(_YEAR) == 1).then("note"),
    )
    found = frame.select("note").join(statuses.drop_nulls("status_found"), on="note", how="left", maintain_order="left")
    is_open = pl.col("status").is_null() & pl.col("end").is_null() & pl.col("start_event").is_null()
    return frame.with_columns(
        status=pl.when(is_open).then(pl.coalesce("status", found["status_found"])).otherwise("status"),
        # The end of what is suspended or dormant is the day since which it rests.
        end=pl.when(is_open & found["status_found"].is_not_null()).then(found["end_found"]).otherwise("end"),
    )


@functools.cache
def _read_words() -> dict[str, list[str]]:
    content = tomllib.loads(_WORDS.read_text("utf-8"))
    remarks = {
        status: [word for words in languages.values() for word in words]
        for status, languages in content.pop("remark").items()
    }
    lists = content | remarks
    keys = {
        name: pl.Series("word", words).to_frame().select(search_key(pl.col("word"))) for name, words in lists.items()
    }
    # As printed too: `n/a` has the search key `n a`.
    return {name: sorted({*frame.to_series().drop_nulls(), *lists[name]}) for name, frame in keys.items()}


@functools.cache
def _patterns() -> tuple[str, str]:
    """Return the patterns of search keys with a word for "no", and with words for "all" and for an end."""
    words = _read_words()
    ended = [word for word, status in decode_words("status").items() if status == v.Status.ENDED.value]
    over = f"(?:{'|'.join(map(re.escape, [*ended, *words['ended'], *words['suspended']]))})"
    every = "|".join(map(re.escape, words["all"]))
    all_over = rf"(?:^|\W)(?:{every})(?:\W.*)?{over}|{over}.*(?:{every})(?:\W|$)"
    no = "|".join(re.escape(word).replace("\\ ", " ") for word in words["no"])
    return rf"(?:^|\W)(?:{no})(?:\W|$)|(?:[なし없음無无]$)", all_over


@functools.cache
def _other_subjects() -> str:
    words = "|".join(map(re.escape, _read_words()["other_subjects"]))
    return rf"(?:^|\W)(?:{words})(?:\W|$)"


@functools.cache
def _partner_stems() -> list[str]:
    """Return how the words for partnerships begin: a text without any of these need not be looked at closer."""
    words = [part for word in decode_words("form") for part in word.split()]
    return sorted({word[:_STEM] for word in words if len(word) >= _STEM or not word.isascii()})


@functools.cache
def _partner_words() -> str:
    """Return a pattern of the words for partnerships, and of their plurals."""
    words = [word for word in decode_words("form") if len(word) >= _STEM or not word.isascii()]
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


@functools.cache
def _remark_words(status: str) -> str:
    words = [re.escape(word).replace("\\ ", " ") for word in _read_words()[status]]
    letters = [word for word in words if word[0].isalpha() and ord(word[0]) < 0x3000]
    others = [word for word in words if word not in letters]
    return "|".join([rf"(?:^|\W)(?:{'|'.join(letters)})(?:\W|$)", *others])
