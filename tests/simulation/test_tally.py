"""The table at the end of `make sim`."""

from collections import Counter

from tests.simulation.tally import CAPTION, Run, Tally


def test_a_row_is_about_the_runs_that_had_the_thing_in_them() -> None:
    tally = Tally(["restarts", "evidence"])
    for injected, caused in (
        ({"forks": 1, "links cut": 0}, {"restarts": 2, "evidence": 3}),
        ({"forks": 2, "nodes killed": 5}, {"restarts": 4}),
        ({"links cut": 0}, {"restarts": 1}),
    ):
        tally.add(Run(injected=Counter(injected), caused=Counter(caused)))
    assert tally.lines() == [
        CAPTION,
        "injected        runs  times  restarts  evidence",
        "nothing at all     1              1.0       0.0",
        "forks              2      3       3.0       1.5",
        "nodes killed       1      5       4.0       0.0",
        "all runs           3              2.3       1.0",
    ]


def test_without_calm_runs_there_is_nothing_to_compare_with() -> None:
    tally = Tally(["restarts"])
    tally.add(Run(injected=Counter({"forks": 1}), caused=Counter()))
    assert tally.lines()[2] == "nothing at all     0"
