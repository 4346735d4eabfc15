"""The arithmetic of quorums, against every way in which cooperatives could lie and be away."""

import re
from itertools import combinations

import pytest

from cli.federation.quorums import (
    Bearing,
    advice,
    decision_quorum_against,
    decisions_bear,
    witness_quorum_against,
    witnesses_bear,
)
from tests.places import PROJECT

SIZES = range(2, 8)


def two_answers(voters: range, liars: frozenset[int], quorum: int) -> bool:
    """Whether two quorums can sign two different things when only liars sign both."""
    sets = [frozenset(chosen) for chosen in combinations(voters, quorum)]
    return any(one & other <= liars for one in sets for other in sets)


@pytest.mark.parametrize("coops", SIZES)
def test_a_decision_is_one_exactly_as_long_as_few_enough_lie(coops: int) -> None:
    for quorum in range(coops // 2 + 1, coops + 1):
        borne = decisions_bear(coops, quorum).dishonest
        assert not two_answers(range(coops), frozenset(range(borne)), quorum)
        if borne < coops:
            assert two_answers(range(coops), frozenset(range(borne + 1)), quorum)


@pytest.mark.parametrize("coops", SIZES)
def test_a_history_is_one_exactly_as_long_as_few_enough_lie(coops: int) -> None:
    others = range(1, coops)
    for quorum in range(1, coops):
        borne = witnesses_bear(coops, quorum).dishonest
        for lying in range(1, coops):
            can = two_answers(others, frozenset(range(lying)), quorum)
            assert can == (lying > borne), (coops, quorum, lying)


@pytest.mark.parametrize("coops", SIZES)
@pytest.mark.parametrize("lying", [1, 2])
def test_the_least_quorum_is_the_least(coops: int, lying: int) -> None:
    decision = decision_quorum_against(coops, lying)
    assert decisions_bear(coops, decision).dishonest >= lying
    assert decisions_bear(coops, decision - 1).dishonest < lying
    witness = witness_quorum_against(coops, lying)
    assert witnesses_bear(coops, witness).dishonest >= lying
    assert witnesses_bear(coops, witness - 1).dishonest < lying


@pytest.mark.parametrize("lying", [1, 2, 3])
def test_three_more_than_liars_bear_as_many_away(lying: int) -> None:
    coops = 3 * lying + 1
    decision, witness = decision_quorum_against(coops, lying), witness_quorum_against(coops, lying)
    assert decisions_bear(coops, decision) == Bearing(dishonest=lying, away=lying)
    assert witnesses_bear(coops, witness) == Bearing(dishonest=lying, away=lying)


def test_without_witnesses_nobody_prevents_a_fork() -> None:
    assert witnesses_bear(4, 0).dishonest == 0


def told(coops: int, witness_quorum: int, decision_quorum: int) -> str:
    return "\n".join(advice(coops, witness_quorum=witness_quorum, decision_quorum=decision_quorum))


def test_three_cooperatives_are_told_what_they_do_not_bear() -> None:
    said = told(3, 0, 2)
    assert "2 of 3 sign. One may be away; a single dishonest one could" in said
    assert "With 3 it could not." in said
    assert "Witnesses: none." in said
    assert "2 would prevent it, and nobody of the others may then be away." in said
    assert "four bear one of each" in said


def test_four_cooperatives_with_good_quorums_have_nothing_to_mend() -> None:
    said = told(4, 2, 3)
    assert "3 of 4 sign. One may be away, and one may be dishonest." in said
    assert "One of the other 3 may be away, and one may be dishonest." in said
    assert "join" not in said


def test_two_cooperatives_that_both_sign_bear_one_that_lies() -> None:
    assert "2 of 2 sign. Nobody may be away, and one may be dishonest." in told(2, 0, 2)


def test_a_single_cooperative_has_no_witnesses() -> None:
    assert "nobody else" in told(1, 0, 1)


def test_the_page_has_the_figures_that_are_computed() -> None:
    page = (PROJECT / "docs" / "FEDERATION.md").read_text(encoding="utf-8")
    rows = [
        [int(cell) for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if re.fullmatch(r"[|0-9 ]+", line)
    ]
    assert len(rows) == 8
    for coops, lying, deciding, away, witnessing, witnesses_away in rows:
        assert deciding == max(decision_quorum_against(coops, lying), coops // 2 + 1)
        assert decisions_bear(coops, deciding).dishonest >= lying
        assert decisions_bear(coops, deciding).away == away
        assert witnessing == (witness_quorum_against(coops, lying) if lying else 0)
        assert witnesses_bear(coops, witnessing).dishonest >= lying
        assert witnesses_bear(coops, witnessing).away == witnesses_away


def test_so_many_that_the_charter_can_never_be_changed_are_warned_of() -> None:
    assert "never be changed" not in told(511, 0, 256)
    assert "Let 256 decide at most." in told(511, 0, 257)
    assert "at most 511 found a federation that can change" in told(512, 0, 257)
