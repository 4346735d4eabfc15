"""The one place through which everything goes that this node's key says about a log or a decision.

A signature can't be taken back, and two heads of one length are proof against an honest coop for ever.
So a head is signed only when it was chained in memory, entry by entry, to the newest head that is stored
with this key's own signature, which was verified before; never because the disk says so. `Chained` stands
for such entries, and only `Signer.chain` makes the first of them. A receipt of an older entry is signed
again only after the entries from it to a stored head were hashed and that head's signature verified.

Nothing is signed while the node may not (`Core.is_signing`). Saving what must be saved before a signature
leaves is the callers' business: they hand it out after the commit.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.agreement import Turn, support_message
from ledger.chain import SignedHead, extend_all, genesis, sign_head
from ledger.charter import Charter
from ledger.codec import split
from ledger.decisions import content_message
from ledger.errors import ProofError
from ledger.receipts import Receipt
from ledger.signatures import SigningKey
from ledger.validators.choose import new_issuer
from node.errors import NodeFault
from node.hosted_requests import hosting_message


class SigningRefused(NodeFault):
    """Something was to be signed that does not follow from what this key has signed. Memory and disk may
    differ: reload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """`count` entries of the own log from `first` on, between two heads, that continue what is signed."""

    first: int
    count: int
    entries: bytes
    previous: bytes
    head: bytes

    @property
    def last(self) -> int:
        """The number of the last entry."""
        return self.first + self.count - 1

    def cut(self, max_bytes: int, max_entries: int) -> Iterator["Chained"]:
        """The same in parts that keep to both bounds, where the entries allow."""
        if len(self.entries) <= max_bytes and self.count <= max_entries:
            yield self
            return
        first, previous = self.first, self.previous
        part: list[bytes] = []
        size = 0
        for entry in [*split(self.entries), None]:
            if part and (
                entry is None or size + len(entry) > max_bytes or len(part) == max_entries
            ):
                head = extend_all(previous, part)
                yield Chained(
                    first=first,
                    count=len(part),
                    entries=b"".join(part),
                    previous=previous,
                    head=head,
                )
                first, previous, part, size = first + len(part), head, [], 0
            if entry is not None:
                part.append(entry)
                size += len(entry)


class Signer:
    """Signs with the node's key.

    `charter` gives the newest one that is known; `may_sign` says whether the node may sign now.
    """

    def __init__(
        self,
        key: SigningKey,
        charter: Callable[[], Charter],
        coop: int,
        may_sign: Callable[[], bool],
    ) -> None:
        self._key = key
        self._charter = charter
        self._coop = coop
        self._may_sign = may_sign
        self._federation = charter().federation
        self._issuer = new_issuer(key, federation=self._federation, coop=coop)
        self._tip: tuple[int, bytes] = (0, genesis(federation=self._federation, coop=coop))

    @property
    def public_key(self) -> bytes:
        """By which others know what it signs."""
        return self._key.public_key

    def begin_at(self, signed: SignedHead) -> None:
        """What is appended from now on follows this head, whose signature is verified here.

        Raises `SigningRefused` when this key did not make it.
        """
        try:
            signed.check(self._charter())
        except ProofError as error:
            raise SigningRefused(f"the newest head of the own log: {error}") from error
        self._tip = (signed.length, signed.head)

    def chain(
        self, *, first: int, count: int, entries: bytes, previous: bytes, head: bytes
    ) -> Chained:
        """Entries that the validator has just appended; they must follow what was chained before."""
        self._check_allowed()
        if (first - 1, previous) != self._tip:
            raise SigningRefused(
                f"entry {first} does not continue the {self._tip[0]} entries that are signed"
            )
        self._tip = (first + count - 1, head)
        return Chained(first=first, count=count, entries=entries, previous=previous, head=head)

    def receipts(self, chained: Chained) -> list[bytes]:
        """The receipt of each entry."""
        self._check_allowed()
        return self._issuer.issue(chained.entries, chained.first, chained.previous)

    def head(self, chained: Chained) -> SignedHead:
        """The signed head after the last entry."""
        self._check_allowed()
        signature = self._issuer.sign_head(chained.last, chained.head)
        return SignedHead(
            coop=self._coop, length=chained.last, head=chained.head, signature=signature
        )

    def nothing(self) -> SignedHead:
        """The signed head of the empty log, which never changes."""
        self._check_allowed()
        head = genesis(federation=self._federation, coop=self._coop)
        signature = self._issuer.sign_head(0, head)
        return SignedHead(coop=self._coop, length=0, head=head, signature=signature)

    def receipt_again(self, proven: Receipt, charter: Charter) -> bytes:
        """The short receipt of an entry that a stored signed head proves to be in the own log.

        `proven` carries the path to that head; it is hashed and the signature verified here, by the `charter`
        in force for that log. Raises `ProofError` when they don't fit, which can only be damage.
        """
        proven.check(charter)
        if proven.coop != self._coop or not self._may_sign() or not proven.following:
            return proven.encode()
        if charter.coops[self._coop].key_at(proven.length) != self.public_key:
            return proven.encode()  # A key that counts from later on proves nothing here.
        (short,) = self._issuer.issue(proven.entry, proven.length, proven.previous)
        return short

    def witness(self, signed: SignedHead) -> SignedHead:
        """The own signature over a head of another coop's log. The caller has compared it with that log as
        it is held here and with what it witnessed before, and saves it."""
        self._check_allowed()
        if signed.coop == self._coop:
            raise SigningRefused("a coop is not a witness of its own log")
        return sign_head(
            self._key,
            federation=self._federation,
            coop=signed.coop,
            length=signed.length,
            head=signed.head,
        )

    def content(
        self, *, decision: int, number: int, content: bytes, turn: Turn | None = None
    ) -> bytes:
        """The own signature over a decision's content in a round, or over a statement without a turn. The
        caller keeps it to one for each, and saves it before it leaves."""
        self._check_allowed()
        message = content_message(
            federation=self._federation,
            coop=self._coop,
            decision=decision,
            number=number,
            content=content,
            turn=turn,
        )
        return self._key.sign(message)

    def support(self, *, subject: int, turn: Turn, content_hash: bytes) -> bytes:
        """The own signature in support of a content. The caller keeps it to one for each round, and saves it
        before it leaves."""
        self._check_allowed()
        message = support_message(
            federation=self._federation,
            coop=self._coop,
            subject=subject,
            turn=turn,
            content_hash=content_hash,
        )
        return self._key.sign(message)

    def hosting(self, *, place: int, time: int, request: bytes) -> bytes:
        """The own signature over a request to join that this node keeps at a place of its own."""
        self._check_allowed()
        message = hosting_message(
            federation=self._federation, host=self._coop, place=place, time=time, request=request
        )
        return self._key.sign(message)

    def _check_allowed(self) -> None:
        if not self._may_sign():
            raise SigningRefused("this node may not sign now")
