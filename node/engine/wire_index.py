"""What messages about the price index look like, PROTOCOL section 9.7, and those that it alone has.

As `node.engine.wire`: decoding trusts nothing and verifies nothing.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from ledger.codec import Value, decode, encode
from ledger.decisions import (
    OBSERVATION,
    Decision,
    IndexEntry,
    Observation,
    Observations,
    is_observed,
    read_decision,
    read_observation,
)
from ledger.shapes import MAX_PUBLISHERS, is_bytes, is_uint
from node.engine.costs import LOOKUP, SIGNATURE, reading
from node.engine.wire_decisions import Due, Known, Shapes, Signed, Stated, SubjectMessage

_NAME: Final = "index"


def index_due(*, place: int, period: int, source: int) -> Due:
    """Which decisions about the index the sender's log takes in next: a period, and a source's number."""
    return Due(_NAME, place, (period, source))


def signed_decision(entry: IndexEntry) -> Signed:
    """A decision about the index and its signatures."""
    return Signed(
        decision=entry.decision.value,
        number=entry.number,
        content=encode(entry.content()),
        turn=entry.turn,
        signatures=entry.signatures,
    )


def signed_observation(period: int, seen: Observation) -> Signed:
    """A coop's observation of a week and its signature."""
    return Signed(
        decision=OBSERVATION,
        number=period,
        content=encode([seen.level, seen.survey_hash]),
        signatures=((seen.coop, seen.signature),),
    )


def decided(signed: Signed) -> IndexEntry | None:
    """The decision that was signed; None for an observation."""
    return read_decision(
        signed.decision, signed.number, decode(signed.content), signed.signatures, signed.turn
    )


def observed(signed: Signed) -> Observations:
    """What was observed, for each coop that signed it; nothing for a decision."""
    match decode(signed.content):
        case [int(level), bytes(survey_hash)] if signed.decision == OBSERVATION:
            return tuple(
                Observation(coop=coop, level=level, survey_hash=survey_hash, signature=signature)
                for coop, signature in signed.signatures
            )
        case _:
            return ()


def level_of(signed: Signed) -> int | None:
    """The level of an observation, whether or not a coop has signed it; None of a decision."""
    match decode(signed.content):
        case [int(level), bytes()] if signed.decision == OBSERVATION:
            return level
        case _:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed(Stated):
    """Coops' observations of a week."""

    period: int
    observations: Observations

    @property
    def kind(self) -> int:
        """They are observations."""
        return OBSERVATION

    @property
    def cost(self) -> int:
        """Each signature is checked."""
        return SIGNATURE * len(self.observations)

    def signed(self) -> tuple[Signed, ...]:
        """Each by itself."""
        return tuple(signed_observation(self.period, seen) for seen in self.observations)

    def encode(self) -> bytes:
        """`["observed", period, [[coop, level, survey hash, signature], ...]]`."""
        seen: list[Value] = [
            [one.coop, one.level, one.survey_hash, one.signature] for one in self.observations
        ]
        return encode(["observed", self.period, seen])


@dataclass(frozen=True, slots=True)
class SurveyRequest(SubjectMessage):
    """Asks for a survey file by its hash."""

    subject: ClassVar[str] = _NAME

    hash: bytes

    @property
    def cost(self) -> int:
        """The file is looked for, and sent."""
        return 5 * LOOKUP

    def encode(self) -> bytes:
        """`["survey wanted", hash]`."""
        return encode(["survey wanted", self.hash])


@dataclass(frozen=True, slots=True)
class SurveyFile(SubjectMessage):
    """A survey file's bytes; its hash says which one it is."""

    subject: ClassVar[str] = _NAME

    data: bytes

    @property
    def cost(self) -> int:
        """The file is hashed, and stored."""
        return LOOKUP + 4 * reading(len(self.data))

    def encode(self) -> bytes:
        """`["survey", data]`."""
        return encode(["survey", self.data])


def _is_content(kind: int, number: int, content: list[Value]) -> bool:
    if kind == OBSERVATION:
        return is_observed(content)
    return read_decision(kind, number, content) is not None


def _read_other(value: object) -> Known | SubjectMessage | None:
    match value:
        case ["observed", int(period), list(items)] if is_uint(period):
            seen = _read_observations(items)
            return None if seen is None else Observed(period=period, observations=seen)
        case ["survey wanted", bytes(hash_)] if is_bytes(hash_, 32):
            return SurveyRequest(hash_)
        case ["survey", bytes(data)]:
            return SurveyFile(data)
        case _:
            return None


def _read_observations(items: list[object]) -> Observations | None:
    if len(items) > MAX_PUBLISHERS:
        return None
    seen = [one for item in items if (one := read_observation(item)) is not None]
    return tuple(seen) if len(seen) == len(items) else None


INDEX: Final = Shapes(
    name=_NAME,
    numbers=2,
    decisions={kind.value: kind.name.lower() for kind in Decision},
    statements={OBSERVATION: "observation"},
    is_content=_is_content,
    read_other=_read_other,
    is_older_than_rounds=True,
)
