"""Whether two towns bear the same name or a similar one, whatever the language.

Names are compared without what many towns share: a saint, `Bad`, `New`, `am Main`, and an ending such as `-burg` or
`-ville`. So Coburg and Cobourg are alike, and so are Eppingen and Epping; Hamburg and Homburg, Magdeburg and Marburg
are not, whose likeness is mostly that of their endings.
"""

from __future__ import annotations

from typing import Final

import duckdb
import jellyfish
import polars as pl

from pipeline.gazetteer.names import search_key

#: Words before a name that tell a town from its namesake.
_BEFORE: Final = (
    "bad|new|neu|nova|novo|nowa|nowy|novy|nove|nieuw|nouveau|nouvelle|nueva|nuevo|nuova|nuovo|gross|klein|alt|old"
    "|ober|unter|royal|the|la|le|el|los|las|les"
)
#: Words after which comes where a town lies, or whose it was.
_AFTER: Final = (
    "am|an|im|in|i|ob|bei|unter|auf|a d|i d|upon|on|under|by|le|la|sur|sous|en|les|lez|aux|de|du|d|do|da|dos|del|della"
    "|dei|degli|di|sul|sulla|nad|pod|u|pri|ved|aan|op|bij"
)
#: The saints' titles in the languages of the lists, all to one.
_SAINT: Final = "st|sankt|saint|sainte|san|santa|sant|santo|sao|sint|szent|svaty|sveti|sfantu|sv"
#: What is left of many a name when its addition is gone, and is none by itself.
_NO_NAME: Final = [
    "bagni", "bains", "banja", "bezirk", "borgo", "cabo", "campo", "castel", "castello", "chateau", "cidade", "city",
    "ciudad", "colonia", "commune", "costa", "county", "district", "east", "fiume", "fonte", "fort", "fuente",
    "gmina", "grad", "ile", "isla", "isle", "isola", "kreis", "lago", "lake", "mont", "monte", "mount",
    "municipality", "north", "obec", "pieve", "pont", "ponte", "port", "porto", "powiat", "praia", "pueblo", "puerto",
    "quartier", "region", "rio", "rocca", "roche", "saint", "saline", "sao", "sector", "serra", "sierra", "south",
    "spa", "stadt", "termas", "terme", "thermes", "town", "val", "vale", "valle", "vila", "villa", "ville", "ward",
    "west",
]  # fmt: skip
#: Endings that mean the same in several languages. Two names are alike only where these are.
_ENDINGS: Final = {
    "burg": "burg|bourg|burgh|borg|borough|burgo",
    "berg": "berg|bierg|berga|berge|bergen",
    "heim": "heim|ham|hem|hjem",
    "stadt": "stadt|stad|stedt|sted|statt",
    "dorf": "dorf|dorp|torp|trup|doorf",
    "hausen": "hausen|husen|huizen|house|hus",
    "ville": "ville|villa|viller|villers|weiler|willer|wil",
    "ton": "ton|town|tun|toun",
    "ingen": "ingen|igen|ing|inge|ange|anges",
    "ice": "ice|itz|ici|ica|ec|vice|wice|witz",
    "feld": "feld|veld|field|felde|felden",
    "hofen": "hof|hofen|hoffen|hoven|hove",
    "kirchen": "kirchen|kirch|kerk|kerke|church|kirk",
    "bach": "bach|bech|beck|beek",
    "furt": "furt|ford|forde|furth|voort",
    "brück": "bruck|brucken|brugge|bridge|brug",
    "münde": "munde|mouth|mond|mund",
    "hafen": "hafen|haven|havn|hamn",
    "land": "land|landia|lant|lande",
    "wald": "wald|walde|wood|woud|wolde",
    "stein": "stein|steen|sten|stain|stejn",
}  # fmt: skip
_KINDS: Final = "|".join(f"(?P<e{i}>{forms})" for i, forms in enumerate(_ENDINGS.values()))
_ENDING: Final = rf"([a-z ]{{2,}}?)(?:{_KINDS})$"

#: The likeness (1 less edits per letter of the longer name) from which names are looked at, sound alike if they do
#: by Metaphone, and are similar by their spelling alone. Set by reading the 143 pairs of the full lists that are not
#: the same but from 0.7 on, or sound alike: from 0.8 on they are namesakes, below it only those that sound alike.
LOOKED_AT, _SOUNDING, _SIMILAR = 0.6, 0.6, 0.8
#: What must be alike once the ending is off: Homburg and Hamburg (0.67) are not.
_STEM = 0.75
#: Letters without which a likeness is chance: Bar and Bor. And sounds: Porano and Piran, both PRN.
_LETTERS, _SOUNDS = 5, 4
#: A name that a town bears beside its usual one must have so many letters; initials and readings are shorter.
_OTHER_LETTERS = 4

#: Pairs whose names are looked at together.
_AT_ONCE: Final = 2**19
_SIDES: Final = ("a", "b")
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"


def core_name(name: pl.Expr) -> pl.Expr:
    """Give a name without additions, in the spelling of `search_key`: `Bad Frankenhausen am X (Y)` is `frankenhausen`.

    Args:
        name: a string expression.

    Returns:
        A string expression of the same length; null where only an addition would be left, or no Latin letter
        with a vowel: what is spelt in another script is among the names in Latin letters too, and two towns'
        readings without vowels are alike by chance.
    """
    key = (
        search_key(name.str.replace(r"[(\[/,].*$", ""))
        .str.replace(rf"^(?:{_BEFORE}) ", "")
        .str.replace(rf"^(?:{_SAINT}) ", "saint ")
        .str.replace(rf" (?:{_AFTER}) .*$", "")
    )
    return _named(key)


def _named(key: pl.Expr) -> pl.Expr:
    """Give a key that is a name by itself, and null for any other; what makes the key is evaluated once."""
    return key.str.extract(r"^([a-z0-9 ]*[aeiouy][a-z0-9 ]*)$").replace(dict.fromkeys(_NO_NAME))


def alike_names(ends: pl.DataFrame, towns: pl.DataFrame, town_names: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose towns bear the same name or a similar one, each with the best reason.

    Args:
        ends: `a`, `b`: of each pair, the rows of its two towns among `towns`.
        towns: `town_id`, `name` (the usual one).
        town_names: `town_id`, `search_key`: every name of every town.

    Returns:
        `row` (of the pair), `evidence`: which names, and by which measure they are alike:
        `same: soest`, `same but for an addition: melle (Melle / New Melle)`, `sounds alike: coburg / cobourg (0.86)`,
        `similar: …`, `same by another name: friedland (Friedland / Frýdlant)`.
    """
    # Pairs are many times as many as towns: they are compared by numbers, and texts are fetched of those that are left.
    usual = _usual_names(towns["name"])
    same_key, same_core = (_equal(usual[form].to_physical(), ends) for form in ("key", "core"))
    rows = ends.with_row_index("row")
    same = _with_names(rows.filter(same_key | same_core), usual)
    near = _with_names(rows.filter(~(same_key | same_core) & may_be_near(usual, ends)), usual)
    shared = _with_names(_shared_names(rows, _names_of_several(usual, towns["town_id"], town_names)), usual)
    both = pl.format("({} / {})", "name_a", "name_b")
    usual_evidence = (
        pl.when(pl.col("key_a") == pl.col("key_b"))
        .then(pl.format("same: {}", "key_a"))
        .otherwise(pl.format("same but for an addition: {} {}", "core_a", both))
    )
    other_evidence = pl.format("same by another name: {} {}", "shared", both)
    found = [same.select("row", evidence=usual_evidence), _similar(near), shared.select("row", evidence=other_evidence)]
    return pl.concat(found).unique("row", keep="first", maintain_order=True)


def _usual_names(names: pl.Series) -> pl.DataFrame:
    """Return a row a town: `name`, `key` and `core` (null where there is none), `letters` and `length` of the core."""
    distinct = names.unique().alias("name").to_frame()
    distinct = distinct.with_columns(key=search_key(pl.col("name")), core=core_name(pl.col("name"))).select(
        "name",
        key=pl.when(pl.col("key") != "").then("key").cast(pl.Categorical),
        core=pl.col("core").cast(pl.Categorical),
        letters=letters(pl.col("core")),
        length=pl.col("core").str.len_chars().cast(pl.Int16),
    )
    return names.alias("name").to_frame().join(distinct, on="name", how="left", maintain_order="left")


def _equal(values: pl.Series, ends: pl.DataFrame) -> pl.Series:
    """Return whether both towns of each pair have the same value."""
    return (values.gather(ends["a"]) == values.gather(ends["b"])).fill_null(value=False)


def may_be_near(usual: pl.DataFrame, ends: pl.DataFrame) -> pl.Series:
    """Return whether two names can be as alike as is looked at; few are, and edits are dear to count.

    An edit makes one letter of a name another, so that no fewer are needed than there are letters that only one of the
    names has, nor than one is longer than the other.
    """
    known = pl.DataFrame(
        {f"{form}_{side}": usual[form].gather(ends[side]) for form in ("letters", "length") for side in _SIDES}
    )
    common = (pl.col("letters_a") & pl.col("letters_b")).bitwise_count_ones()
    lacking = (pl.col(f"letters_{side}").bitwise_count_ones() - common for side in _SIDES)
    edits = pl.max_horizontal(*lacking, (pl.col("length_a") - pl.col("length_b")).abs())
    likeness = 1 - edits / pl.max_horizontal("length_a", "length_b")
    # Without a name, the greatest of nothing and something is something.
    both = pl.col("length_a").is_not_null() & pl.col("length_b").is_not_null()
    return known.select(near=both & (likeness >= LOOKED_AT)).to_series()


def _with_names(pairs: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    """Add `name_…`, `key_…` and `core_…` of both towns, as texts."""
    texts = usual.select(pl.col("name", "key", "core").cast(pl.String))
    return pairs.with_columns(
        texts[form].gather(pairs[side]).alias(f"{form}_{side}") for form in texts.columns for side in _SIDES
    )


def _names_of_several(usual: pl.DataFrame, town_ids: pl.Series, town_names: pl.DataFrame) -> pl.DataFrame:
    """Return what more than one town is called: `place` (the town's row), `shared`, `rank`, `is_usual` (or null).

    Only a usual name is taken without its additions: of `Santiago de León de Caracas` no `Santiago` is left. The rank
    is less for a longer name, and of two of one length for the first.
    """
    places = town_ids.alias("town_id").to_frame().with_row_index("place")
    own = pl.concat(usual.select(shared=form).with_row_index("place") for form in ("key", "core")).unique()
    further = town_names.select(
        pl.col("town_id").cast(town_ids.dtype), shared=pl.col("search_key").cast(pl.Categorical)
    )
    every = pl.concat([own, further.join(places, on="town_id").select("place", "shared")]).drop_nulls("shared")
    # Most names are those of one town; where these are gone, little is left to look at.
    every = every.filter(pl.col("shared").to_physical().is_duplicated()).unique()
    every = every.filter(pl.col("shared").to_physical().is_duplicated())
    texts = every.select(pl.col("shared").unique()).with_columns(text=pl.col("shared").cast(pl.String))
    length = pl.col("text").str.len_chars()
    ranked = (
        texts.filter(length >= _OTHER_LETTERS, _named(pl.col("text")).is_not_null())
        .sort(length, "text", descending=[True, False])
        .select("shared", rank=pl.int_range(pl.len()))
    )
    said = own.drop_nulls("shared").with_columns(is_usual=pl.lit(value=True))
    return every.join(ranked, on="shared").join(said, on=["place", "shared"], how="left")


def _shared_names(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose towns share a name that is not the usual one of both, with the best: `row`, …, `shared`.

    Args:
        rows: `row`, `a`, `b`.
        names: from `_names_of_several`.
    """
    one = names.select("rank", a="place", is_usual_a="is_usual")
    other = names.select("rank", b="place", is_usual_b="is_usual")
    # The name that most people know, which is a usual one if any is.
    order = pl.coalesce("is_usual_a", "is_usual_b").is_null().cast(pl.Int64) * names.height + pl.col("rank")
    found = [
        part.join(one, on="a").join(other, on=["b", "rank"]).group_by("row", "a", "b").agg(order.min().alias("order"))
        for part in rows.iter_slices(_AT_ONCE)
    ]
    texts = names.select("rank", pl.col("shared").cast(pl.String)).unique("rank").sort("rank")["shared"]
    best = pl.concat(found) if found else pl.DataFrame(schema={**rows.schema, "order": pl.Int64})
    return best.with_columns(texts.gather(best["order"] % max(names.height, 1)))


def _similar(keys: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose usual names sound alike or are spelt alike: `row`, `evidence`."""
    cores = keys.select("core_a", "core_b").unique().sort("core_a", "core_b")
    near = edit_likeness(cores).filter(pl.col("likeness") >= LOOKED_AT)
    for side in _SIDES:
        near = near.with_columns(_ending(f"core_{side}", side))
    near = edit_likeness(near, "stem_a", "stem_b", "stem_likeness")
    near = near.join(_sounds(near, "a"), on="core_a").join(_sounds(near, "b"), on="core_b")
    is_long = pl.min_horizontal(pl.col("plain_a", "plain_b").str.len_chars()) >= _LETTERS
    stems_alike = pl.col("stem_likeness") >= pl.when(pl.col("ending_a") == "").then(_SOUNDING).otherwise(_STEM)
    comparable = (
        is_long & stems_alike
        & (pl.col("ending_a") == pl.col("ending_b"))
        & (pl.col("core_a").str.starts_with("saint ") == pl.col("core_b").str.starts_with("saint "))
    )  # fmt: skip
    same_sound = pl.col("sound_a") == pl.col("sound_b")
    many_sounds = pl.col("sound_a").str.len_chars() >= _SOUNDS
    # Two endings of one meaning on one stem: Eppingen and Epping.
    one_stem = (pl.col("stem_likeness") == 1) & (pl.col("ending_a") != "")
    sounding = same_sound & (many_sounds | (pl.col("likeness") >= _SIMILAR)) & (pl.col("likeness") >= _SOUNDING)
    close = (pl.col("likeness") >= _SIMILAR) | (one_stem & (pl.col("likeness") >= _SOUNDING))
    measured = pl.format("{} / {} ({})", "core_a", "core_b", pl.col("likeness").round(2).cast(pl.String))
    alike = near.filter(comparable, sounding | close).select(
        "core_a", "core_b",
        evidence=pl.when(sounding).then(pl.format("sounds alike: {}", measured))
        .otherwise(pl.format("similar: {}", measured)),
    )  # fmt: skip
    return keys.join(alike, on=["core_a", "core_b"]).select("row", "evidence").sort("row")


def letters(core: pl.Expr) -> pl.Expr:
    """Return which Latin letters a name has, as a bit of a number each."""
    bits = (core.str.contains(letter, literal=True).cast(pl.UInt32) * 2**i for i, letter in enumerate(_LATIN))
    return pl.when(core.is_not_null()).then(pl.sum_horizontal(bits))


def edit_likeness(
    frame: pl.DataFrame, one: str = "core_a", other: str = "core_b", called: str = "likeness"
) -> pl.DataFrame:
    """Add 1 less the Damerau–Levenshtein edits per letter of the longer text: 1 is the same, 0 nothing in common."""
    texts = frame.select(one=one, other=other).with_row_index("place")
    with duckdb.connect() as connection:
        connection.register("texts", texts.to_arrow())
        measured: pl.DataFrame = connection.sql(
            "SELECT 1 - damerau_levenshtein(one, other) / greatest(length(one), length(other), 1) AS likeness "
            "FROM texts ORDER BY place"
        ).pl()
    return frame.with_columns(measured["likeness"].cast(pl.Float64).alias(called))


def _ending(core: str, side: str) -> list[pl.Expr]:
    """Return the name without a saint's title, its kind of ending ("" for none), and what stands before that."""
    plain = pl.col(core).str.replace("^saint ", "")
    parts = plain.str.extract_groups(_ENDING)
    kind = pl.coalesce(
        pl.when(parts.struct.field(f"e{i}").is_not_null()).then(pl.lit(name)) for i, name in enumerate(_ENDINGS)
    )
    return [
        plain.alias(f"plain_{side}"),
        kind.fill_null("").alias(f"ending_{side}"),
        pl.coalesce(parts.struct.field("1"), plain).alias(f"stem_{side}"),
    ]


def _sounds(near: pl.DataFrame, side: str) -> pl.DataFrame:
    """Return `core_…`, `sound_…`: the Metaphone (Philips 1990) of each name, computed once a name."""
    names = near[f"core_{side}"].unique().sort()
    sounds = [jellyfish.metaphone(name.removeprefix("saint ")) for name in names]
    return pl.DataFrame({f"core_{side}": names, f"sound_{side}": sounds}, schema_overrides={f"sound_{side}": pl.String})
