"""What sort of body a name names: a county is never the town of the same name."""

from __future__ import annotations

import polars as pl

from pipeline.locate.names import search_key
from schemas.vocabularies import TownKind

#: Words of a search key that tell the kind, in the languages that the sources use.
_WORDS: dict[TownKind, tuple[str, ...]] = {
    TownKind.COUNTY: (
        "county", "counties", "kreis", "landkreis", "lkr", "bezirksamt", "powiat", "okres", "okrug", "megye",
        "zupanija",
        "judetul", "judet", "maakond", "rajon", "raion", "rayon", "amt", "amtsbezirk", "samtgemeinde",
        "verbandsgemeinde", "verwaltungsgemeinschaft", "comarca", "fylke", "lan", "landkreise", "regional",
    ),
    TownKind.REGION: (
        "region", "region von", "province", "provinz", "provincia", "provincie", "prefecture", "prafektur", "oblast",
        "wojewodztwo", "voivodeship", "woiwodschaft", "departement", "departamento", "department", "bundesland",
        "kanton", "canton", "governorate", "krai", "kraj", "autonomous", "regierungsbezirk",
    ),
    TownKind.DISTRICT: (
        "district", "bezirk", "stadtbezirk", "stadtteil", "ortsteil", "borough", "arrondissement", "quartier",
        "mestska cast", "kerulet", "dzielnica", "circoscrizione", "municipio", "ward", "cartier", "sector", "raion mun",
    ),
}  # fmt: skip
#: Endings of one word that tell the kind: Hochsauerlandkreis, Märkischer Kreis.
_ENDINGS: dict[TownKind, str] = {TownKind.COUNTY: r"\w{3,}kreis$"}


def kind_of(name: pl.Expr) -> pl.Expr:
    """Return what sort of body a name names, as the vocabulary has it; a plain name is a municipality."""
    key = search_key(name)
    kinds = []
    for kind, words in _WORDS.items():
        tells = key.str.contains(rf"\b(?:{'|'.join(words)})\b")
        if kind in _ENDINGS:
            tells |= key.str.contains(_ENDINGS[kind])
        kinds.append(pl.when(tells).then(pl.lit(kind.value)))
    return pl.coalesce(*kinds, pl.lit(TownKind.MUNICIPALITY.value))
