"""Messages between nodes about the index, PROTOCOL section 9.7: shapes and sizes only.

As `node.engine.wire`: decoding trusts nothing and verifies nothing.
"""

from dataclasses import dataclass

from ledger.codec import Value, encode
from ledger.decisions import (
    IndexEntry,
    Observation,
    Observations,
    read_decision,
    read_observation,
)
from ledger.shapes import MAX_PUBLISHERS, Signatures, is_bytes, is_uint, read_signatures


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


IndexMessage = IndexDue | DecisionSigned | Observed | SurveyRequest | SurveyFile


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
        case ["survey wanted", bytes(hash_)] if is_bytes(hash_, 32):
            return SurveyRequest(hash_)
        case ["survey", bytes(data)]:
            return SurveyFile(data)
    return None


def _read_observations(items: list[object]) -> Observations | None:
    if len(items) > MAX_PUBLISHERS:
        return None
    seen = [one for item in items if (one := read_observation(item)) is not None]
    return tuple(seen) if len(seen) == len(items) else None


def one_observation(period: int, observation: Observation) -> bytes:
    """The message that passes one observation on."""
    return Observed(period=period, observations=(observation,)).encode()
