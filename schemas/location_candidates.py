"""`location_candidates`: what a mention might have meant."""

from schemas import columns as c
from schemas.table import ForeignKey, Table

LOCATION_CANDIDATES = Table(
    name="location_candidates",
    row="A place that a mention might have meant, where none was chosen or the choice was close.",
    key=("town_id", "candidate_id"),
    sort=("town_id", "rank"),
    columns=(
        c.town_id,
        c.town_id.named("candidate_id", "Id of the place that it might be."),
        c.count("rank", "Place among the candidates; 1 is the best."),
        c.location_score.named("score", "How well the candidate fits: 0 to 1."),
        c.text("evidence", "What speaks for it: name, country, region, coordinates, population."),
        c.text("candidate_name", "Usual name of the candidate."),
    ),
    foreign_keys=(ForeignKey("town_id", "towns", "town_id"),),
)
