"""Every change of the charter has its sentences, in every language, with nothing left out of them."""

import re
from dataclasses import replace

import pytest

from ledger.charter import Charter, Steward
from ledger.charter_changes import (
    READERS,
    Change,
    DecideBranch,
    Join,
    Leave,
    LetTimeFall,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.charter_index import IndexTable, LineStart, Redenominate, SetIndex, SurveyRules
from ledger.index.days import Method
from node.change_words import Wording
from node.web.languages import load_languages
from node.words.codes import NAMES
from tests.builders import build_federation
from tests.ledger.index.examples import UI

CHARTER: Charter = build_federation(seed="words", coops=3).charter
KEY = bytes(range(32))
ANA = Steward(name="ana {names}", key=KEY)
TABLE = IndexTable(
    method=Method.SURVEY,
    publishers=(1, 2),
    quorum=2,
    source_quorum=2,
    step_cap=100,
    stand_in_limit=2,
    quote_days=7,
    source="the baskets",
    survey=SurveyRules(observations_needed=2, lead_days=3, pace_weeks=4),
)
OFTENER = SurveyRules(observations_needed=2, lead_days=0, pace_weeks=2, period_days=3)
UNIT = IndexTable(
    method=Method.UNIT,
    publishers=(1, 2),
    quorum=2,
    source_quorum=2,
    step_cap=100,
    stand_in_limit=2,
    quote_days=7,
    source="INE",
    unit=UI,
)
JOINING = Join(
    coop=9,
    name="lago",
    title="Lago {amount}",
    node_key=KEY,
    clearing_limit=123_456,
    steward_threshold=1,
    stewards=(ANA,),
)
CHANGES: list[Change] = [
    Leave(coop=2),
    LetTimeFall(coop=2, length=7, time=1_790_000_000),
    SetIndex(first_day=20_000, table=None),
    SetIndex(first_day=20_000, table=TABLE),
    SetIndex(
        first_day=20_000,
        table=replace(
            TABLE,
            survey=SurveyRules(observations_needed=2, lead_days=0, pace_weeks=2, period_days=3),
        ),
    ),
    SetIndex(first_day=20_000, table=UNIT),
    SetIndex(first_day=20_000, table=TABLE, start=LineStart(currency="ARS", value=1_000_500_000)),
    Redenominate(first_day=20_000, numerator=1, denominator=1_000, currency="ARX"),
    JOINING,
    SetClearingLimit(coop=2, limit=123_456),
    SetNodeKey(coop=2, key=KEY, length=7),
    Quarantine(coop=2),
    Readmit(coop=2, key=KEY, limit=123_456, length=7, head=KEY),
    DecideBranch(coop=2, length=7, head=KEY, losses=((1, 123_456),)),
    SetQuorums(witness_quorum=1, decision_quorum=3),
    SetEntriesPerDay(entries_per_day=5),
    SetEntriesPerDay(entries_per_day=None),
    SetStewards(coop=2, threshold=1, stewards=(ANA,)),
]


def sentences(change: Change, language: str = "en") -> list[str]:
    return Wording(CHARTER, load_languages()[language]).words(change)


def test_no_change_is_without_an_example_here() -> None:
    assert {change.type for change in CHANGES} == set(READERS)


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_every_change_is_said_in_whole_sentences(change: Change, language: str) -> None:
    said = sentences(change, language)
    assert said
    for sentence in said:
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert re.search(r"[.…]$", sentence)
        left = re.findall(r"\{\w+\}", sentence)
        assert set(left) <= {"{names}", "{amount}"}  # of people's own names


def test_other_languages_say_it_in_their_own_words() -> None:
    for change in CHANGES:
        assert sentences(change, "es") != sentences(change) != sentences(change, "pt")


def test_amounts_keys_and_names_are_in_it() -> None:
    joined = " ".join(sentences(JOINING, "es"))
    assert "Lago {amount}" in joined and "ana {names}" in joined
    assert "1.234,56" in joined
    assert KEY.hex()[:16] in joined
    assert CHARTER.coops[2].title in sentences(Quarantine(coop=2))[0]


def test_a_currency_that_loses_zeros_is_told_with_its_figures() -> None:
    said = sentences(Redenominate(first_day=20_000, numerator=1, denominator=1_000, currency="ARX"))
    assert said[0] == "From 4 Oct 2024 on prices are in ARX."
    assert said[1].startswith("1,000 of the currency before are 1 of it.")


def test_a_coop_that_is_not_known_is_called_by_its_number() -> None:
    assert sentences(Quarantine(coop=77))[0].startswith("cooperative 77")
