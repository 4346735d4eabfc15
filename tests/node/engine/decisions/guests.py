"""A made-up subject of decisions: coops decide together whom all of them admit as a guest.

Guest number n is admitted by each log as account 100 + n. Admissions don't carry the coops' signatures, so
the certificates are in a book that all nodes read; otherwise it does as any subject does.
"""

from dataclasses import dataclass, field

from ledger import agreement
from ledger.codec import Value, decode
from ledger.refusals import Refusal
from ledger.shapes import Kind
from node.engine.core import Core
from node.engine.decisions.decisions import SubjectMaker
from node.engine.decisions.subject import Subject
from node.engine.wire_decisions import Key, Shapes, Signed
from tests.builders import Federation

GUEST = 77
FIRST_ACCOUNT = 100
MOST_LIMIT = 1_000


def _is_content(kind: int, number: int, content: list[Value]) -> bool:
    match content:
        case [str(), int(limit)]:
            return limit >= 0
        case _:
            return False


GUESTS = Shapes(name="guests", numbers=1, decisions={GUEST: "guest"}, is_content=_is_content)


@dataclass(slots=True)
class GuestBook:
    """What all nodes know: the federation with its keys, the coops that sign, how many have to."""

    federation: Federation
    signers: tuple[int, ...]
    needed: int
    certificates: dict[bytes, Signed] = field(default_factory=dict)

    def subject(self) -> SubjectMaker:
        """Makes the subject for one node."""
        return lambda core, gathering: Guests(core, self)


class Guests(Subject):
    """Whom the own log admits next."""

    shapes = GUESTS
    number = agreement.Subject.CHARTER
    entry_kind = Kind.ADMIT.value
    absent = "this coop has no say about guests"

    def __init__(self, core: Core, book: GuestBook) -> None:
        self._core = core
        self._book = book

    @property
    def is_chartered(self) -> bool:
        return True

    def takes_part(self, coop: int) -> bool:
        return coop in self._book.signers

    def coops(self) -> frozenset[int]:
        return frozenset(self._book.signers)

    def place(self) -> int:
        (number,) = self.due()
        return number - 1

    def due(self) -> tuple[int, ...]:
        number = 1
        while self._core.validator.account(self._core.coop, FIRST_ACCOUNT + number) is not None:
            number += 1
        return (number,)

    def keys(self, due: tuple[int, ...]) -> tuple[Key, ...]:
        (number,) = due
        return ((GUEST, number),)

    def quorum(self, signed: Signed) -> int:
        return self._book.needed

    def least_quorum(self) -> int:
        return self._book.needed

    def refusal(self, signed: Signed) -> Refusal | None:
        _, limit = _guest(signed)
        return Refusal.LIMIT_EXCEEDED if limit > MOST_LIMIT else None

    def transaction(self, signed: Signed) -> bytes:
        name, limit = _guest(signed)
        account = FIRST_ACCOUNT + signed.number
        data = self._book.federation.admit(self._core.coop, account, handle=name, limit=limit)
        self._book.certificates[data] = signed
        return data

    def read(self, transaction: bytes) -> Signed | None:
        return self._book.certificates.get(transaction)

    def name_of(self, key: Key) -> str:
        return f"guest {key[1]}"


def _guest(signed: Signed) -> tuple[str, int]:
    match decode(signed.content):
        case [str(name), int(limit)]:
            return name, limit
        case _:
            raise AssertionError("not a guest")
