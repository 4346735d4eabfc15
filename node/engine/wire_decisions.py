"""Messages between nodes about the index, PROTOCOL section 9.7: shapes and sizes only.

As `node.engine.wire`: decoding trusts nothing and verifies nothing.
"""

from dataclasses import dataclass
from typing import Final

from ledger.codec import Value, decode, encode
from ledger.decisions import (
    IndexEntry,
    Observation,
    Observations,
    read_decision,
    read_observation,
)
from ledger.shapes import MAX_PUBLISHERS, Signatures, is_bytes, is_uint, read_signatures

MOST_TOLD: Final = 2 * MAX_PUBLISHERS + 1
"""The most messages in one answer: as many contents of each decision as coops, and the observations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDue:
    """Which decisions the sender's log takes in next: a period, and the number of a source."""

    period: int
    source: int

    def encode(self) -> bytes:
        """`["index due", period, source]`."""
        return encode(["index due", self.period, self.source])


@dataclass(frozen=True, slots=True)
class DecisionSigned:
    """A decision with signatures that the sender holds, not necessarily enough of them."""

    entry: IndexEntry

    def encode(self) -> bytes:
        """`["signed", decision, number, content, [[coop, signature], ...]]`."""
        entry = self.entry
        decision = [entry.decision.value, entry.number, entry.content()]
        return encode(["signed", *decision, entry.signatures])


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Coops' observations of a week."""

    period: int
    observations: Observations

    def encode(self) -> bytes:
        """`["observed", period, [[coop, level, survey hash, signature], ...]]`."""
        seen: list[Value] = [
            [one.coop, one.level, one.survey_hash, one.signature] for one in self.observations
        ]
        return encode(["observed", self.period, seen])


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTold:
    """The answer to `IndexDue` as a whole: all that the sender knows of these two decisions."""

    period: int
    source: int
    known: tuple[DecisionSigned | Observed, ...]

    def encode(self) -> bytes:
        """`["index told", period, source, [message, ...]]`, each message as it would be by itself."""
        known: list[Value] = [decode(one.encode()) for one in self.known]
        return encode(["index told", self.period, self.source, known])


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """Asks for a survey file by its hash."""

    hash: bytes

    def encode(self) -> bytes:
        """`["survey wanted", hash]`."""
        return encode(["survey wanted", self.hash])


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """A survey file's bytes; its hash says which one it is."""

    data: bytes

    def encode(self) -> bytes:
        """`["survey", data]`."""
        return encode(["survey", self.data])


IndexMessage = IndexDue | DecisionSigned | Observed | IndexTold | SurveyRequest | SurveyFile


def read_index_message(value: object) -> IndexMessage | None:
    """The message that a decoded value is; None for another shape."""
    match value:
        case ["index due", int(period), int(source)] if is_uint(period) and is_uint(source):
            return IndexDue(period=period, source=source)
        case ["signed", decision, number, content, coops]:
            signatures: Signatures | None = read_signatures(coops, MAX_PUBLISHERS)
            if signatures is None:
                return None
            entry = read_decision(decision, number, content, signatures)
            return None if entry is None else DecisionSigned(entry)
        case ["observed", int(period), list(items)] if is_uint(period):
            seen = _read_observations(items)
            return None if seen is None else Observed(period=period, observations=seen)
        case ["index told", int(period), int(source), list(items)]:
            known = _read_known(items)
            if known is None or not (is_uint(period) and is_uint(source)):
                return None
            return IndexTold(period=period, source=source, known=known)
        case ["survey wanted", bytes(hash_)] if is_bytes(hash_, 32):
            return SurveyRequest(hash_)
        case ["survey", bytes(data)]:
            return SurveyFile(data)
        case _:
            return None


def _read_known(items: list[object]) -> tuple[DecisionSigned | Observed, ...] | None:
    known: list[DecisionSigned | Observed] = []
    for item in items if len(items) <= MOST_TOLD else (None,):
        match item:
            case ["signed" | "observed", *_]:
                message = read_index_message(item)
            case _:
                return None
        if not isinstance(message, DecisionSigned | Observed):
            return None
        known.append(message)
    return tuple(known)


def _read_observations(items: list[object]) -> Observations | None:
    if len(items) > MAX_PUBLISHERS:
        return None
    seen = [one for item in items if (one := read_observation(item)) is not None]
    return tuple(seen) if len(seen) == len(items) else None


def one_observation(period: int, observation: Observation) -> bytes:
    """The message that passes one observation on."""
    return Observed(period=period, observations=(observation,)).encode()
