"""Decisions of the whole federation: what coops sign and how a log takes it in (PROTOCOL section 9).

A decision has a kind and a number, and is valid with enough coops' signatures over the same content. Here
are its bytes: contents, observations, the `index` transaction, and the messages that signatures cover.
Whether one may be taken in is decided by `ledger.rules.index`.

How coops agree on a content in rounds, and what they sign in one, is in `ledger.agreement`. What a coop
signs for a survey's week beforehand, its own *observation*, is signed once, under a tag of its own.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Final, cast

from ledger.agreement import Turn, decision_body, decision_message, read_turn
from ledger.codec import Value, encode
from ledger.index.prints import LateChange, Print, SourceChange
from ledger.messages import TAG_OBSERVE, TAG_PUBLISH, signed_bytes
from ledger.shapes import (
    MAX_PUBLISHERS,
    Kind,
    Signatures,
    is_bytes,
    is_number,
    is_uint,
    read_signatures,
)

HASH_BYTES: Final = 32

OBSERVATION: Final = 0
"""Stands for a coop's own observation where a decision's kind is asked; its content is
`[level, survey hash]`."""


class Decision(IntEnum):
    """What is decided; the number says which one of its kind."""

    PRINT = 1
    """A period's print; its number is the period."""
    SOURCE = 2
    """A change of source; its number counts from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What `coop` found a unit's worth of its basket to cost in a week, and its signature."""

    coop: int
    level: int
    """Millionths of the national currency."""
    survey_hash: bytes
    """SHA-256 of the survey file."""
    signature: bytes = b""


Observations = tuple[Observation, ...]
"""Strictly rising by coop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """An `index` transaction: a decision about the index and the signatures of coops over it."""

    kind: ClassVar[Kind] = Kind.INDEX
    decided: Print | SourceChange
    observations: Observations | None = None
    """Of a print under `survey` that is not a stand-in; else None."""
    signatures: Signatures = ()
    turn: Turn | None = None
    """In which place and round it was agreed on; None where there were no rounds yet."""

    @property
    def decision(self) -> Decision:
        """What kind of decision it is."""
        return Decision.PRINT if isinstance(self.decided, Print) else Decision.SOURCE

    @property
    def number(self) -> int:
        """The decision's number: a period, or that of a change of source."""
        return self.decided.period if isinstance(self.decided, Print) else self.decided.number

    def content(self) -> Value:
        """What, beside kind and number, the coops sign."""
        decided = self.decided
        if isinstance(decided, SourceChange):
            return [decided.first_period, decided.description_hash]
        observations: Value = None
        if self.observations is not None:
            observations = [
                [seen.coop, seen.level, seen.survey_hash, seen.signature]
                for seen in self.observations
            ]
        return [*print_fields(decided), observations]

    def signed_body(self) -> bytes:
        """What the coops sign, `ledger.agreement.decision_body`."""
        return decision_body(
            decision=self.decision.value,
            number=self.number,
            content=encode(self.content()),
            turn=self.turn,
        )

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        turn: list[Value] = [] if self.turn is None else [self.turn.place, self.turn.round]
        return [
            Kind.INDEX.value,
            self.decision.value,
            self.number,
            self.content(),
            self.signatures,
            *turn,
        ]

    unsigned_tail: ClassVar[int] = 0


def read_index_entry(fields: list[object]) -> IndexEntry | None:
    """The transaction that a decoded array holds; None when its shape is another."""
    if len(fields) not in (5, 7):
        return None
    _, decision, number, content, coops, *turns = fields
    signatures = read_signatures(coops, MAX_PUBLISHERS)
    turn = read_turn(*turns) if turns else None
    if signatures is None or (turns and turn is None):
        return None
    return read_decision(decision, number, content, signatures, turn)


def read_decision(
    decision: object,
    number: object,
    content: object,
    signatures: Signatures = (),
    turn: Turn | None = None,
) -> IndexEntry | None:
    """The decision with that kind, number and content, as decoded; None for another shape."""
    if not is_uint(number) or type(content) is not list or type(decision) is not int:
        return None
    if decision == Decision.SOURCE:
        change = _read_source_change(number, content)
        if change is None:
            return None
        return IndexEntry(decided=change, signatures=signatures, turn=turn)
    if decision != Decision.PRINT or len(content) != 5:
        return None
    new = read_print(number, content[:4])
    observations = _read_observations(content[4])
    if new is None or (observations is None and content[4] is not None):
        return None
    return IndexEntry(decided=new, observations=observations, signatures=signatures, turn=turn)


def _read_source_change(number: int, content: list[object]) -> SourceChange | None:
    if len(content) != 2 or not is_uint(content[0]) or not is_bytes(content[1], HASH_BYTES):
        return None
    return SourceChange(number=number, first_period=content[0], description_hash=content[1])


def print_fields(new: Print) -> list[Value]:
    """What a print says, as logs keep it: `[value, source, stand_in, [[period, change], ...]]`."""
    late: list[Value] = [[each.period, _printed(each.change, each.before)] for each in new.late]
    return [_printed(new.value, new.before), new.source, int(new.is_stand_in), late]


def read_print(period: int, fields: list[Any]) -> Print | None:
    """The print of a period with those fields; None for another shape."""
    value, source, stand_in, late = fields
    pair = _read_printed(value)
    if pair is None or not is_uint(source) or type(late) is not list:
        return None
    if type(stand_in) is not int or stand_in not in (0, 1):
        return None
    changes = [_read_late(each) for each in late]
    known = tuple(each for each in changes if each is not None)
    if len(known) != len(changes):
        return None
    now, before = pair
    return Print(
        period=period,
        value=now,
        source=source,
        is_stand_in=stand_in == 1,
        late=known,
        before=before,
    )


def _printed(now: int, before: int | None) -> Value:
    """A printed change, or a printed level behind that of the period before."""
    return now if before is None else [before, now]


def _read_printed(value: object) -> tuple[int, int | None] | None:
    match value:
        case [before, now] if type(value) is list and is_uint(before) and is_uint(now):
            return now, before
        case int() if type(value) is int:
            return value, None
    return None


def _read_late(value: object) -> LateChange | None:
    if type(value) is not list or len(value) != 2 or not is_uint(value[0]):
        return None
    pair = _read_printed(value[1])
    return None if pair is None else LateChange(period=value[0], change=pair[0], before=pair[1])


def _read_observations(value: object) -> Observations | None:
    if type(value) is not list or len(value) > MAX_PUBLISHERS:
        return None
    seen: list[Observation] = []
    for item in cast(list[object], value):
        observation = read_observation(item)
        if observation is None or (seen and observation.coop <= seen[-1].coop):
            return None
        seen.append(observation)
    return tuple(seen)


def read_observation(value: object) -> Observation | None:
    """The observation that a decoded `[coop, level, survey hash, signature]` holds."""
    if type(value) is not list or len(value) != 4:
        return None
    coop, level, survey_hash, signature = value
    if not (is_number(coop) and is_uint(level) and is_bytes(survey_hash, HASH_BYTES)):
        return None
    if not is_bytes(signature, 64):
        return None
    return Observation(coop=coop, level=level, survey_hash=survey_hash, signature=signature)


def observation_body(*, period: int, level: int, survey_hash: bytes) -> bytes:
    """The encoding of `[period, level, survey hash]`: equal bytes are the same observation."""
    return encode([period, level, survey_hash])


def observation_message(*, federation: bytes, coop: int, body: bytes) -> bytes:
    """What `coop` signs for its own observation of a week."""
    return signed_bytes(TAG_OBSERVE, federation=federation, coop=coop, body=body)


def is_observed(content: object) -> bool:
    """Whether a decoded value is the content of an observation, `[level, survey hash]`."""
    if type(content) is not list or len(content) != 2:
        return False
    return is_uint(content[0]) and is_bytes(content[1], HASH_BYTES)


def content_message(
    *,
    federation: bytes,
    coop: int,
    decision: int,
    number: int,
    content: bytes,
    turn: Turn | None = None,
) -> bytes:
    """What `coop` signs for a content by its encoding; for `OBSERVATION`, as an observation."""
    if decision == OBSERVATION:
        # `[period, level, survey hash]` has one element more than the content `[level, survey hash]`.
        body = b"\x93" + encode(number) + content[1:]
        return observation_message(federation=federation, coop=coop, body=body)
    body = decision_body(decision=decision, number=number, content=content, turn=turn)
    return decision_message(federation=federation, coop=coop, body=body)


def publication_message(*, federation: bytes, coop: int, body: bytes) -> bytes:
    """What a steward of `coop` signs to have its node publish; `body`: section 9.5."""
    return signed_bytes(TAG_PUBLISH, federation=federation, coop=coop, body=body)
