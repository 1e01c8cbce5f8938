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

from pipeline.locate.names import search_key

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
LOOKED_AT, _SOUNDING, _SIMILAR = 0.55, 0.6, 0.8
#: What must be alike once the ending is off: Homburg and Hamburg (0.67) are not.
_STEM = 0.75
#: Letters without which a likeness is chance: Bar and Bor. And sounds: Porano and Piran, both PRN.
_LETTERS, _SOUNDS = 5, 4
#: A name that a town bears beside its usual one must have so many letters; initials and readings are shorter.
_OTHER_LETTERS = 4

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


def alike_names(pairs: pl.DataFrame, town_names: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose towns bear the same name or a similar one, each with the best reason.

    Args:
        pairs: `partnership_id`, `town_a_id`, `town_b_id`, `name_a`, `name_b` (the usual names).
        town_names: `town_id`, `search_key`: every name of every town.

    Returns:
        `partnership_id`, `evidence`: which names, and by which measure they are alike:
        `same: soest`, `same but for an addition: melle (Melle / New Melle)`, `sounds alike: coburg / cobourg (0.86)`,
        `similar: …`, `same by another name: friedland (Friedland / Frýdlant)`.
    """
    usual_names = pl.concat([pairs["name_a"], pairs["name_b"].alias("name_a")]).unique().to_frame("name")
    usual_names = usual_names.with_columns(key=search_key(pl.col("name")), core=core_name(pl.col("name")))
    usual_names = usual_names.with_columns(letters=letters(pl.col("core")))
    keys = pairs.select("partnership_id", "town_a_id", "town_b_id", "name_a", "name_b")
    for side in _SIDES:
        keys = keys.join(usual_names.select(pl.all().name.suffix(f"_{side}")), on=f"name_{side}", maintain_order="left")
    both = pl.format("({} / {})", "name_a", "name_b")
    same_key = (pl.col("key_a") == pl.col("key_b")) & (pl.col("key_a") != "")
    same_core = pl.col("core_a") == pl.col("core_b")
    usual = keys.filter(same_key | same_core).select(
        "partnership_id",
        evidence=pl.when(same_key)
        .then(pl.format("same: {}", "key_a"))
        .otherwise(pl.format("same but for an addition: {} {}", "core_a", both)),
    )
    other = (
        _shared_names(keys, town_names)
        .join(keys, on="partnership_id")
        .select("partnership_id", evidence=pl.format("same by another name: {} {}", "shared", both))
    )
    rest = keys.join(usual, on="partnership_id", how="anti")
    found = pl.concat([usual, _similar(rest), other])
    return found.unique("partnership_id", keep="first", maintain_order=True)


def _shared_names(keys: pl.DataFrame, town_names: pl.DataFrame) -> pl.DataFrame:
    """Return a name that both towns bear, be it for one or for both not the usual one: `partnership_id`, `shared`.

    Only a usual name is taken without its additions: of `Santiago de León de Caracas` no `Santiago` is left.
    """
    towns = pl.concat(
        keys.select(town_id=f"town_{side}_id", key=f"key_{side}", core=f"core_{side}") for side in _SIDES
    ).unique("town_id")
    usual = pl.concat(towns.select("town_id", shared=form) for form in ("key", "core"))
    every = pl.concat([usual, town_names.select("town_id", shared="search_key")])
    # Most names are those of one town; where these are gone, little is left to look at.
    names = (
        every.filter(pl.col("shared").hash().is_duplicated(), pl.col("shared").str.len_chars() >= _OTHER_LETTERS)
        .filter(_named(pl.col("shared")).is_not_null())
        .unique()
        .filter(pl.col("shared").is_duplicated())
        .join(usual.unique().with_columns(is_usual=pl.lit(value=True)), on=["town_id", "shared"], how="left")
    )
    return (
        keys.select("partnership_id", "town_a_id", "town_b_id")
        .join(names, left_on="town_a_id", right_on="town_id")
        .join(names, left_on=["town_b_id", "shared"], right_on=["town_id", "shared"], suffix="_b")
        # The name that most people know, which is a usual one if any is.
        .sort(
            pl.coalesce("is_usual", "is_usual_b"), pl.col("shared").str.len_chars(), "shared",
            descending=[True, True, False], nulls_last=True,
        )
        .unique("partnership_id", keep="first", maintain_order=True)
        .select("partnership_id", "shared")
    )  # fmt: skip


def _similar(keys: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose usual names sound alike or are spelt alike: `partnership_id`, `evidence`."""
    cores = keys.select("core_a", "core_b", "letters_a", "letters_b").drop_nulls().filter(may_be_near())
    cores = cores.select("core_a", "core_b").unique().sort("core_a", "core_b")
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
    return keys.join(alike, on=["core_a", "core_b"]).select("partnership_id", "evidence").sort("partnership_id")


def letters(core: pl.Expr) -> pl.Expr:
    """Return which Latin letters a name has, as a bit of a number each."""
    bits = (core.str.contains(letter, literal=True).cast(pl.UInt32) * 2**i for i, letter in enumerate(_LATIN))
    return pl.when(core.is_not_null()).then(pl.sum_horizontal(bits))


def may_be_near() -> pl.Expr:
    """Return whether two names can be as alike as is looked at; few are, and edits are dear to count.

    An edit makes one letter of a name another, so that no fewer are needed than there are letters that only one of the
    names has, nor than one is longer than the other.
    """
    one, other = pl.col("core_a").str.len_chars().cast(pl.Int64), pl.col("core_b").str.len_chars().cast(pl.Int64)
    common = pl.col("letters_a") & pl.col("letters_b")
    lacking = (pl.col(f"letters_{side}").bitwise_count_ones() - common.bitwise_count_ones() for side in _SIDES)
    edits = pl.max_horizontal(*lacking, (one - other).abs())
    return 1 - edits / pl.max_horizontal(one, other) >= LOOKED_AT


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
