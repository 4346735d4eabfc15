"""How a proposal is shown: what it would do, how far it has come, and what came of it."""

from collections.abc import Iterator

from cli.proposal.fetched import Fetched
from cli.shell.forms import when
from cli.shell.language import later, say
from cli.shell.terminal import Output
from cli.shell.voting_words import action_words
from node.member.client import Json

_OUTCOMES = {
    "open": later("open"),
    "rejected": later("rejected"),
    "enacted": later("passed and carried out"),
    "impossible": later("passed, but could not be carried out"),
}


def state_words(found: Json) -> str:
    """How a proposal stands, in a few words."""
    outcome = str(found["outcome"])
    if outcome != "open":
        return say(_OUTCOMES.get(outcome, outcome))
    if found["ballot"] is not None:
        return say("held elsewhere")
    return (
        say("open until {time}", time=when(found["closes"]))
        if found["open"]
        else say("closed, not counted yet")
    )


def counts_words(found: Json) -> str:
    """The counts of a vote, in words."""
    counts = found["counts"]
    return say(
        "{yes} yes, {no} no, {abstain} abstaining",
        yes=counts["yes"],
        no=counts["no"],
        abstain=counts["abstain"],
    )


def result_words(found: Json) -> str:
    """Why a vote that is counted has come out so: who took part, and what the bylaws ask for."""
    counts, rules = found["counts"], found["rules"]
    yes, no = int(counts["yes"]), int(counts["no"])
    took_part = yes + no + int(counts["abstain"])
    if found["closes"] == found["second"] and took_part < rules["second_quorum"]:
        return say(
            "not valid: {took_part} took part, and it takes {second_quorum}",
            took_part=took_part,
            second_quorum=rules["second_quorum"],
        )
    asked = say("more yes than no")
    if rules["numerator"]:
        asked = say(
            "at least {numerator} of {denominator} of those who say yes or no",
            numerator=rules["numerator"],
            denominator=rules["denominator"],
        )
    return say(
        "{yes} of {both} said yes, and it takes {asked}; {took_part} took part",
        yes=yes,
        both=yes + no,
        asked=asked,
        took_part=took_part,
    )


def print_proposal(
    proposal: Fetched, coop: str, output: Output, *, said: str | None = None
) -> None:
    """Show a proposal; `said`: what whoever looks has said last, where it is counted already."""
    output.line(
        say(
            "Proposal {number}: {action}",
            number=proposal.number,
            action=action_words(proposal.action, proposal.who(coop)),
        )
    )
    output.fields(dict(_fields(proposal, said)))


def _fields(proposal: Fetched, said: str | None) -> Iterator[tuple[str, str]]:
    found = proposal.found
    yield say("state"), state_words(found)
    yield (
        say("votes"),
        say("{counts}; {roll} are on the roll", counts=counts_words(found), roll=found["roll"]),
    )
    if found["outcome"] != "open":
        yield say("result"), result_words(found)
    if found["special"]:
        yield say("majority"), say("the special one of the bylaws")
    if found["outcome"] == "open":
        yield (
            say("first close"),
            say(
                "{time}, if {quorum} have voted", time=when(found["first"]), quorum=found["quorum"]
            ),
        )
        yield say("second close"), when(found["second"])
    if found["moved"]:
        yield say("moved"), say("a late vote has turned the outcome, so it closes later")
    if found["about"]:
        yield say("can't vote"), ", ".join(str(each["handle"]) for each in found["about"])
    if found["against"]:
        yield say("stood against it"), str(found["against"]).replace("_", " ")
    if found["ballot"]:
        yield say("election file"), say("SHA-256 {ballot}", ballot=found["ballot"])
    mine = found["mine"]
    if mine is not None:
        yield say("you"), _mine_words(found, mine, said)


def _mine_words(found: Json, mine: Json, said: str | None) -> str:
    if not mine["on_roll"]:
        return say("can't vote about it")
    if found["ballot"] is not None:
        return say("vote where it is held")
    if found["outcome"] != "open":
        return say("said {said}", said=say(said)) if said else say("did not vote")
    return (
        say("said {choice}", choice=say(mine["choice"]))
        if mine["choice"]
        else say("have not voted")
    )
