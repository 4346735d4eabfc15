"""The table at the end of `make sim`."""

from collections import Counter

from ledger.kinds import KINDS
from tests.simulation.tally import CAPTION, ENOUGH_RUNS, KINDS_CAPTION, Run, Tally, entries_of


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


def test_every_kind_has_a_row_in_the_order_of_numbers() -> None:
    tally = Tally([])
    for counts in ({"pay": 3, "vote": 2}, {"pay": 1}):
        caused = Counter({entries_of(name): count for name, count in counts.items()})
        tally.add(Run(injected=Counter(), caused=caused))
    caption, head, *rows = tally.kinds()
    assert (caption, head.split()) == (KINDS_CAPTION, ["kind", "name", "entries", "runs"])
    assert rows[0].split() == ["1", "pay", "4", "2"]
    assert [int(row.split()[0]) for row in rows] == sorted(kind.value for kind in KINDS)
    assert ["10", "vote", "2", "1"] in [row.split() for row in rows]


def test_a_kind_that_never_comes_up_in_many_runs_is_named() -> None:
    tally = Tally([])
    names = [row.name for row in KINDS.values()]
    everything = Counter({entries_of(name): 1 for name in names if name != "levy"})
    for _ in range(ENOUGH_RUNS - 1):
        tally.add(Run(injected=Counter(), caused=everything))
    assert not tally.never_recorded()
    tally.add(Run(injected=Counter(), caused=everything))
    assert tally.never_recorded() == ["levy"]
    tally.add(Run(injected=Counter(), caused=Counter({entries_of("levy"): 1})))
    assert not tally.never_recorded()
