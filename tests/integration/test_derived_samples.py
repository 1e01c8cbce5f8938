"""What is derived from the real lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path


def test_real_lists_show_namesakes_neighbours_and_rings(full_build: Path) -> None:
    with duckdb.connect(full_build / "twintowns.duckdb", read_only=True) as database:
        derived = "SELECT motive, count(*) FROM partnership_motives WHERE basis = 'derived' GROUP BY motive"
        counts = dict(database.sql(derived).fetchall())
        assert 450 <= counts["same_name"] <= 650
        assert 550 <= counts["neighbours"] <= 900
        pairs = database.sql(
            "SELECT town_a.name, town_b.name FROM partnership_motives JOIN partnerships USING (partnership_id) "
            "JOIN towns AS town_a ON town_a.town_id = town_a_id JOIN towns AS town_b ON town_b.town_id = town_b_id "
            "WHERE motive = 'same_name' AND basis = 'derived'"
        ).fetchall()
        named = {frozenset(pair) for pair in pairs}
        for pair in (("Karlovy Vary", "Carlsbad"), ("Bethlehem", "Belém"), ("Haarlem", "Harlem"), ("Ulm", "New Ulm")):
            assert frozenset(pair) in named
        for pair in (("Caracas", "Guayaquil"), ("Turin", "Tirana"), ("Mexico City", "Panama City"), ("Bar", "Bor")):
            assert frozenset(pair) not in named
        # Douzelage and the Charter of European Rural Communities, one town a member state; then a Nordic chain.
        rings = "SELECT core_town_count, completeness, core_towns FROM complete_cliques"
        (first, second, *rest) = database.sql(rings).fetchall()
        assert "Holstebro" in first[2]
        assert "Cashel" in second[2]
        assert min(first[0], second[0]) >= 20
        assert min(first[1], second[1]) >= 0.95
        assert any("Randers" in towns and "Akureyri" in towns for _, _, towns in rest)
        assert not any("Beijing" in towns for _, _, towns in rest)
