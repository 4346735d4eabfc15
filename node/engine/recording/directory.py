"""The directory: what accounts of this coop are called, kept beside the log (PROTOCOL section 15.2).

A row opens a commitment that an admission carries. It is written before its admission is recorded, so that
no account is ever recorded without its name, and taken out for good when the name is erased. Then two
things stay: that the account's name was erased, and a hash of the handle, so that it never comes to mean
somebody else; who has that row and guesses the handle can see that they guessed right.

Nothing of a log is changed here. What `keep` and `erase` give has to be written by whoever called, in the
same tick.
"""

from hashlib import sha256
from typing import Final

from ledger.codec import decode, encode
from ledger.errors import EncodingError
from ledger.names import Opening
from ledger.state import Account
from node.engine.core import Core
from node.engine.known_names import HandleTaken, labels_id
from node.store import Document, DocumentKind, Write

_MOST: Final = 2**31 - 1
"""How many rows are read at the start: all that there can be."""
_ERASED: Final = b"fiado erased name"


class Directory:
    """Names of the own coop's accounts. In the engine's thread only."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._openings: dict[bytes, Opening] = {}
        self._commitments: dict[str, bytes] = {}
        self._erased: set[int] = set()
        self._gone: set[bytes] = set()
        for document in core.store.documents(DocumentKind.NAME, limit=_MOST):
            self._load(document)

    def _load(self, document: Document) -> None:
        room, _, key = document.id.partition("/")
        try:
            row = decode(document.data)
            match row:
                case [bytes(salt), str(handle)] if room == "open":
                    self._put(bytes.fromhex(key), Opening(salt=salt, handle=handle))
                case [bytes(digest)] if room == "erased":
                    self._erased.add(int(key))
                    self._gone.add(digest)
                case _:
                    pass
        except (EncodingError, ValueError):
            pass  # damaged: a name that nobody can show; the account is a number then

    def _put(self, commitment: bytes, opening: Opening) -> None:
        self._openings[commitment] = opening
        self._commitments[opening.handle] = commitment

    # Questions.

    def opening(self, account: Account) -> Opening | None:
        """What opens the commitment of an account; None where the log has its handle, or nobody has it."""
        if isinstance(account.handle, str) or account.number in self._erased:
            return None
        return self._openings.get(account.handle)

    def name(self, account: Account) -> str | None:
        """What an account is called; None once that was erased."""
        if account.number in self._erased:
            return None
        if isinstance(account.handle, str):
            return account.handle
        opening = self._openings.get(account.handle)
        return None if opening is None else opening.handle

    def is_erased(self, account: int) -> bool:
        """Whether the name of that account was erased."""
        return account in self._erased

    def account_named(self, handle: str) -> int | None:
        """The number of the account that is called so."""
        core = self._core
        commitment = self._commitments.get(handle)
        named = handle if commitment is None else commitment
        number = core.validator.account_named(core.coop, named)
        return None if number is None or number in self._erased else number

    def was_erased(self, handle: str) -> bool:
        """Whether an account was called so, and its name was erased."""
        return _digest(handle) in self._gone

    def is_taken(self, handle: str) -> bool:
        """Whether an account is or was called so."""
        core = self._core
        in_log = core.validator.account_named(core.coop, handle) is not None
        return in_log or self.account_named(handle) is not None or self.was_erased(handle)

    def opens(self, commitment: bytes) -> bool:
        """Whether what opens that commitment is kept."""
        return commitment in self._openings

    def commitment(self, opening: Opening) -> bytes:
        """What an admission to this coop carries for it. Raises `ValueError` for what is no opening."""
        core = self._core
        return opening.commitment(federation=core.charter.federation, coop=core.coop)

    # Changes.

    def keep(self, opening: Opening, *, now: int) -> Write:
        """Let an account that is about to be admitted be called so. Raises `HandleTaken`, `ValueError`."""
        commitment = self.commitment(opening)
        if self._openings.get(commitment) == opening:
            return Write()
        if self.is_taken(opening.handle):
            raise HandleTaken(opening.handle)
        earlier = self._commitments.get(opening.handle)
        dropped = () if earlier is None else ((DocumentKind.NAME, f"open/{earlier.hex()}"),)
        if earlier is not None:
            del self._openings[earlier]  # of an admission that was never recorded
        self._put(commitment, opening)
        row = Document(
            kind=DocumentKind.NAME,
            id=f"open/{commitment.hex()}",
            created=now,
            data=encode([opening.salt, opening.handle]),
        )
        return Write(documents=(row,), dropped_documents=dropped)

    def drop(self, opening: Opening) -> Write:
        """Forget what was kept for an admission that is refused; nothing of an account that is there."""
        core, commitment = self._core, self.commitment(opening)
        is_there = core.validator.account_named(core.coop, commitment) is not None
        if is_there or commitment not in self._openings:
            return Write()
        del self._openings[commitment], self._commitments[opening.handle]
        return Write(dropped_documents=((DocumentKind.NAME, f"open/{commitment.hex()}"),))

    def erase(self, account: Account, *, now: int) -> Write:
        """Erase what an account is called, for good, and what its owners call its keys.

        An account without a name stays as it is.
        """
        handle = self.name(account)
        if handle is None:
            return Write()
        dropped = [(DocumentKind.NAME, labels_id(account.number))]
        if isinstance(account.handle, bytes):
            del self._openings[account.handle], self._commitments[handle]
            dropped.append((DocumentKind.NAME, f"open/{account.handle.hex()}"))
        digest = _digest(handle)
        self._erased.add(account.number)
        self._gone.add(digest)
        row = Document(
            kind=DocumentKind.NAME,
            id=f"erased/{account.number}",
            created=now,
            data=encode([digest]),
        )
        return Write(documents=(row,), dropped_documents=dropped)


def _digest(handle: str) -> bytes:
    return sha256(_ERASED + handle.encode("utf-8")).digest()
