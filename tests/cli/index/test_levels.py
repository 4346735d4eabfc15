"""Which coops' levels are shown as outliers."""

from cli.index.levels import mark_outliers
from tests.builders import build_federation
from tests.index_builders import index_lines, observation

FEDERATION = build_federation(seed="levels", index=index_lines("survey", step_cap=100))
"""Three coops, and a cap of 10 %."""


def test_a_level_beyond_the_cap_from_the_median_is_an_outlier() -> None:
    levels = {1: 1_040_000_000, 2: 1_000_000_000, 3: 1_200_000_000}
    seen = tuple(observation(FEDERATION, coop, 7, level) for coop, level in levels.items())
    marked = mark_outliers(FEDERATION.charter, seen)
    assert [each.words() for each in marked] == [
        "norte 1040.00",
        "sur 1000.00",
        "este 1200.00 (outlier)",
    ]
    assert marked[2].as_json() == {"coop": "este", "level": 1_200_000_000, "outlier": True}
