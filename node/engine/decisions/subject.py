"""What coops can decide about together: the part of a decision that is not the same for all of them.

A *decision* has a kind and a number, and a *place* among all decisions of its subject. It is certified by a
quorum of coops' signatures over one content in one round, and every log takes it in by itself, as a
transaction that holds content and signatures. A *statement* is what one coop says by itself, once for a
number; no log takes it in as such.

The price index is the first subject (`node.engine.index`). To add another: a `Subject`, its `Shapes`, and its
place in the engine. Nothing in this room knows which there are.

A subject sees the books, and says what they want next. It signs nothing, saves nothing that was signed, and
decides nothing by itself: that is for the rest of this room, which is why a subject can't break a promise.
"""

from collections.abc import Sequence
from typing import Protocol

from ledger import agreement
from ledger.publications import Publication
from ledger.refusals import Refusal
from node.engine.answers import NotPublished
from node.engine.costs import ROW
from node.engine.tick import Tick
from node.engine.wire_decisions import Key, Known, Shapes, Signed, SubjectMessage


class Subject(Protocol):
    """What is due, how it is read, whether it is valid, and how many have to sign it.

    A subject derives from this class. From `check_published` on it needs only what it wants to do.
    """

    shapes: Shapes
    number: agreement.Subject
    """Its number in what coops sign."""
    entry_kind: int
    """The kind of the transactions by which a log takes its decisions in."""
    absent: str
    """What is told to stewards of a coop that has no part in it, or when the charter does not have it."""

    @property
    def is_chartered(self) -> bool:
        """Whether the charter has it. If not, nothing else is asked of it but `takes_part`."""

    def takes_part(self, coop: int) -> bool:
        """Whether the coop signs decisions."""

    def coops(self) -> frozenset[int]:
        """Those who do. Not empty."""

    def place(self) -> int:
        """Which place of the subject the own log takes in next."""

    def due(self) -> tuple[int, ...]:
        """The numbers of what may come next, as they stand in messages."""

    def keys(self, due: tuple[int, ...]) -> tuple[Key, ...]:
        """The decisions that these numbers stand for, in the order in which they are looked at, then the
        statements that are made for them; each kind once."""

    def later(self) -> tuple[Key, ...]:
        """Decisions and statements that may come though what is due was not decided; none mostly."""
        return ()

    def may_come(self, key: Key) -> bool:
        """Whether that decision may come next in the own log, as far as its kind and number go."""
        return key in self.keys(self.due())

    def instead(self, key: Key, place: int) -> Key | None:
        """The decision that the own log took in though that one, in the run of `place`, was not decided."""
        return None

    def on_time(self, tick: Tick) -> bool:
        """The clock has gone on; whether `later` answers otherwise than before."""
        return False

    def quorum(self, signed: Signed) -> int:
        """How many coops have to sign that content of a decision: more than half of them."""

    def least_quorum(self) -> int:
        """The smallest quorum of any content that may come next."""

    def refusal(self, signed: Signed) -> Refusal | None:
        """What the rules say against the content, were it next in the own log and signed by enough."""

    def transaction(self, signed: Signed) -> bytes:
        """The transaction by which a log takes a certified decision in. It is kept as the certificate."""

    def read(self, transaction: bytes) -> Signed | None:
        """What a transaction decides, and who signed; the inverse of `transaction`."""

    def name_of(self, key: Key) -> str:
        """What is decided, as people call it."""

    def describe(self, signed: Signed) -> str:
        """What a content says, in a few words."""
        return self.name_of(signed.key)

    def check_published(self, publication: Publication) -> None:
        """Raise `ProofError` for what stewards can't publish though its shape may be proper."""
        return

    def keep_file(
        self, tick: Tick, publication: Publication, file: bytes | None
    ) -> NotPublished | None:
        """Keep the file that goes with a publication, or say what is wrong with it."""
        return None

    def cost_of_judging(self, signed: Signed) -> int:
        """What `refusal` costs for it (`node.engine.costs`)."""
        return ROW

    def objection(self, signed: Signed) -> str | None:
        """Why the node does not stand for a content by itself, though the rules allow it: asked before it
        supports what its own people endorse, and when they publish it."""
        return None

    def too_soon(self, tick: Tick, signed: Signed) -> Refusal | None:
        """What the rules say against a content or a statement for now only, by the node's clock: asked before
        the node stands for what its own people want, and when they publish it."""
        return None

    def may_take_in(self, signed: Signed) -> bool:
        """Whether this node may let the own log take in what is certified."""
        return True

    def wanted(self, tick: Tick, key: Key) -> Signed | None:
        """What there is to stand for without its stewards having published a content."""
        return None

    def parts(self, key: Key, contents: Sequence[Signed]) -> Sequence[Known]:
        """The messages that pass on what is known of a decision or statement."""
        return contents

    def on_heard(self, tick: Tick, peer: int, signed: Signed) -> None:
        """A peer has passed on signatures that hold and that were not known here."""
        return

    def on_message(self, tick: Tick, peer: int, message: SubjectMessage) -> None:
        """Take in a message that only this subject has; `PeerFault` for what no honest peer sends."""
        return

    def on_due(self) -> None:
        """Other numbers are due than before."""
        return

    def on_taken(self, tick: Tick, signed: Signed) -> None:
        """The own log has taken a decision in."""
        return

    def run(self, tick: Tick) -> None:
        """What it does by itself in each tick, after the node has signed and taken in what it can."""
        return

    def wake_at_ms(self) -> int | None:
        """When something of it may become due by time alone, on the steady clock."""
        return None
