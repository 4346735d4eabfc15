"""Writing the draft of a charter: a file that people go through, correct, and then sign.

What is not known yet stands in the draft as text that can't be mistaken for a value, so the draft can't
be signed by accident. The form is that of PROTOCOL section 4; comments are in the language that is spoken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cli.federation.index_draft import IndexDraft, comment, index_lines, quoted
from cli.shell.language import later, say
from node.member.amounts import format_amount

MISSING_KEY: Final = later("still missing: 64 hex digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class StewardDraft:
    """A steward by name, and the public key in hex if it is known."""

    name: str
    key: str = MISSING_KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class CoopDraft:
    """A coop as far as it is known. `clearing_limit` in minor units."""

    name: str
    title: str
    node_key: str = MISSING_KEY
    clearing_limit: int
    threshold: int
    stewards: Sequence[StewardDraft] = ()


def render_charter(
    *,
    name: str,
    unit: str,
    witness_quorum: int,
    decision_quorum: int,
    coops: Sequence[CoopDraft],
    index: IndexDraft | None = None,
    entries_per_day: int | None = None,
) -> str:
    """The text of the draft."""
    lines = [
        *comment(say("The charter of a federation. Everybody who signs should have read it.")),
        *comment(
            say(
                "The SHA-256 of this file's exact bytes is the federation's id: after any change, even of a "
                "blank, it is another federation and every cooperative signs again."
            )
        ),
        "",
        "fiado = 1",
        "",
        "[federation]",
        f"name = {quoted(name)}",
        f"unit = {quoted(unit)}",
        *comment(
            say("How many other cooperatives have to witness what one takes in from another.")
        ),
        f"witness_quorum = {witness_quorum}",
        *comment(say("How many cooperatives have to sign a decision of the whole federation.")),
        f"decision_quorum = {decision_quorum}",
    ]
    if entries_per_day is not None:
        lines += [
            *comment(
                say(
                    "How many payments a cooperative records in a day, and how many other entries. Every "
                    "node of the federation stores them for ever; leave the line out, and there is no bound."
                )
            ),
            f"entries_per_day = {entries_per_day}",
        ]
    for number, coop in enumerate(coops, start=1):
        lines += ["", *_coop_lines(number, coop)]
    if index is not None:
        lines += ["", *index_lines(index, coops=len(coops))]
    return "\n".join(lines) + "\n"


def _coop_lines(number: int, coop: CoopDraft) -> list[str]:
    lines = [
        "[[coop]]",
        f"number = {number}",
        f"name = {quoted(coop.name)}",
        f"title = {quoted(coop.title)}",
        *comment(say("Printed by `fiado node init`.")),
        f"node_key = {quoted(say(coop.node_key))}",
        *comment(
            say("How far all its members together may owe the rest of the federation, in units.")
        ),
        f'clearing_limit = "{format_amount(coop.clearing_limit)}"',
        *comment(say("How many of its stewards have to sign an admission or a limit.")),
        f"steward_threshold = {coop.threshold}",
    ]
    for steward in coop.stewards or (StewardDraft(name=say("still missing")),):
        lines += [
            "",
            "[[coop.steward]]",
            f"name = {quoted(steward.name)}",
            *comment(say("Printed by `fiado steward key new`.")),
            f"key = {quoted(say(steward.key))}",
        ]
    return lines
