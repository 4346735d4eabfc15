"""The findings of an audit for people and for programs."""

from collections.abc import Mapping
from typing import Final

from cli.shell.language import later, say
from cli.shell.retelling import retold
from ledger.charter import Charter
from node.audit import Fault, Finding

FAULT_WORDS: Final[Mapping[Fault, tuple[str, str]]] = {
    Fault.UNREADABLE: (
        later("The log can't be read to its end"),
        later("Take the log from a copy or from another node: every node holds all logs."),
    ),
    Fault.NOT_ENTRIES: (
        later("The stored bytes are damaged: they can't be told apart into entries"),
        later("Take the log from a copy or from another node: every node holds all logs."),
    ),
    Fault.CHAIN_BROKEN: (
        later("The stored bytes were changed after they were recorded"),
        later(
            "Take the log from a copy or from another node. If nobody damaged the disk, somebody "
            "edited the books."
        ),
    ),
    Fault.HEAD_DAMAGED: (
        later("The stored chain hash is damaged, the entries are not"),
        later("Take the log from a copy or from another node."),
    ),
    Fault.HEAD_FORGED: (
        later("A signature over the log is damaged or forged"),
        later(
            "Take the log from a copy or from another node; if it is the same there, that "
            "cooperative's node has to explain itself."
        ),
    ),
    Fault.ENTRY_REFUSED: (
        later("The cooperative signed an entry that the rules forbid"),
        later(
            "This is evidence against the cooperative of the log; its stewards and the federation "
            "decide."
        ),
    ),
    Fault.FORK: (
        later("A cooperative signed two different histories"),
        later("This is evidence against it; the federation decides. Take in nothing more from it."),
    ),
    Fault.NOT_HELD: (
        later("A log refers to entries of another log that are not here"),
        later("Wait until the node has caught up and audit again, or audit another node."),
    ),
    Fault.INVARIANT: (
        later("The books do not add up"),
        later(
            "Every entry is allowed by the rules, so this is a mistake in the program: please "
            "report it."
        ),
    ),
    Fault.EVIDENCE: (
        later("There is proof that a cooperative cheated"),
        later("`fiado node status` shows who is accused; the federation decides."),
    ),
    Fault.RECORD_DAMAGED: (
        later("Something kept beside the logs is damaged"),
        later("The logs themselves are not touched by this. Take a good copy of what is damaged."),
    ),
}


_SETTLED: Final = (
    later("There is proof that a cooperative cheated, and the federation has readmitted it since"),
    later("Nothing."),
)


def finding_words(finding: Finding, charter: Charter) -> list[str]:
    """A finding as a few lines: what, where, by which rule, and what to do."""
    what, remedy = FAULT_WORDS[finding.fault]
    if finding.is_settled:
        what, remedy = _SETTLED
    state = say("SETTLED") if finding.is_settled else say("NOT RIGHT")
    lines = [f"{state}: {say(what)}."]
    where = _where(finding, charter)
    if where:
        lines.append(say("  Where: {where}.", where=where))
    rule = say("PROTOCOL, section {clause}", clause=finding.clause)
    if finding.refusal is not None:
        rule += say(
            ", refusal {value} `{code}`", value=finding.refusal.value, code=finding.refusal.code
        )
    lines.append(say("  Rule: {rule}.", rule=rule))
    if finding.detail:
        lines.append(say("  Seen: {detail}.", detail=retold(finding.detail)))
    lines.append(say("  What to do: {remedy}", remedy=say(remedy)))
    return lines


def _where(finding: Finding, charter: Charter) -> str:
    if finding.coop is None:
        return ""
    coop = charter.coops.get(finding.coop)
    where = say("the log of {name}", name=coop.name if coop else finding.coop)
    if finding.branch is not None:
        where += say(
            ", in the branch that ends with head {branch}", branch=finding.branch.hex()[:16]
        )
    if finding.first is None:
        return where
    if finding.first == finding.last:
        where += say(", entry {first}", first=finding.first)
    else:
        where += say(
            ", among the entries {first} to {last}", first=finding.first, last=finding.last
        )
    if finding.byte is not None:
        where += say(
            " (byte {byte} of the bytes stored from entry {piece_first} on)",
            byte=finding.byte,
            piece_first=finding.piece_first,
        )
    return where


def finding_as_json(finding: Finding, charter: Charter) -> dict[str, object]:
    """A finding for programs."""
    coop = None if finding.coop is None else charter.coops.get(finding.coop)
    return {
        "fault": finding.fault.value,
        "clause": finding.clause,
        "coop": None if coop is None else coop.name,
        "branch": None if finding.branch is None else finding.branch.hex(),
        "first": finding.first,
        "last": finding.last,
        "segment": finding.piece_first,
        "byte": finding.byte,
        "refusal": None if finding.refusal is None else finding.refusal.code,
        "detail": finding.detail,
        "settled": finding.is_settled,
        "message": _SETTLED[0] if finding.is_settled else FAULT_WORDS[finding.fault][0],
    }
