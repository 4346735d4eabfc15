"""Messages between nodes about decisions, PROTOCOL section 9.7: the same for every subject.

A subject is what is decided about, as the price index. What its contents look like, and messages that it
alone has, are in its `Shapes`; so reading checks shape and size of everything. As in `node.engine.wire` it
trusts nothing and verifies nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ledger.codec import Value, decode, encode
from ledger.shapes import MAX_PUBLISHERS, Signatures, is_uint, read_signatures

Key = tuple[int, int]
"""What is decided: the kind of decision, or of statement, and its number."""


class Known(ABC):
    """A message that passes on what coops have signed. An answer is made of such."""

    __slots__ = ()

    @property
    @abstractmethod
    def kind(self) -> int:
        """The kind of all that it passes on."""

    @abstractmethod
    def signed(self) -> "tuple[Signed, ...]":
        """What it passes on."""

    @abstractmethod
    def encode(self) -> bytes:
        """The canonical bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Known):
    """A content and coops' signatures over it, not necessarily enough of them."""

    decision: int
    number: int
    content: bytes
    """The encoding of what is decided."""
    signatures: Signatures = ()

    @property
    def key(self) -> Key:
        """What it decides."""
        return (self.decision, self.number)

    @property
    def kind(self) -> int:
        """The kind of decision, or of statement."""
        return self.decision

    def signed(self) -> "tuple[Signed, ...]":
        """Itself."""
        return (self,)

    def encode(self) -> bytes:
        """`["signed", decision, number, content, [[coop, signature], ...]]`."""
        decided = [self.decision, self.number, decode(self.content)]
        return encode(["signed", *decided, self.signatures])


@dataclass(frozen=True, slots=True)
class Due:
    """Which decisions about a subject the sender's log takes in next."""

    subject: str
    numbers: tuple[int, ...]

    def encode(self) -> bytes:
        """`["<subject> due", number, ...]`."""
        return encode([f"{self.subject} due", *self.numbers])


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to `Due` as a whole: all that the sender knows of these decisions."""

    subject: str
    numbers: tuple[int, ...]
    known: tuple[Known, ...]

    def encode(self) -> bytes:
        """`["<subject> told", number, ..., [message, ...]]`, each message as it would be by itself."""
        known: list[Value] = [decode(one.encode()) for one in self.known]
        return encode([f"{self.subject} told", *self.numbers, known])


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


DecisionMessage = Due | Told | Known | SubjectMessage


def nothing_else(value: object) -> Known | SubjectMessage | None:
    """The reading of a subject without messages of its own."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """What the messages about a subject look like."""

    name: str
    """They begin with it."""
    numbers: int
    """How many numbers tell what is due."""
    decisions: Mapping[int, str]
    """The kinds of decisions by number, each with its name. No two subjects share a number."""
    statements: Mapping[int, str] = field(default_factory=dict)
    """The kinds of what each coop says by itself, once for a number."""
    is_content: Callable[[int, int, list[Value]], bool]
    """Whether that is a content of that kind and number, by its shape."""
    read_other: Callable[[object], Known | SubjectMessage | None] = nothing_else
    """Reads what else is said about the subject."""

    @property
    def most_told(self) -> int:
        """The most messages in one answer: as many contents of each decision as coops, and the statements."""
        return len(self.decisions) * MAX_PUBLISHERS + len(self.statements)

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
        case ["signed", decision, number, content, coops]:
            return _read_signed(shapes, decision, number, content, coops)
        case [str(name), *numbers] if name == f"{shapes.name} due":
            read = _read_numbers(shapes, numbers)
            return None if read is None else Due(shapes.name, read)
        case [str(name), *numbers, list(items)] if name == f"{shapes.name} told":
            read, known = _read_numbers(shapes, numbers), _read_known(shapes, items)
            return None if read is None or known is None else Told(shapes.name, read, known)
        case _:
            return shapes.read_other(value)


def _read_signed(
    shapes: Shapes, decision: Value, number: Value, content: Value, coops: Value
) -> Signed | None:
    signatures = read_signatures(coops, MAX_PUBLISHERS)
    if signatures is None or type(decision) is not int or decision not in shapes.decisions:
        return None
    if not is_uint(number) or type(content) is not list:
        return None
    if not shapes.is_content(decision, number, content):
        return None
    return Signed(decision=decision, number=number, content=encode(content), signatures=signatures)


def _read_numbers(shapes: Shapes, values: list[Value]) -> tuple[int, ...] | None:
    numbers = tuple(value for value in values if is_uint(value))
    return numbers if len(numbers) == len(values) == shapes.numbers else None


def _read_known(shapes: Shapes, items: list[Value]) -> tuple[Known, ...] | None:
    if len(items) > shapes.most_told:
        return None
    known = tuple(
        message for item in items if isinstance(message := _read_about(item, shapes), Known)
    )
    return known if len(known) == len(items) else None
