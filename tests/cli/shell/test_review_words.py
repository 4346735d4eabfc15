"""What the program says of a review, by the vectors that the pages follow, too."""

import json
from typing import Any

import pytest

from cli.account.limits import long_debt_line
from cli.shell.review_words import duration_words, review_lines
from tests.places import VECTOR_FILES

CASES: list[dict[str, Any]] = json.loads((VECTOR_FILES / "review.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"])
def test_the_sentences_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    assert review_lines(case["review"]) == case["lines"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 h"), (3_599, "0 h"), (7_200, "2 h"), (86_400, "1 d"), (90_000, "1 d 1 h")],
)
def test_durations_are_in_whole_days_and_hours(seconds: int, words: str) -> None:
    assert duration_words(seconds) == words


def test_a_member_is_told_only_of_a_debt_that_is_long() -> None:
    debt = {"owed": 5, "since": 1_782_000_000, "long_at": 1_782_086_400}
    assert long_debt_line({"debt": debt | {"is_long": False}}) is None
    assert long_debt_line({"debt": None}) is None
    assert long_debt_line({}) is None  # a node of an earlier version
    told = long_debt_line({"debt": debt | {"is_long": True}})
    assert told is not None and "nothing is blocked by it" in told
