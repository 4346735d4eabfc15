"""What coops say to each other in rounds, as values, and a bounded memory of it (PROTOCOL section 9.5).

`rounds` is the machine that these go into and come out of.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ledger.shapes import Signatures


class Saying(Enum):
    """What a coop says in a round."""

    SUPPORT = "support"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a coop said in a round, and its signature over that.

    `choice` is opaque here: the encoding of `[decision, number, content]`.
    """

    saying: Saying
    coop: int
    round: int
    choice: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Several coops' word in one round for one choice. A quorum of support is a *polka*, of signatures a
    certificate."""

    choice: bytes
    round: int
    signatures: Signatures = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two words of one coop that it must not both have said."""

    first: Word
    second: Word


class Book:
    """Words of one saying, by coop and round: as many as may matter, whatever anybody sends.

    Of each coop it keeps the newest rounds, `kept` of them, and the present one.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._words: dict[int, dict[int, Word]] = {}

    def get(self, coop: int, round_: int) -> Word | None:
        """What that coop said in that round."""
        return self._words.get(coop, {}).get(round_)

    def has_room(self, coop: int, round_: int, *, present: int) -> bool:
        """Whether a word of that round would be kept."""
        rounds = self._words.get(coop, {})
        if round_ == present or len(rounds) < self._kept:
            return True
        return round_ > sorted(rounds, reverse=True)[self._kept - 1]

    def add(self, word: Word, *, present: int) -> None:
        """Keep a word, and drop those that are too old because of it."""
        rounds = self._words.setdefault(word.coop, {})
        rounds[word.round] = word
        for old in sorted(rounds, reverse=True)[self._kept :]:
            if old != present:
                del rounds[old]

    def newest(self) -> dict[int, Word]:
        """What each coop said last."""
        return {coop: rounds[max(rounds)] for coop, rounds in self._words.items()}

    def words(self) -> Iterator[Word]:
        """All of them, by coop and round."""
        for _, rounds in sorted(self._words.items()):
            for _, word in sorted(rounds.items()):
                yield word


def by_choice(words: Iterable[Word]) -> list[Proof]:
    """Words of one saying by round and choice: newest rounds first, in each what most coops stand for."""
    groups: dict[tuple[int, bytes], list[tuple[int, bytes]]] = {}
    for word in words:
        groups.setdefault((word.round, word.choice), []).append((word.coop, word.signature))
    proofs = [
        Proof(choice=choice, round=round_, signatures=tuple(sorted(signatures)))
        for (round_, choice), signatures in groups.items()
    ]
    return sorted(proofs, key=lambda one: (-one.round, -len(one.signatures), one.choice))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """It is in another round now."""

    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """It has another lock now."""

    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """It knows a newer polka, for others to be told."""

    proof: Proof


Act = Word | Moved | Locked | Learned
"""What a step did; a `Word` is the coop's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What has to be on disk before anything leaves: all that later steps must not contradict."""

    round: int = 0
    lock: Proof | None = None
    newest: Proof | None = None
    words: tuple[Word, ...] = ()
    """The coop's own."""


class Hand(Protocol):
    """What the machine has to know of the matter, and the coop's signature."""

    @property
    def own(self) -> int:
        """The coop."""

    @property
    def place(self) -> int:
        """What they agree on."""

    @property
    def coops(self) -> frozenset[int]:
        """Those who take part; the own one may be none of them."""

    @property
    def least_quorum(self) -> int:
        """The smallest quorum of any choice: more than half of `coops`."""

    def quorum(self, choice: bytes) -> int:
        """How many coops have to stand for that choice."""

    def is_valid(self, choice: bytes) -> bool:
        """Whether the own log could take the choice in at this place."""

    def say(self, saying: Saying, round_: int, choice: bytes) -> bytes:
        """The coop's signature."""
