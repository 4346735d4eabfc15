"""Writing the draft of a charter: a file that people go through, correct, and then sign.

What is not known yet stands in the draft as text that can't be mistaken for a value, so the draft can't
be signed by accident. The form is that of PROTOCOL section 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cli.shell.language import later, say
from node.member.amounts import format_amount

_SOURCES: Final = {
    "cer": later("INDEC, consumer prices, monthly change as printed"),
    "uf": later("INE, consumer prices, monthly change as printed"),
    "survey": "the cooperatives' own baskets",
}

MISSING_KEY: Final = "still missing: 64 hex digits"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDraft:
    """How the unit follows prices: `cer`, `uf` or `survey`, and what it is worth on its first day."""

    method: str
    currency: str
    base_day: str
    """Such as `2026-01-15`."""
    base_value: str
    """With six decimals."""


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
        "# The charter of a federation. Everybody who signs should have read it.",
        "# The SHA-256 of this file's exact bytes is the federation's id: after any change, even of a",
        "# blank, it is another federation and every cooperative signs again.",
        "",
        "fiado = 1",
        "",
        "[federation]",
        f"name = {_quoted(name)}",
        f"unit = {_quoted(unit)}",
        "# How many other cooperatives have to witness what one takes in from another.",
        f"witness_quorum = {witness_quorum}",
        "# How many cooperatives have to sign a decision of the whole federation.",
        f"decision_quorum = {decision_quorum}",
    ]
    if entries_per_day is not None:
        lines += [
            "# How many payments a cooperative records in a day, and how many other entries. Every node",
            "# of the federation stores them for ever; leave the line out, and there is no bound.",
            f"entries_per_day = {entries_per_day}",
        ]
    for number, coop in enumerate(coops, start=1):
        lines += ["", *_coop_lines(number, coop)]
    if index is not None:
        lines += ["", *_index_lines(index, coops=len(coops))]
    return "\n".join(lines) + "\n"


def _index_lines(index: IndexDraft, *, coops: int) -> list[str]:
    """All cooperatives publish, by the rules that docs/INDEX.md proposes to an assembly."""
    is_survey = index.method == "survey"
    quorum = coops // 2 + 1
    lines = [
        "# How the unit follows prices: docs/INDEX.md says what each line means. All cooperatives publish.",
        "[index]",
        f"method = {_quoted(index.method)}",
        f"currency = {_quoted(index.currency)}",
        f"base_day = {_quoted(index.base_day)}",
        f"base_value = {_quoted(index.base_value)}",
        "# How many must sign a print, and a change of where prints come from.",
        f"quorum = {quorum}",
        f"source_quorum = {min(quorum + 1, coops)}",
        "# Tenths of a percent: the most that one print may move the unit.",
        f"step_cap = {100 if is_survey else 300}",
        "stand_in_limit = 2",
        "quote_days = 7",
        f"source = {_quoted(say(_SOURCES[index.method]))}",
    ]
    if is_survey:
        lines += [
            "# Of how many cooperatives' own figures the middle one is taken, at least.",
            f"observations_needed = {coops - (coops - 1) // 3}",
            "# A survey every so many days, 1 to 28.",
            "period_days = 7",
            "lead_days = 3",
            "pace_weeks = 4",
        ]
    return lines


def _coop_lines(number: int, coop: CoopDraft) -> list[str]:
    lines = [
        "[[coop]]",
        f"number = {number}",
        f"name = {_quoted(coop.name)}",
        f"title = {_quoted(coop.title)}",
        "# Printed by `fiado node init`.",
        f"node_key = {_quoted(coop.node_key)}",
        "# How far all its members together may owe the rest of the federation, in units.",
        f'clearing_limit = "{format_amount(coop.clearing_limit)}"',
        "# How many of its stewards have to sign an admission or a limit.",
        f"steward_threshold = {coop.threshold}",
    ]
    for steward in coop.stewards or (StewardDraft(name="still missing"),):
        lines += [
            "",
            "[[coop.steward]]",
            f"name = {_quoted(steward.name)}",
            "# Printed by `fiado steward key new`.",
            f"key = {_quoted(steward.key)}",
        ]
    return lines


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        raise ValueError("a text has characters that can't be printed")
    return f'"{escaped}"'
