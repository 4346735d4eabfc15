"""The compiled half of the ledger, built from `ledger/native` when a Rust toolchain is there.

Conversions only: `ledger.validators.native` gives these calls their meaning. Every call that works
through more than one value releases the interpreter's lock. Besides what a method names, all raise
`ValueError` for arguments that no careful caller passes (a coop that is not in the charter, bytes of
another length), and `ledger.errors.ValidatorFault` when native code panicked.
"""

from collections.abc import Sequence
from typing import Self, final

__all__ = [
    "INTERFACE",
    "NATIVE_KINDS",
    "SHARED_KINDS",
    "Charter",
    "Entries",
    "Issuer",
    "Signatures",
    "Validator",
    "__version__",
    "admissible",
    "cpu_features",
]

__version__: str

INTERFACE: int
"""The number of this interface; `ledger.validators.choose` has the one that it takes."""

NATIVE_KINDS: list[int]
"""The kinds of entries that native code decides: numbers of `ledger.shapes.Kind`."""

SHARED_KINDS: list[int]
"""The kinds that it leaves to the shared rules."""

CoopFields = tuple[
    int,
    bytes,
    int,
    int,
    Sequence[tuple[bytes, int]],
    tuple[int, int] | None,
    tuple[int, int, bytes] | None,
]
"""A coop's number, node key, clearing limit in minor units, standing, its earlier node keys, the oldest
first, each with the length up to which it signed, length and least time where its log's time may fall, and of
the branch of its log that stands the version that said so, a length and the head there."""

@final
class Charter:
    """A charter in force, which any number of logs may go by."""

    def __new__(
        cls, witness_quorum: int, entries_per_day: int | None, coops: Sequence[CoopFields]
    ) -> Self: ...

@final
class Entries:
    """Concatenated values and where each ends. Values are counted from 0."""

    def __new__(cls, blob: bytes) -> Self:
        """Raises `ledger.errors.EncodingError` for a blob that ends within a value."""

    def __len__(self) -> int: ...
    def start(self, index: int) -> int:
        """The byte at which a value begins; for the number of values, the blob's length."""

    def entry(self, index: int) -> bytes:
        """The bytes of a value."""

@final
class Issuer:
    """Signs for one coop's log with its node key, as `ledger.receipts.ReferenceIssuer` does."""

    def __new__(cls, seed: bytes, federation: bytes, coop: int) -> Self: ...
    def sign_head(self, length: int, head: bytes) -> bytes: ...
    def issue(self, entries: bytes, first: int, previous: bytes) -> list[bytes]:
        """Raises `ledger.errors.EncodingError` for entries that end within a value."""

@final
class Signatures:
    """Signatures made ready for batch verification: (key, message, signature) each."""

    def __new__(cls, triples: Sequence[tuple[bytes, bytes, bytes]]) -> Self: ...
    def __len__(self) -> int: ...
    def verify(self, threads: int) -> list[bool]:
        """For each whether it is valid by ZIP-215, verified in batches on so many threads.

        Keys have been decompressed before, so this is also the bare batch verification that
        benchmarks compare the validator with.
        """

@final
class Validator:
    """State and rules for all logs of one federation."""

    def __new__(cls, federation: bytes, charter: Charter, threads: int) -> Self:
        """All coops of the charter have an empty log and go by it."""

    @classmethod
    def load(cls, federation: bytes, charter: Charter, threads: int, snapshot: bytes) -> Self:
        """All logs go by that charter, the founding one, until they are told what they have changed of it.

        Raises `ledger.errors.SnapshotError`.
        """

    def go_by(self, coop: int, branch: int, charter: Charter) -> None:
        """Let a log go by another charter; coops that are new in it get an empty log."""

    def coops(self) -> list[int]:
        """The numbers of the coops that have a log, rising."""

    def branches(self, coop: int) -> int:
        """How many branches of the log of `coop` are held."""

    def add_branch(self, coop: int) -> int:
        """Hold one more, whose number it gives; none of them may have an entry."""

    def gone_by(self, coop: int, branch: int, other: int) -> int: ...
    def taken_in(self, coop: int, branch: int, other: int, of: int) -> int: ...
    def standing(self, coop: int) -> int: ...
    def fork_loss(self, coop: int, branch: int, other: int) -> int: ...
    def loss_by(
        self, coop: int, branch: int, other: int, length: int, head: bytes
    ) -> int | None: ...
    def may_stand(self, coop: int, branch: int, other: int, length: int, head: bytes) -> bool: ...
    def open_log(self, coop: int, charter: Charter) -> None:
        """Let a coop that has no log have an empty one, which goes by that charter."""

    @property
    def threads(self) -> int:
        """How many threads verify at once, the caller's included."""

    def replay(
        self, coop: int, branch: int, entries: Entries, start: int
    ) -> tuple[int, int | None, tuple[int, int, bytes, bytes] | None, bool]:
        """Apply entries from number `start` on.

        Gives the number of the entry that it stands before, and why: a refusal's number; coop,
        length, head and signature of an anchor that waits; whether the shared rules decide it.
        """

    def judge(
        self, coop: int, branch: int, entry: bytes
    ) -> tuple[int | None, tuple[int, int, bytes, bytes] | None, bool]:
        """What stands against these bytes as the next entry, as `replay` says it; applies nothing."""

    def sequence(
        self, coop: int, time: int, transactions: Sequence[bytes]
    ) -> tuple[list[int], bytes, int]:
        """Append what is accepted, up to the first transaction that the shared rules decide.

        Gives outcomes as `ledger.validators.interface.Sequenced`, the appended entries and their number.
        """

    def check_dependencies(self, coop: int, transactions: Sequence[bytes]) -> None:
        """Raises `ledger.errors.DependencyMissing` for an anchor of a head that is not held."""

    def append(self, coop: int, branch: int, time: int, entry: bytes, effects: bytes) -> None:
        """Append an entry that the shared rules accepted, with what it changes, encoded."""

    def set_days(self, coop: int, branch: int, days: bytes) -> None:
        """Give a log the values of the index that it has now, encoded."""

    def set_governance(self, coop: int, branch: int, told: bytes) -> None:
        """Give a log what follows from its bylaws and guarantees for payments, encoded."""

    def levy_total(self, coop: int, branch: int, positive: int, negative: int) -> int | None:
        """What a levy would take of all accounts; None when a balance would leave its range."""

    def members(self, coop: int, branch: int, opened_at_most: int) -> int:
        """How many accounts were opened by that length of the log and are not closed."""

    def is_settled(self, coop: int, branch: int) -> bool:
        """Whether all balances of a log are 0, the commons' too, and it has nothing to give back."""

    def pledged(self, coop: int, branch: int, account: int) -> int: ...
    def chain(self, coop: int, branch: int, entries: Entries) -> bytes:
        """The head that these entries would lead to."""

    def log(
        self, coop: int, branch: int
    ) -> tuple[int, bytes, int, int, int, int, list[tuple[int, int]], int, tuple[int, int]]:
        """Length, head, time, position, held, commons, anchored, number of accounts, and how many
        payments and how many other entries the day of that time has.
        """

    def head_at(self, coop: int, branch: int, length: int) -> bytes | None: ...
    def recall_head(self, coop: int, length: int, head: bytes) -> None: ...
    def account(self, coop: int, branch: int, number: int) -> bytes | None:
        """The account's row in the listing."""

    def account_named(self, coop: int, branch: int, kept: bytes) -> int | None:
        """The account whose name is kept as these bytes: a handle's, or 0 and a commitment."""

    def accounts_of_key(self, coop: int, key: bytes) -> list[int]:
        """The numbers of the accounts with that key, rising."""

    def account_numbers(self, coop: int, branch: int) -> list[int]:
        """The numbers of all accounts, rising."""

    def in_transit(self, coop: int, branch: int) -> list[tuple[int, int, int, int, int, bool]]:
        """Payee coop, entry number, payee, amount, payer, whether a return; of each item."""

    def credits_waiting(self, home: int, other: int) -> int: ...
    def returnable(self, coop: int, branch: int) -> list[tuple[int, int, int, int]]:
        """Coop, entry number, account, amount; of each item."""

    def row(self, coop: int, branch: int, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""

    def rows(self, coop: int, branch: int, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""

    def digest(self) -> bytes: ...
    def snapshot(self) -> bytes: ...

def admissible(keys: Sequence[bytes], threads: int) -> list[bool]:
    """For each key whether an account may have it (PROTOCOL section 3.1)."""

def cpu_features() -> list[str]:
    """What makes verification fast in this build on this machine, for logs and benchmarks."""
