"""What coops have said about decisions, read from the messages that honest nodes send and from nothing else.

An honest coop supports one decision in a round of a place and signs one, both saved before they leave, and
observes once for a week. Its word counts whoever passes it on, so that one that it has forgotten is
remembered here. And whatever a culprit does: no two decisions ever have enough signatures for one place,
whether a log has taken them in or not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.agreement import SUBJECTS, Subject, Turn
from ledger.codec import decode, encode
from node.engine.outbox import Send
from node.engine.wire import Message, decode_message
from node.engine.wire_decisions import Key, Signed, Stated, Supported, Told
from node.store import DocumentKind
from tests.simulation.decided import name
from tests.simulation.nodes import SimNode
from tests.simulation.versions import Versions
from tests.simulation.world import Failure

_SAID: Final = (
    encode(["signed", 0])[1:-1],
    encode(["support", 0])[1:-1],
    encode(["observed", 0])[1:-1],
    encode(["index so far", 0])[1:-1],
    encode(["charter so far", 0])[1:-1],
)


PlaceOf = Callable[[SimNode, Subject | None], int]
"""How many decisions of a subject a node's log has taken in; without one, which week it takes in next."""


class Saying(StrEnum):
    """What a coop says."""

    SUPPORTED = "supported"
    SIGNED = "signed"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Word:
    """What a coop said; without a turn it is an observation."""

    saying: Saying
    coop: int
    key: Key
    turn: Turn | None
    choice: bytes

    @property
    def subject(self) -> Subject | None:
        """What its turn is about."""
        return SUBJECTS.get(self.key[0])

    def __str__(self) -> str:
        where = "" if self.turn is None else f" in round {self.turn.round}"
        return f"coop {self.coop} {self.saying} {name(self.key)}{where}"


class Spoken:
    """Words over the whole run."""

    def __init__(self, honest: list[int], versions: Versions, index_quorum: int) -> None:
        self._honest = honest
        self._versions = versions
        self._index_quorum = index_quorum
        self._words: dict[tuple[Saying, int, object], Word] = {}
        self._signers: defaultdict[tuple[Turn, bytes], set[int]] = defaultdict(set)
        self._certified: dict[tuple[Subject, int], Word] = {}
        self.highest: dict[tuple[Subject, int], int] = {}
        """The latest round of each place in which an honest coop has said something."""

    def hear(self, node: SimNode, sends: Sequence[Send], place_of: PlaceOf) -> int:
        """What an honest node sends after a tick; how many words of its own it says for the first time."""
        own = 0
        for data in {send.data for send in sends if _is_about_decisions(send.data)}:
            for word in words_in(decode_message(data, max_bytes=len(data))):
                own += self._take(node, word, place_of)
                self._count(word)
        return own

    def _take(self, node: SimNode, word: Word, place_of: PlaceOf) -> bool:
        if word.coop not in self._honest:
            return False
        where = word.key if word.turn is None else (word.subject, word.turn)
        key = (word.saying, word.coop, where)
        is_new = key not in self._words
        first = self._words.setdefault(key, word)
        if first.choice != word.choice:
            raise Failure(f"{first}, and {word}")
        if word.turn is not None and word.subject is not None:
            place = (word.subject, word.turn.place)
            self.highest[place] = max(word.turn.round, self.highest.get(place, 0))
        if word.coop != node.coop or not is_new:
            return False
        if not _is_saved(node, word, place_of):
            raise Failure(f"{word} and did not save it")
        return True

    def _count(self, word: Word) -> None:
        """Fail when enough coops have signed a second decision for a place."""
        if word.saying is not Saying.SIGNED or word.turn is None or word.subject is None:
            return
        signers = self._signers[word.turn, word.choice]
        signers.add(word.coop)
        if not self._are_enough(signers, word.subject, word.turn.place):
            return
        certified = self._certified.setdefault((word.subject, word.turn.place), word)
        if certified.choice != word.choice:
            raise Failure(f"two decisions are certified for place {word.turn.place}: {word}")

    def _are_enough(self, signers: set[int], subject: Subject, place: int) -> bool:
        if subject is Subject.INDEX:
            return len(signers) >= self._index_quorum
        charter = self._versions.charter_at(place)
        return sum(map(charter.is_member, signers)) >= charter.decision_quorum


def words_in(message: Message) -> Iterator[Word]:
    """Every word in a message, whoever said it."""
    match message:
        case Told(known=known):
            for part in known:
                yield from words_in(part)
        case Supported(decided=signed):
            yield from _words(Saying.SUPPORTED, signed)
        case Signed():
            yield from _words(Saying.SIGNED, message)
        case Stated():
            for signed in message.signed():
                yield from _words(Saying.OBSERVED, signed)
        case _:
            return


def _words(saying: Saying, signed: Signed) -> Iterator[Word]:
    for coop, _ in signed.signatures:
        yield Word(saying, coop, signed.key, signed.turn, signed.choice)


def _is_about_decisions(data: bytes) -> bool:
    return data[1:].startswith(_SAID)


def _is_saved(node: SimNode, word: Word, place_of: PlaceOf) -> bool:
    """Whether the disk has it, or the node's log the decision, so that there can't be another."""
    if word.turn is None or word.subject is None:
        document = node.disk.documents.get((DocumentKind.DECISION, "-".join(map(str, word.key))))
        return place_of(node, None) > word.key[1] or (
            document is not None and word.choice.endswith(_content(document.data))
        )
    document = node.disk.documents.get((DocumentKind.AGREEMENT, word.subject.name.lower()))
    place_now = place_of(node, word.subject)
    if place_now > word.turn.place or document is None:
        return place_now > word.turn.place
    place, _, _, lock, _, words = _list(decode(document.data[32:]))
    if place != word.turn.place:
        return False
    if word.saying is Saying.SIGNED and lock is not None and _round(lock) > word.turn.round:
        return True  # it signed in two rounds in one tick, and never goes back before a lock
    saying = int(word.saying is Saying.SIGNED)
    return any(_list(said)[:3] == [saying, word.turn.round, word.choice] for said in _list(words))


def _round(lock: object) -> int:
    round_ = _list(lock)[1]
    if not isinstance(round_, int):
        raise Failure(f"a lock of another shape: {lock!r}")
    return round_


def _content(data: bytes) -> bytes:
    content = _list(decode(data))[0]
    if not isinstance(content, bytes):
        raise Failure(f"a document of another shape: {content!r}")
    return content


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Failure(f"a document of another shape: {value!r}")
    return value
