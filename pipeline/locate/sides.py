"""Columns of mentions: for each side of a claim, an award or a membership, the column of each part of a mention."""

from __future__ import annotations

from typing import Final

OPPOSITE: Final = {"town": "partner", "partner": "town"}
_COLUMNS: Final = ("country_code", "latitude", "longitude", "wikidata_id", "geonames_id", "population", "kind")

#: Of claims, by side.
CLAIM_SIDES: Final = {
    side: {"text": f"{side}_text", "country": f"{side}_country_text", "region": f"{side}_region_text"}
    | {column: f"{side}_{column}" for column in _COLUMNS}
    for side in OPPOSITE
}
#: Of awards and memberships, which name one town.
RECORD_SIDE: Final = {"text": "town", "country": "town_country", "region": "town_region"} | {
    column: f"town_{column}" for column in _COLUMNS
}
#: Columns of claims that are not needed once the mentions are located; the partner's country still is.
MENTION_COLUMNS: Final = [
    f"{side}_{column}" for side in OPPOSITE for column in _COLUMNS if (side, column) != ("partner", "country_code")
]
