"""The charter as a subject of decisions: its versions, one after the other (PROTOCOL sections 4.2 and 7.11).

What is due follows from the charter of the own log, what is valid from `ledger.rules.charter`. What an honest
node asks beside that is in `objections`, coops that ask to join are in `requests`.
"""

from ledger import agreement
from ledger.agreement import CHARTER_DECISION, Turn
from ledger.charter import Charter
from ledger.charter_entries import CharterEntry
from ledger.codec import encode
from ledger.entries import decode_transaction
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.rules.charter import check_content
from ledger.transactions import Kind, encode_transaction
from node.change_words import Wording
from node.engine.charter.news import Versions
from node.engine.charter.objections import objection
from node.engine.charter.requests import Requests
from node.engine.core import Core
from node.engine.costs import KEY, ROW
from node.engine.decisions.subject import Subject
from node.engine.tick import Tick
from node.engine.wire_charter import CHARTER, JoinNews, VersionNews, decided, keys_in
from node.engine.wire_decisions import Key, Signed, SubjectMessage
from node.plain import PlainForms


class CharterSubject(Subject):
    """Which version is due, and what may be in it."""

    shapes = CHARTER
    number = agreement.Subject.CHARTER
    entry_kind = Kind.CHARTER.value
    absent = "this cooperative decides nothing with the others: the charter has it in quarantine or no more"

    def __init__(self, core: Core) -> None:
        self._core = core
        self.versions = Versions(core)
        self.requests = Requests(core)

    @property
    def _charter(self) -> Charter:
        return self._core.charter

    @property
    def is_chartered(self) -> bool:
        """Every federation has one."""
        return True

    def takes_part(self, coop: int) -> bool:
        """Coops in good standing sign."""
        return self._charter.is_member(coop)

    def coops(self) -> frozenset[int]:
        """The coops in good standing."""
        return frozenset(coop.number for coop in self._charter.members())

    def place(self) -> int:
        """The version that is to be changed."""
        return self._charter.version

    def due(self) -> tuple[int, ...]:
        """The next version."""
        return (self._charter.version + 1,)

    def keys(self, due: tuple[int, ...]) -> tuple[Key, ...]:
        """The decision about it."""
        return tuple((CHARTER_DECISION, version) for version in due)

    def quorum(self, signed: Signed) -> int:
        """The same for every change."""
        return self._charter.decision_quorum

    def least_quorum(self) -> int:
        """The same."""
        return self._charter.decision_quorum

    def refusal(self, signed: Signed) -> Refusal | None:
        """See `ledger.rules.charter.check_content`.

        What the own log alone has against a change for now, such as that its coop has not settled yet, is no
        reason to hold up the others.
        """
        base, change = decided(signed)
        return check_content(self._charter, version=signed.number, base=base, change=change)

    def cost_of_judging(self, signed: Signed) -> int:
        """Each key in it is looked at."""
        return ROW + KEY * keys_in(decided(signed)[1])

    def objection(self, signed: Signed) -> str | None:
        """See `objections`."""
        return objection(self._core, decided(signed)[1])

    def may_take_in(self, signed: Signed) -> bool:
        """Not with a key that the change replaces: the entry is for the new one to sign."""
        before, key = self._charter.coops.get(self._core.coop), self._core.signer.public_key
        after = amend(self._charter, decided(signed)[1])
        if isinstance(after, Refusal) or before is None or before.node_key != key:
            return True
        return after.coops[self._core.coop].node_key == key

    def transaction(self, signed: Signed) -> bytes:
        """A `charter` transaction."""
        base, change = decided(signed)
        if signed.turn is None:
            raise AssertionError("a charter is decided in rounds")
        entry = CharterEntry(
            version=signed.number,
            base=base,
            change=change,
            signatures=signed.signatures,
            round=signed.turn.round,
        )
        return encode_transaction(entry)

    def read(self, transaction: bytes) -> Signed | None:
        """What a `charter` transaction decides."""
        entry = decode_transaction(transaction)
        if not isinstance(entry, CharterEntry):
            return None
        return Signed(
            decision=CHARTER_DECISION,
            number=entry.version,
            content=encode(entry.content()),
            turn=Turn(place=entry.version - 1, round=entry.round),
            signatures=entry.signatures,
        )

    def name_of(self, key: Key) -> str:
        """By its number."""
        return f"change {key[1]} of the charter"

    def describe(self, signed: Signed) -> str:
        """The first sentence of the change, which says what it does."""
        first = Wording(self._charter, PlainForms()).words(decided(signed)[1])[0]
        return f"“{first.removesuffix('.')}”"

    def on_message(self, tick: Tick, peer: int, message: SubjectMessage) -> None:
        """What peers know of versions, and who wants to join."""
        match message:
            case VersionNews():
                self.versions.on_news(peer, message)
            case JoinNews():
                self.requests.on_news(tick, peer, message)
            case _:
                raise AssertionError("a message of another subject")

    def run(self, tick: Tick) -> None:
        """Forget requests that are over, and tell a version that is new."""
        self.versions.run(tick)
        self.requests.run(tick)
