"""Minutes hold what a book of assemblies asks for, in each language, and count anew."""

import string
from typing import Any

import pytest

from cli.proposal.fetched import Fetched
from cli.proposal.minutes import Minutes, render_minutes
from cli.proposal.minutes_agenda import AGENDA, agenda_words
from cli.proposal.minutes_words import LANGUAGES
from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideRecovery,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.articles import Article
from tests.builders import build_federation

LIMIT = DecideLimit(account=3, limit=10_000, from_=0, until=None, after=None)
ACTIONS: tuple[Action, ...] = (
    Resolve(),
    Resolve(is_special=True),
    AmendBylaws(articles=()),
    AmendBylaws(articles=((Article.CONTRIBUTION, 20_000),)),
    Elect(seats=((1, 86_400), (2, 86_400)), threshold=2),
    Recall(places=(0, 1)),
    LIMIT,
    DecideLimit(account=3, limit=10_000, from_=86_400, until=172_800, after=5),
    DecideStatus(account=3, is_frozen=True),
    DecideStatus(account=3, is_frozen=False),
    DecideSpend(payee=2, amount=1_250),
    Expel(account=3, payee=None),
    Expel(account=3, payee=2),
    DecideRecovery(account=3, recovery=1, is_new_key=True),
    DecideRecovery(account=3, recovery=1, is_new_key=False),
    DecideLevy(positive=10_000, negative=5_000),
)
VOTES = [
    {"entry": 18, "account": 1, "handle": "ana", "choice": "no"},
    {"entry": 19, "account": 2, "handle": "beto", "choice": "abstain"},
    {"entry": 20, "account": 1, "handle": "ana", "choice": "yes"},
]

languages = pytest.mark.parametrize("code", sorted(LANGUAGES))


def minutes(code: str = "en", *, roll: list[str] | None, **changed: Any) -> Minutes:
    found = {
        "about": [{"account": 3, "handle": "celia"}],
        "named": [],
        "ballot": None,
        "result": None,
        "entry": 17,
        "time": 1_000_000,
        "roll": 3,
        "quorum": 2,
        "first": 2_000_000,
        "second": 2_003_600,
        "closes": 2_000_000,
        "special": False,
        "moved": False,
        "counts": {"yes": 1, "no": 0, "abstain": 1},
        "outcome": "enacted",
        "against": None,
        "enacted": 22,
        **changed,
    }
    answer = {
        "text": {"salt": "00" * 16, "text": "Que el límite vuelva a 100."},
        "text_hash": "ab" * 32,
        "stewards": [],
        "members": [{"account": 1, "handle": "ana"}],
    }
    return render_minutes(
        Fetched(number=2, action=LIMIT, found=found),
        answer,
        VOTES,
        roll,
        coop=build_federation(coops=1).charter.coops[1],
        language=LANGUAGES[code],
    )


@languages
def test_they_have_agenda_call_roll_votes_absences_counts_and_proofs(code: str) -> None:
    words = LANGUAGES[code]
    told = minutes(code, roll=["ana", "beto", "dora"])
    book = "\n".join(told.lines)
    assert told.counts_agree
    assert "{" not in book
    for part in (
        agenda_words(LIMIT, lambda _: "celia@norte", words),
        "Que el límite vuelva a 100.",
        "ab" * 32,
        words["at_first"],
        "ana, beto, dora",
        f"ana   {words['yes']}  (20)",
        f"beto  {words['abstain']}  (19)",
        words["absent"].format(names="dora"),
        words["simple"],
        words["enacted"],
        "/17",
        "/22",
    ):
        assert part in book, part
    assert "(18)" not in book  # what somebody has said last counts


def test_the_call_that_closed_it_is_named() -> None:
    late = "\n".join(minutes(roll=["ana"], closes=2_003_600, special=True).lines)
    assert LANGUAGES["en"]["at_second"] in late
    assert LANGUAGES["en"]["special"] in late


def test_counts_that_the_votes_do_not_make_are_found() -> None:
    assert not minutes(roll=[], counts={"yes": 2, "no": 0, "abstain": 1}).counts_agree


def test_of_a_vote_held_elsewhere_nobody_is_called_absent() -> None:
    told = minutes(roll=["dora"], ballot="cd" * 32, result="ef" * 32)
    assert "did not take part" not in "\n".join(told.lines)


def test_a_roll_that_is_too_long_is_said_to_be() -> None:
    assert LANGUAGES["en"]["long_roll"] in "\n".join(minutes(roll=None).lines)


@languages
@pytest.mark.parametrize("action", ACTIONS, ids=repr)
def test_each_action_is_told_in_each_language(action: Action, code: str) -> None:
    said = agenda_words(action, "member{}".format, LANGUAGES[code])
    assert said.endswith(".")
    assert "{" not in said


def test_languages_have_the_same_sentences_with_the_same_values() -> None:
    for catalogues in (LANGUAGES, AGENDA):
        for words in catalogues.values():
            assert words.keys() == catalogues["en"].keys()
            for key, sentence in words.items():
                assert _values(sentence) == _values(catalogues["en"][key]), key


def _values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
