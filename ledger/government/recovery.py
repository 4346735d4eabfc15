"""The entries by which the key of an account changes, and what a log remembers of it: PROTOCOL section 13.6.

Their shapes, as `ledger.transactions` has those of other kinds, and the rows of the chapters `keys` and
`recoveries`. Whether an entry may happen is the question of `ledger.rules.government.recovery`. Times and
waits are in seconds.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from typing import Any, ClassVar, Final, cast

from ledger.codec import Value, decode, encode
from ledger.messages import TAG_GUARDIANS
from ledger.shapes import (
    MAX_STEWARDS,
    AccountSignature,
    Kind,
    Signatures,
    is_bytes,
    is_number,
    is_uint,
    read_account_signature,
    read_signatures,
)

KEYS_CHAPTER: Final = "keys"
"""By account, its `KeyMatters`; no row where nothing was ever changed."""

RECOVERIES_CHAPTER: Final = "recoveries"
"""By account, the `Recovery` that runs."""

FORMER_KEYS_CHAPTER: Final = "former_keys"
"""Key `[account, number of the entry that replaced it]`; value: the key that the account had until then."""

MAX_GUARDIANS: Final = 16
SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekey:
    """The owner of an account, who has its key, replaces it. The new key signs too."""

    kind: ClassVar[Kind] = Kind.REKEY
    account: int
    revision: int
    key: bytes
    key_signature: bytes = b""
    signature: bytes = b""

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.REKEY.value,
            self.account,
            self.revision,
            self.key,
            self.key_signature,
            self.signature,
        ]

    unsigned_tail: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardiansNamed:
    """The owner names guardians, by a hash that keeps them secret; None: it has none from then on.

    `needed` of them begin a recovery together, and the old key then has `wait` seconds to object.
    """

    kind: ClassVar[Kind] = Kind.GUARDIANS
    account: int
    revision: int
    commitment: bytes | None
    needed: int
    wait: int
    signature: AccountSignature = b""

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.GUARDIANS.value,
            self.account,
            self.revision,
            self.commitment,
            self.needed,
            self.wait,
            self.signature,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianList:
    """Who the guardians are, rising by account, and the salt that hid them."""

    accounts: tuple[int, ...]
    salt: bytes

    def value(self) -> Value:
        """The element of a `recover`."""
        return [self.accounts, self.salt]

    def commitment(self, account: int) -> bytes:
        """What the log has of them, as guardians of this account."""
        return sha256(TAG_GUARDIANS + self.salt + encode([account, self.accounts])).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    """Begins to give an account another key: by its guardians, or where there is no list by stewards.

    Who signs says that `key` is the owner's. `recovery` is 1 for the first of an account.
    """

    kind: ClassVar[Kind] = Kind.RECOVER
    account: int
    recovery: int
    key: bytes
    key_signature: bytes = b""
    guardians: GuardianList | None = None
    members: Signatures = ()
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.RECOVER.value,
            self.account,
            self.recovery,
            self.key,
            self.key_signature,
            None if self.guardians is None else self.guardians.value(),
            self.members,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTo:
    """The key that an account has stands against its recovery; then members may vote about it."""

    kind: ClassVar[Kind] = Kind.OBJECT
    account: int
    recovery: int
    signature: AccountSignature = b""

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [Kind.OBJECT.value, self.account, self.recovery, self.signature]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """A recovery has run its time: the account has the new key. The node makes it."""

    kind: ClassVar[Kind] = Kind.RESTORE
    account: int
    recovery: int

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [Kind.RESTORE.value, self.account, self.recovery]

    unsigned_tail: ClassVar[int] = 0


KeyChange = Rekey | GuardiansNamed | Recover | ObjectTo | Restore
"""All that is about the key of an account."""


def read_rekey(fields: list[object]) -> Rekey | None:
    """The `rekey` that a decoded array holds; None when its shape is another."""
    if len(fields) != 6:
        return None
    _, account, revision, key, key_signature, signature = fields
    if not (is_number(account) and is_uint(revision) and is_bytes(key, 32)):
        return None
    if not (is_bytes(key_signature, 64) and is_bytes(signature, 64)):
        return None
    return Rekey(
        account=account,
        revision=revision,
        key=key,
        key_signature=key_signature,
        signature=signature,
    )


def read_guardians(fields: list[object]) -> GuardiansNamed | None:
    """The `guardians` that a decoded array holds; None when its shape is another."""
    if len(fields) != 7:
        return None
    _, account, revision, commitment, needed, wait, signature = fields
    if not (is_number(account) and is_uint(revision) and is_uint(needed) and is_uint(wait)):
        return None
    signed = read_account_signature(signature)
    if not (commitment is None or is_bytes(commitment, 32)) or signed is None:
        return None
    return GuardiansNamed(
        account=account,
        revision=revision,
        commitment=commitment,
        needed=needed,
        wait=wait,
        signature=signed,
    )


def read_recover(fields: list[object]) -> Recover | None:
    """The `recover` that a decoded array holds; None when its shape is another."""
    if len(fields) != 8:
        return None
    _, account, recovery, key, key_signature, listed, *signed = fields
    members = read_signatures(signed[0], MAX_GUARDIANS)
    stewards = read_signatures(signed[1], MAX_STEWARDS)
    if not (is_number(account) and is_uint(recovery)):
        return None
    if not (is_bytes(key, 32) and is_bytes(key_signature, 64)):
        return None
    guardians = None if listed is None else read_guardian_list(listed)
    if members is None or stewards is None or (guardians is None) != (listed is None):
        return None
    # Guardians begin it or stewards do; who also signed would be named without having been asked for.
    if stewards if guardians else members:
        return None
    return Recover(
        account=account,
        recovery=recovery,
        key=key,
        key_signature=key_signature,
        guardians=guardians,
        members=members,
        stewards=stewards,
    )


def read_guardian_list(value: object) -> GuardianList | None:
    """The list that a decoded value is; None for another shape."""
    if type(value) is not list or len(value) != 2 or type(value[0]) is not list:
        return None
    numbers = [number for number in value[0] if is_number(number)]
    if len(numbers) != len(value[0]) or not 1 <= len(numbers) <= MAX_GUARDIANS:
        return None
    if any(one >= next_ for one, next_ in pairwise(numbers)) or not is_bytes(value[1], SALT_BYTES):
        return None
    return GuardianList(accounts=tuple(numbers), salt=value[1])


def read_object(fields: list[object]) -> ObjectTo | None:
    """The `object` that a decoded array holds; None when its shape is another."""
    if len(fields) != 4:
        return None
    _, account, recovery, signature = fields
    signed = read_account_signature(signature)
    if not (is_number(account) and is_uint(recovery)) or signed is None:
        return None
    return ObjectTo(account=account, recovery=recovery, signature=signed)


def read_restore(fields: list[object]) -> Restore | None:
    """The `restore` that a decoded array holds; None when its shape is another."""
    if len(fields) != 3 or not (is_number(fields[1]) and is_uint(fields[2])):
        return None
    return Restore(account=fields[1], recovery=fields[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The guardians of an account as its log knows them."""

    commitment: bytes
    needed: int
    wait: int

    def value(self) -> Value:
        """Its place in a row."""
        return [self.commitment, self.needed, self.wait]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMatters:
    """What a log remembers of an account's key: how often it was changed, and who guards it."""

    revision: int = 0
    """Of what the owner has said: `rekey`, `guardians`, `delegate` and `owners`."""
    recoveries: int = 0
    """How many have begun."""
    guard: Guard | None = None
    """Who guards it until `due`."""
    due: int | None = None
    """When `next_guard` follows; None when nothing is to follow."""
    next_guard: Guard | None = None

    def guard_at(self, time: int) -> Guard | None:
        """Who guards the account at that time."""
        return self.guard if self.due is None or time < self.due else self.next_guard

    def settled(self, time: int) -> "KeyMatters":
        """The same as it is at that time; what is still to follow is forgotten."""
        return replace(self, guard=self.guard_at(time), due=None, next_guard=None)

    def encoded(self) -> bytes:
        """The value of its row."""
        guard = None if self.guard is None else self.guard.value()
        follows = None if self.next_guard is None else self.next_guard.value()
        return encode([self.revision, self.recoveries, guard, self.due, follows])


def key_matters_of(value: bytes | None) -> KeyMatters:
    """What a row of the chapter says; without one, nothing has happened yet."""
    if value is None:
        return KeyMatters()
    revision, recoveries, guard, due, follows = cast("list[Any]", decode(value))
    return KeyMatters(
        revision=revision,
        recoveries=recoveries,
        guard=_guard_of(guard),
        due=due,
        next_guard=_guard_of(follows),
    )


def _guard_of(value: Any) -> Guard | None:
    if value is None:
        return None
    commitment, needed, wait = value
    return Guard(commitment=commitment, needed=needed, wait=wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A recovery that runs."""

    number: int
    key: bytes
    began: int
    ends: int
    """The new key is the account's from here on at the earliest."""
    is_by_guardians: bool
    was: int
    """The status that the account had, and gets back."""
    disputed: int | None = None
    """The old key stands against it, and members have until then to open a vote; None if it does not."""
    is_confirmed: bool = False
    """Whether members have voted for the new key, which ends an objection."""

    def due(self) -> int:
        """When the account gets the new key at the earliest; whatever vote is open by then comes before."""
        if self.disputed is None or self.is_confirmed:
            return self.ends
        return max(self.ends, self.disputed)

    def encoded(self) -> bytes:
        """The value of its row."""
        return encode(
            [
                self.number,
                self.key,
                self.began,
                self.ends,
                int(self.is_by_guardians),
                self.was,
                self.disputed,
                int(self.is_confirmed),
            ]
        )


def recovery_of(value: bytes | None) -> Recovery | None:
    """The recovery that a row of the chapter has."""
    if value is None:
        return None
    number, key, began, ends, is_by_guardians, was, disputed, confirmed = cast(
        "list[Any]", decode(value)
    )
    return Recovery(
        number=number,
        key=key,
        began=began,
        ends=ends,
        is_by_guardians=bool(is_by_guardians),
        was=was,
        disputed=disputed,
        is_confirmed=bool(confirmed),
    )
