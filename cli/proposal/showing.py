"""How a proposal is shown: what it would do, how far it has come, and what came of it."""

from collections.abc import Iterator

from cli.proposal.fetched import Fetched
from cli.shell.describing import when
from cli.shell.terminal import Output
from cli.shell.voting_words import action_words
from node.member.client import Json

_OUTCOMES = {
    "open": "open",
    "rejected": "rejected",
    "enacted": "passed and carried out",
    "impossible": "passed, but could not be carried out",
}


def state_words(found: Json) -> str:
    """How a proposal stands, in a few words."""
    outcome = str(found["outcome"])
    if outcome != "open":
        return _OUTCOMES.get(outcome, outcome)
    if found["ballot"] is not None:
        return "held elsewhere"
    return f"open until {when(found['closes'])}" if found["open"] else "closed, not counted yet"


def counts_words(found: Json) -> str:
    """The counts of a vote, in words."""
    counts = found["counts"]
    return f"{counts['yes']} yes, {counts['no']} no, {counts['abstain']} abstaining"


def result_words(found: Json) -> str:
    """Why a vote that is counted has come out so: who took part, and what the bylaws ask for."""
    counts, rules = found["counts"], found["rules"]
    yes, no = int(counts["yes"]), int(counts["no"])
    took_part = yes + no + int(counts["abstain"])
    if found["closes"] == found["second"] and took_part < rules["second_quorum"]:
        return f"not valid: {took_part} took part, and it takes {rules['second_quorum']}"
    asked = "more yes than no"
    if rules["numerator"]:
        asked = (
            f"at least {rules['numerator']} of {rules['denominator']} of those who say yes or no"
        )
    return f"{yes} of {yes + no} said yes, and it takes {asked}; {took_part} took part"


def print_proposal(
    proposal: Fetched, coop: str, output: Output, *, said: str | None = None
) -> None:
    """Show a proposal; `said`: what whoever looks has said last, where it is counted already."""
    output.line(f"Proposal {proposal.number}: {action_words(proposal.action, proposal.who(coop))}")
    output.fields(dict(_fields(proposal, said)))


def _fields(proposal: Fetched, said: str | None) -> Iterator[tuple[str, str]]:
    found = proposal.found
    yield "state", state_words(found)
    yield "votes", f"{counts_words(found)}; {found['roll']} are on the roll"
    if found["outcome"] != "open":
        yield "result", result_words(found)
    if found["special"]:
        yield "majority", "the special one of the bylaws"
    if found["outcome"] == "open":
        yield "first close", f"{when(found['first'])}, if {found['quorum']} have voted"
        yield "second close", when(found["second"])
    if found["moved"]:
        yield "moved", "a late vote has turned the outcome, so it closes later"
    if found["about"]:
        yield "can't vote", ", ".join(str(each["handle"]) for each in found["about"])
    if found["against"]:
        yield "stood against it", str(found["against"]).replace("_", " ")
    if found["ballot"]:
        yield "election file", f"SHA-256 {found['ballot']}"
    mine = found["mine"]
    if mine is not None:
        yield "you", _mine_words(found, mine, said)


def _mine_words(found: Json, mine: Json, said: str | None) -> str:
    if not mine["on_roll"]:
        return "can't vote about it"
    if found["ballot"] is not None:
        return "vote where it is held"
    if found["outcome"] != "open":
        return f"said {said}" if said else "did not vote"
    return f"said {mine['choice']}" if mine["choice"] else "have not voted"
