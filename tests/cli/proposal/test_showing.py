"""How far a proposal has come for whoever looks at it, and what a levy takes, in words."""

from typing import Any

import pytest

from cli.proposal.commands import _check_on_roll
from cli.proposal.fetched import Fetched
from cli.proposal.showing import print_proposal
from cli.shell.errors import CliError
from cli.shell.terminal import Output
from cli.shell.voting_words import action_words, rates_words
from ledger.government.actions import DecideLevy

LEVY = DecideLevy(positive=10_000, negative=0)
FOUND: dict[str, Any] = {
    "number": 2,
    "outcome": "open",
    "open": True,
    "ballot": None,
    "closes": 100,
    "counts": {"yes": 0, "no": 0, "abstain": 0},
    "roll": 3,
    "special": False,
    "first": 100,
    "second": 200,
    "quorum": 2,
    "moved": False,
    "about": [],
    "named": [],
    "against": None,
    "rules": {"second_quorum": 2, "numerator": 0, "denominator": 0},
    "mine": {"on_roll": True, "choice": None, "sequence": 0},
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "have not voted"),
        ({"mine": {"on_roll": True, "choice": "yes"}}, "said yes"),
        ({"mine": {"on_roll": False, "choice": None}}, "can't vote about it"),
        ({"ballot": "00"}, "vote where it is held"),
        ({"outcome": "rejected"}, "did not vote"),
    ],
)
def test_whoever_looks_reads_what_they_have_said_as_far_as_it_is_known(
    changed: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal = Fetched(number=2, action=LEVY, found=FOUND | changed)
    print_proposal(proposal, "norte", Output(is_json=False))
    (line,) = [each for each in capsys.readouterr().out.splitlines() if "you" in each.split()[:1]]
    assert said in line
    assert ("have not voted" in line) == (said == "have not voted")


def shown_field(
    name: str, said: str | None, capsys: pytest.CaptureFixture[str], **changed: Any
) -> str:
    proposal = Fetched(number=2, action=LEVY, found=FOUND | changed)
    print_proposal(proposal, "norte", Output(is_json=False), said=said)
    lines = capsys.readouterr().out.splitlines()
    (line,) = [each for each in lines if name in each.split()[:1]]
    return line


def test_once_it_is_counted_whoever_looks_reads_what_they_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "said abstain" in shown_field("you", "abstain", capsys, outcome="enacted")


@pytest.mark.parametrize(
    ("counts", "changed", "said"),
    [
        ((2, 1, 1), {}, "2 of 3 said yes, and it takes more yes than no; 4 took part"),
        ((1, 0, 0), {"closes": 200}, "not valid: 1 took part, and it takes 2"),
        ((1, 0, 0), {}, "1 of 1 said yes, and it takes more yes than no; 1 took part"),
        (
            (2, 2, 0),
            {"rules": {"second_quorum": 1, "numerator": 2, "denominator": 3}},
            "2 of 4 said yes, and it takes at least 2 of 3 of those who say yes or no; 4 took part",
        ),
    ],
)
def test_the_result_says_why_it_is_one(
    counts: tuple[int, int, int],
    changed: dict[str, Any],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    counted = dict(zip(("yes", "no", "abstain"), counts, strict=True))
    outcome = {"outcome": "rejected", "counts": counted}
    assert shown_field("result", None, capsys, **(outcome | changed)).endswith(said)


def test_who_is_off_the_roll_is_told_before_being_asked() -> None:
    _check_on_roll({"on_roll": True})
    with pytest.raises(CliError) as refused:
        _check_on_roll({"on_roll": False})
    assert refused.value.name == "not_on_roll"


def test_a_levy_is_told_in_per_cent() -> None:
    assert "collect once, for the commons, 1 % of what members have." in action_words(LEVY, str)
    both = "1.5 % of what members have and 0.025 % of what members owe"
    assert rates_words(15_000, 250) == both
