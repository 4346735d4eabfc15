"""The findings of an audit for people and for programs."""

from collections.abc import Mapping
from typing import Final

from ledger.charter import Charter
from node.audit import Fault, Finding

FAULT_WORDS: Final[Mapping[Fault, tuple[str, str]]] = {
    Fault.UNREADABLE: (
        "The log can't be read to its end",
        "Take the log from a copy or from another node: every node holds all logs.",
    ),
    Fault.NOT_ENTRIES: (
        "The stored bytes are damaged: they can't be told apart into entries",
        "Take the log from a copy or from another node: every node holds all logs.",
    ),
    Fault.CHAIN_BROKEN: (
        "The stored bytes were changed after they were recorded",
        "Take the log from a copy or from another node. If nobody damaged the disk, somebody edited "
        "the books.",
    ),
    Fault.HEAD_DAMAGED: (
        "The stored chain hash is damaged, the entries are not",
        "Take the log from a copy or from another node.",
    ),
    Fault.HEAD_FORGED: (
        "A signature over the log is damaged or forged",
        "Take the log from a copy or from another node; if it is the same there, that cooperative's "
        "node has to explain itself.",
    ),
    Fault.ENTRY_REFUSED: (
        "The cooperative signed an entry that the rules forbid",
        "This is evidence against the cooperative of the log; its stewards and the federation decide.",
    ),
    Fault.FORK: (
        "A cooperative signed two different histories",
        "This is evidence against it; the federation decides. Take in nothing more from it.",
    ),
    Fault.NOT_HELD: (
        "A log refers to entries of another log that are not here",
        "Wait until the node has caught up and audit again, or audit another node.",
    ),
    Fault.INVARIANT: (
        "The books do not add up",
        "Every entry is allowed by the rules, so this is a mistake in the program: please report it.",
    ),
    Fault.EVIDENCE: (
        "There is proof that a cooperative cheated",
        "`fiado node status` shows who is accused; the federation decides.",
    ),
    Fault.RECORD_DAMAGED: (
        "Something kept beside the logs is damaged",
        "The logs themselves are not touched by this. Take a good copy of what is damaged.",
    ),
}


_SETTLED: Final = (
    "There is proof that a cooperative cheated, and the federation has readmitted it since",
    "Nothing.",
)


def finding_words(finding: Finding, charter: Charter) -> list[str]:
    """A finding as a few lines: what, where, by which rule, and what to do."""
    what, remedy = FAULT_WORDS[finding.fault]
    if finding.is_settled:
        what, remedy = _SETTLED
    lines = [f"{'SETTLED' if finding.is_settled else 'NOT RIGHT'}: {what}."]
    where = _where(finding, charter)
    if where:
        lines.append(f"  Where: {where}.")
    rule = f"PROTOCOL, section {finding.clause}"
    if finding.refusal is not None:
        rule += f", refusal {finding.refusal.value} `{finding.refusal.code}`"
    lines.append(f"  Rule: {rule}.")
    if finding.detail:
        lines.append(f"  Seen: {finding.detail}.")
    lines.append(f"  What to do: {remedy}")
    return lines


def _where(finding: Finding, charter: Charter) -> str:
    if finding.coop is None:
        return ""
    coop = charter.coops.get(finding.coop)
    where = f"the log of {coop.name if coop else finding.coop}"
    if finding.branch is not None:
        where += f", in the branch that ends with head {finding.branch.hex()[:16]}"
    if finding.first is None:
        return where
    if finding.first == finding.last:
        where += f", entry {finding.first}"
    else:
        where += f", among the entries {finding.first} to {finding.last}"
    if finding.byte is not None:
        where += f" (byte {finding.byte} of the bytes stored from entry {finding.piece_first} on)"
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
