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
    "mine": {"on_roll": True, "choice": None, "sequence": 0},
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "have not voted"),
        ({"mine": {"on_roll": True, "choice": "yes"}}, "said yes"),
        ({"mine": {"on_roll": False, "choice": None}}, "can't vote about it"),
        ({"ballot": "00"}, "vote where it is held"),
        ({"outcome": "rejected"}, "`fiado proposal minutes 2` says who said what"),
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


def test_who_is_off_the_roll_is_told_before_being_asked() -> None:
    _check_on_roll({"on_roll": True})
    with pytest.raises(CliError) as refused:
        _check_on_roll({"on_roll": False})
    assert refused.value.name == "not_on_roll"


def test_a_levy_is_told_in_per_cent() -> None:
    assert "collect once, for the commons, 1 % of what members have." in action_words(LEVY, str)
    both = "1.5 % of what members have and 0.025 % of what members owe"
    assert rates_words(15_000, 250) == both
