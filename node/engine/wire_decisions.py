"""Messages between nodes about decisions, PROTOCOL section 9.7: the same for every subject.

A subject is what is decided about, as the price index. What its contents look like, and messages that it
alone has, are in its `Shapes`; so reading checks shape and size of everything. As in `node.engine.wire` it
trusts nothing and verifies nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, cast

from ledger.agreement import Turn, decision_body, read_turn
from ledger.codec import Value, decode, encode
from ledger.shapes import MAX_PUBLISHERS, Signatures, is_uint, read_signatures

Key = tuple[int, int]
"""What is decided: the kind of decision, or of statement, and its number."""


MAX_ROUND: Final = 2**31 - 1
"""No message has a round beyond it: no honest coop gets there."""
MOST_TOLD: Final = 200
"""The most messages in one answer."""


class Known(ABC):
    """A message that passes on what coops have said. An answer is made of such."""

    __slots__ = ()

    @property
    @abstractmethod
    def kind(self) -> int:
        """The kind of all that it passes on."""

    @property
    @abstractmethod
    def cost(self) -> int:
        """What it costs by its shape alone (`node.engine.costs`)."""

    @abstractmethod
    def encode(self) -> bytes:
        """The canonical bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Known):
    """A content and coops' signatures over it, not necessarily enough of them.

    Without a turn it is a decision from before there were rounds, which is passed on only when it has enough
    signatures; or, in memory, a statement.
    """

    decision: int
    number: int
    content: bytes
    """The encoding of what is decided."""
    turn: Turn | None = None
    signatures: Signatures = ()

    @property
    def key(self) -> Key:
        """What it decides."""
        return (self.decision, self.number)

    @property
    def kind(self) -> int:
        """The kind of decision, or of statement."""
        return self.decision

    @property
    def choice(self) -> bytes:
        """The encoding of `[decision, number, content]`, by which coops choose."""
        return decision_body(
            decision=self.decision, number=self.number, content=self.content, turn=None
        )

    @property
    def cost(self) -> int:
        """The signatures of a decision are checked as far as they are news, and paid for then."""
        return len(self.signatures)

    def encode(self) -> bytes:
        """`["signed", decision, number, content, place, round, [[coop, signature], ...]]`, or without the
        turn."""
        turn: list[Value] = [] if self.turn is None else [self.turn.place, self.turn.round]
        decided = [self.decision, self.number, decode(self.content)]
        return encode(["signed", *decided, *turn, self.signatures])


@dataclass(frozen=True, slots=True, kw_only=True)
class Supported(Known):
    """A content and coops' support of it in one round."""

    decided: Signed
    """Its signatures are those of support."""

    @property
    def kind(self) -> int:
        """The kind of decision."""
        return self.decided.kind

    @property
    def cost(self) -> int:
        """As of what is signed."""
        return self.decided.cost

    def encode(self) -> bytes:
        """`["support", decision, number, content, place, round, [[coop, signature], ...]]`."""
        return encode(["support", *cast("list[Value]", decode(self.decided.encode()))[1:]])


class Stated(Known):
    """A message that passes on statements."""

    __slots__ = ()

    @abstractmethod
    def signed(self) -> tuple[Signed, ...]:
        """The statements, each with its signatures."""


def read_choice(choice: bytes) -> Signed:
    """What a choice is, as nobody has signed it yet; the inverse of `Signed.choice`."""
    match decode(choice):
        case [int(decision), int(number), content]:
            return Signed(decision=decision, number=number, content=encode(content))
        case _:
            raise AssertionError("not a choice")


@dataclass(frozen=True, slots=True)
class Due:
    """Which place of a subject the sender's log takes in next, and what may be decided there."""

    subject: str
    place: int
    numbers: tuple[int, ...]

    def encode(self) -> bytes:
        """`["<subject> next", place, number, ...]`."""
        return encode([f"{self.subject} next", self.place, *self.numbers])


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to `Due` as a whole: all that the sender knows of these decisions."""

    subject: str
    place: int
    numbers: tuple[int, ...]
    known: tuple[Known, ...]

    def encode(self) -> bytes:
        """`["<subject> so far", place, number, ..., [message, ...]]`, each message as it would be by
        itself."""
        known: list[Value] = [decode(one.encode()) for one in self.known]
        return encode([f"{self.subject} so far", self.place, *self.numbers, known])


@dataclass(frozen=True, slots=True)
class Outdated:
    """What a node says that does not know rounds. It is passed over."""

    data: bytes

    def encode(self) -> bytes:
        """As it came."""
        return self.data


class SubjectMessage(ABC):
    """A message that only one subject has; that subject takes it in."""

    __slots__ = ()

    subject: ClassVar[str]

    @property
    @abstractmethod
    def cost(self) -> int:
        """What it costs to take in (`node.engine.costs`)."""

    @abstractmethod
    def encode(self) -> bytes:
        """The canonical bytes."""


DecisionMessage = Due | Told | Known | SubjectMessage | Outdated


def nothing_else(value: object) -> Known | SubjectMessage | None:
    """The reading of a subject without messages of its own."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """What the messages about a subject look like."""

    name: str
    """They begin with it."""
    numbers: int
    """How many numbers tell, beside the place, what is due."""
    decisions: Mapping[int, str]
    """The kinds of decisions by number, each with its name. No two subjects share a number."""
    statements: Mapping[int, str] = field(default_factory=dict)
    """The kinds of what each coop says by itself, once for a number."""
    is_content: Callable[[int, int, list[Value]], bool]
    """Whether that is a content of that kind and number, by its shape."""
    read_other: Callable[[object], Known | SubjectMessage | None] = nothing_else
    """Reads what else is said about the subject."""
    most_signatures: int = MAX_PUBLISHERS
    """How many coops' signatures a message has at most."""
    is_older_than_rounds: bool = False
    """Whether nodes that don't know rounds speak of it, too."""

    def name_of(self, kind: int) -> str:
        """The name of a kind of decision or statement."""
        return self.decisions.get(kind) or self.statements[kind]

    def is_proper(self, signed: Signed) -> bool:
        """Whether its content has the shape that its kind has."""
        content = decode(signed.content)
        if not self.has(signed.decision) or type(content) is not list:
            return False
        return self.is_content(signed.decision, signed.number, content)

    def has(self, kind: int) -> bool:
        """Whether decisions or statements of that kind are about this subject."""
        return kind in self.decisions or kind in self.statements


def read_decision_message(value: Value, subjects: Sequence[Shapes]) -> DecisionMessage | None:
    """The message that a decoded value is; None for another shape, or about another subject."""
    for shapes in subjects:
        message = _read_about(value, shapes)
        if message is not None:
            return message
    return None


def _read_about(value: Value, shapes: Shapes) -> DecisionMessage | None:
    match value:
        case ["signed", decision, number, content, *turn, coops]:
            return _read_signed(shapes, [decision, number, content], turn, coops)
        case ["support", decision, number, content, place, round_, coops]:
            decided = _read_signed(shapes, [decision, number, content], [place, round_], coops)
            return None if decided is None else Supported(decided=decided)
        case [str(name), *numbers] if name == f"{shapes.name} next":
            due = _read_numbers(numbers, shapes.numbers + 1)
            return None if due is None else Due(shapes.name, due[0], due[1:])
        case [str(name), *numbers, list(items)] if name == f"{shapes.name} so far":
            due = _read_numbers(numbers, shapes.numbers + 1)
            known = _read_known(shapes, items)
            if due is None or known is None:
                return None
            return Told(shapes.name, due[0], due[1:], known)
        case [str(name), *_] if shapes.is_older_than_rounds and name.startswith(f"{shapes.name} "):
            return _read_outdated(shapes, value)
        case _:
            return shapes.read_other(value)


def _read_signed(
    shapes: Shapes, decided: list[Value], turn: list[Value], coops: Value
) -> Signed | None:
    signatures = read_signatures(coops, shapes.most_signatures)
    decision, number, content = decided
    if signatures is None or type(decision) is not int or decision not in shapes.decisions:
        return None
    if not is_uint(number) or type(content) is not list:
        return None
    if not shapes.is_content(decision, number, content):
        return None
    read = _read_turn(turn)
    if (read is None) != (not turn):
        return None
    return Signed(
        decision=decision,
        number=number,
        content=encode(content),
        turn=read,
        signatures=signatures,
    )


def _read_turn(turn: list[Value]) -> Turn | None:
    read = read_turn(*turn) if len(turn) == 2 else None
    return None if read is None or read.round > MAX_ROUND else read


def _read_outdated(shapes: Shapes, value: Value) -> Outdated | None:
    match value:
        case [str(name), *numbers] if name == f"{shapes.name} due":
            is_proper = True
        case [str(name), *numbers, list(items)] if name == f"{shapes.name} told":
            most = len(shapes.decisions) * MAX_PUBLISHERS + len(shapes.statements)
            is_proper = len(items) <= most and _read_known(shapes, items) is not None
        case _:
            return None
    is_proper = is_proper and _read_numbers(numbers, shapes.numbers) is not None
    return Outdated(encode(value)) if is_proper else None


def _read_numbers(values: list[Value], count: int) -> tuple[int, ...] | None:
    numbers = tuple(value for value in values if is_uint(value))
    return numbers if len(numbers) == len(values) == count else None


def _read_known(shapes: Shapes, items: list[Value]) -> tuple[Known, ...] | None:
    if len(items) > MOST_TOLD:
        return None
    known = tuple(
        message for item in items if isinstance(message := _read_about(item, shapes), Known)
    )
    return known if len(known) == len(items) else None
