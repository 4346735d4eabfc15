"""The interface of a validator: what keeps the state of all logs and decides what may be appended.

Two classes implement it with one meaning: `ledger.validators.reference.ReferenceValidator`, short and
readable, the executable form of PROTOCOL, and `ledger.validators.native.NativeValidator`, the fast one.
`ledger.validators.choose` picks. The views are copies: holding one across calls is safe, and shows the
past.

Bytes given to `sequence` and `replay` are untrusted. `coop` must be one of `Validator.coops`, and `branch`
one of `Validator.branches` of it: where a coop has forked its log, each history that others have anchored is
a branch, which all questions about a log can be asked of (PROTOCOL section 7.11).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.charter import Charter
from ledger.founding import Founding
from ledger.government.commons import Rates
from ledger.index.table import Index
from ledger.names import Named
from ledger.refusals import Refusal
from ledger.state import Account, Returnable, Transit, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequenced:
    """What became of transactions that a home node sequenced.

    `outcomes` has one number for each: the index of the entry that it became, or minus the number of
    its refusal. `entries` are the `count` appended entries, concatenated, the first with the number `first`;
    `length` and `head` are the log's afterwards.
    """

    outcomes: list[int]
    first: int
    entries: bytes
    count: int
    length: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How far a replay came: `count` entries, `consumed` bytes, and why it stopped before the end.

    Of the entry at `consumed` nothing has been applied.
    """

    count: int
    consumed: int
    refusal: Refusal | None = None
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """A log's state without its accounts. Amounts in minor units, `time` in Unix seconds."""

    coop: int
    length: int
    head: bytes
    time: int
    position: int
    held: int
    commons: int
    anchored: Mapping[int, int]
    accounts: int
    """How many there are, the commons aside."""
    payments_today: int = 0
    """How many payments the day of `time` has; counted only where the charter bounds entries."""
    others_today: int = 0
    """How many entries that are not payments that day has."""

    def reached(self) -> dict[int, int]:
        """How far this log has taken in every log: the anchored lengths, and its own length."""
        return {**self.anchored, self.coop: self.length}


class Validator(Protocol):
    """The state of all logs of a federation, and the rules."""

    @property
    def name(self) -> str:
        """`reference` or `native`."""

    @property
    def founding(self) -> Founding:
        """What never changes about the federation."""

    @property
    def coops(self) -> Collection[int]:
        """The numbers of all coops that have a log here, rising."""

    def branches(self, coop: int) -> Sequence[int]:
        """The numbers of the branches of `coop`'s log that are held: 0, and one for each `add_branch`."""

    def add_branch(self, coop: int) -> int:
        """Hold one more branch of `coop`'s log; its number.

        It begins empty, like all that the coop's log has here: raises `ValueError` once any of them has an
        entry. So whoever learns of a branch begins anew, and replays.
        """

    def gone_by(self, coop: int, *, other: int, branch: int = 0) -> int:
        """The branch of `other`'s log that this log goes by: of those that have the head that it has
        anchored, the one with the lowest number.
        """

    def taken_in(self, coop: int, *, other: int, branch: int = 0, of: int = 0) -> int:
        """Up to which length this log has taken in branch `of` of `other`'s log, on whichever it did."""

    def standing(self, coop: int) -> int:
        """The branch of `coop`'s log that counts in the books."""

    def fork_loss(self, coop: int, *, other: int, branch: int = 0) -> int:
        """What this log was credited from other branches of `other`'s log than the one that stands."""

    def loss_by(self, coop: int, *, other: int, length: int, head: bytes) -> int | None:
        """What it would be if the branch with that head stood; None when no such branch is held."""

    def charter(self, coop: int, *, branch: int = 0) -> Charter:
        """The charter in force for `coop`'s log: everything in that log is judged by it."""

    def go_by(self, coop: int, charter: Charter) -> None:
        """Let `coop`'s log, from its next entry on, go by another charter, which has the coop.

        Coops that are new in it get an empty log, which begins by the same charter. Only tests call this:
        what changes a log's charter is an entry of it, and then a new coop's log begins by the founding one.
        """

    def newest_charter(self) -> Charter:
        """The charter with the highest version of all that logs go by; keys of today are those in it."""

    def open_log(self, coop: int) -> None:
        """Let `coop` have a log, if it has none: empty, and by the founding charter.

        For a coop that joins, which takes in the changes of the charter before any log has it.
        """

    def sequence(self, coop: int, time: int, transactions: Sequence[bytes]) -> Sequenced:
        """Append each transaction that the rules accept at `time` (raised to the log's last time).

        Each is accepted or refused by itself, in order. Raises `DependencyMissing`, with nothing
        of this call applied, for an anchor of a head that is not held here, or a decision about a branch that
        is not. (Such a decision is sequenced after the version before it, in a call of its own.)
        """

    def replay(self, coop: int, entries: bytes, *, branch: int = 0) -> Replayed:
        """Apply concatenated entries of `coop`'s log until one is refused or has to wait.

        Bytes after which no value boundary can be found raise `EncodingError`, with nothing applied.
        """

    def judge(self, coop: int, entry: bytes, *, branch: int = 0) -> Refusal | Waiting | None:
        """What stands against these exact bytes as the next entry of `coop`'s log; applies nothing.

        None when they are valid. Bytes that are not a single value are `ENTRY_MALFORMED`.
        """

    def chain(self, coop: int, entries: bytes, *, branch: int = 0) -> tuple[int, bytes]:
        """How many entries these are and the head they would lead to; applies nothing.

        Raises `EncodingError` as `replay`.
        """

    def log(self, coop: int, *, branch: int = 0) -> LogView:
        """The log's state."""

    def head_at(self, coop: int, length: int, *, branch: int = 0) -> bytes | None:
        """The head at `length`, or None when the log is shorter or the head no longer kept.

        Kept are all heads that some other coop's log has still to anchor, and the newest; of a forked log
        all.
        """

    def recall_head(self, coop: int, length: int, head: bytes) -> None:
        """Let the next anchors of `coop`'s log at `length` find its head there, though it is not kept.

        A coop that joins may anchor what all others have left behind. The caller answers for the head being
        that of the log; one is remembered for each log, until the next.
        """

    def account(self, coop: int, number: int, *, branch: int = 0) -> Account | None:
        """A copy of an account; None when there is none, and for the commons."""

    def account_named(self, coop: int, handle: Named) -> int | None:
        """The number of the account whose admission has that handle, or that commitment."""

    def accounts_of_key(self, coop: int, key: bytes) -> list[int]:
        """The numbers of the accounts with that key, rising; those that are closed too."""

    def accounts(self, coop: int, *, branch: int = 0) -> Iterator[Account]:
        """Copies of all accounts in rising order."""

    def in_transit(self, coop: int, *, branch: int = 0) -> list[Transit]:
        """What `coop` has paid and the payees' logs have not anchored, by payee coop, then number.

        Where the payee's log has branches: what not all of them have taken in.
        """

    def credits_waiting(self, *, home: int, other: int) -> int:
        """The number in `other`'s log of its newest item in transit to `home`; 0 when none is.

        The log of `home` is its branch 0, and that of `other` the one that it goes by.
        """

    def returnable(self, coop: int, *, branch: int = 0) -> list[Returnable]:
        """What `coop` has still to give back, in rising order."""

    def index(self, coop: int, *, branch: int = 0) -> Index | None:
        """The index as far as `coop`'s log knows it; None when the charter has none."""

    def row(self, coop: int, chapter: str, key: bytes, *, branch: int = 0) -> bytes | None:
        """The value of a row of a chapter of `coop`'s log."""

    def rows(self, coop: int, chapter: str, *, branch: int = 0) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter of `coop`'s log, rising."""

    def is_settled(self, coop: int, *, branch: int = 0) -> bool:
        """Whether all balances of `coop`'s log are 0, the commons' too, and it has nothing to give back."""

    def pledged(self, coop: int, account: int, *, branch: int = 0) -> int:
        """What an account of `coop` answers for with others, in minor units (PROTOCOL section 13.7)."""

    def members(self, coop: int, opened_at_most: int, *, branch: int = 0) -> int:
        """How many accounts of `coop` are not closed and were opened by an entry up to that number."""

    def levy_total(self, coop: int, rates: Rates, *, branch: int = 0) -> int | None:
        """What a levy would take of all accounts of `coop`; None when a balance would leave its range."""

    def digest(self) -> bytes:
        """The state digest, PROTOCOL section 7.8."""

    def snapshot(self) -> bytes:
        """All state, to be loaded by `ledger.validators.choose.load_validator` of either implementation."""
