"""Whole federations from a seed: keys, charters, signed transactions and the logs of several coops.

Everything is deterministic: the same seed gives the same bytes, so a failing test is told by its seed and
vectors can be regenerated. Three steps, each usable without the next:

- `build_federation(seed=..., coops=3)` makes keys and a charter.
- `Federation` makes signed transactions (`pay`, `admit`, `limit`, `status`, `anchor`, `give_back`) as bytes;
  every field can be given, so a test can make a wrong one. `signed_by=` signs with somebody else's key.
- `Books` keeps a validator and the logs that it sequenced, moves a clock by hand, and asserts what a
  test takes for granted.

The keys are not secret. Nothing here reads a clock or draws a random number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256

from ledger.chain import SignedHead, extend_all, genesis, head_message, sign_head
from ledger.charter import Charter
from ledger.codec import split
from ledger.founding import Founding, format_charter_signatures, parse_founding, sign_charter
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.names import Named
from ledger.receipts import Receipt
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from ledger.transactions import (
    Admit,
    Anchor,
    Limit,
    Pay,
    Price,
    Return,
    SetStatus,
    Signatures,
    Status,
    Transaction,
    encode_transaction,
    signed_part,
)
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator

START = 1_767_225_600
"""2026-01-01 00:00:00 UTC: the time at which the books of a test begin."""

COOP_NAMES = ("norte", "sur", "este", "oeste", "rio", "lago", "monte", "valle")
REASON = sha256(b"a reason").digest()


@lru_cache(maxsize=10_000)
def signing_key(seed: str, *path: int | str) -> SigningKey:
    """The key that belongs to `path` under `seed`, for example `signing_key("s", "member", 1, 7)`."""
    name = "/".join(str(part) for part in ("fiado test key", seed, *path))
    return SigningKey(sha256(name.encode("utf-8")).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """A charter and everybody's keys. Coops are numbered from 1."""

    seed: str
    founding: Founding
    node_keys: Mapping[int, SigningKey]
    steward_keys: Mapping[int, Sequence[SigningKey]]

    @property
    def id(self) -> bytes:
        """The federation id."""
        return self.founding.federation

    @property
    def charter(self) -> Charter:
        """The charter that every log begins with."""
        return self.founding.genesis

    def member_key(self, coop: int, account: int) -> SigningKey:
        """The key of account `account` of `coop`."""
        return signing_key(self.seed, "member", coop, account)

    def charter_signatures(self) -> bytes:
        """The `charter.signatures.toml` with the signatures of all coops."""
        return format_charter_signatures(
            {
                coop: sign_charter(self.founding, coop=coop, key=key)
                for coop, key in self.node_keys.items()
            }
        )

    def message(self, coop: int, transaction: Transaction) -> bytes:
        """What the signatures in `transaction` cover, when it is for the log of `coop`."""
        return signed_bytes(TAG_ENTRY, federation=self.id, coop=coop, body=signed_part(transaction))

    def steward_signatures(
        self, coop: int, message: bytes, stewards: Iterable[int] | None = None
    ) -> Signatures:
        """Signatures of the stewards with these indexes; of as many as `coop` needs by default."""
        keys = self.steward_keys[coop]
        if stewards is None:
            founder = self.charter.coops.get(coop)
            stewards = range(len(keys) if founder is None else founder.steward_threshold)
        return tuple((steward, keys[steward].sign(message)) for steward in stewards)

    def pay(
        self,
        coop: int,
        *,
        payer: int,
        sequence: int,
        payee_coop: int,
        payee: int,
        amount: int,
        fee: int = 0,
        reference: bytes | None = None,
        price: Price | None = None,
        signed_by: SigningKey | None = None,
    ) -> bytes:
        """A payment from account `payer` of `coop`."""
        pay = Pay(
            payer=payer,
            sequence=sequence,
            payee_coop=payee_coop,
            payee=payee,
            amount=amount,
            fee=fee,
            reference=reference,
            price=price,
        )
        key = signed_by or self.member_key(coop, payer)
        return encode_transaction(replace(pay, signature=key.sign(self.message(coop, pay))))

    def admit(
        self,
        coop: int,
        account: int,
        *,
        handle: Named | None = None,
        class_: int = 0,
        limit: int = 100_000,
        key: SigningKey | None = None,
        public_key: bytes | None = None,
        stewards: Iterable[int] | None = None,
    ) -> bytes:
        """The admission of `account`. `public_key` writes other bytes than those of `key`."""
        key = key or self.member_key(coop, account)
        admit = Admit(
            account=account,
            key=key.public_key if public_key is None else public_key,
            handle=f"member{account}" if handle is None else handle,
            class_=class_,
            limit=limit,
        )
        message = self.message(coop, admit)
        signatures = self.steward_signatures(coop, message, stewards)
        return encode_transaction(
            replace(admit, key_signature=key.sign(message), stewards=signatures)
        )

    def limit(
        self,
        coop: int,
        account: int,
        *,
        revision: int,
        limit: int,
        from_: int = 0,
        until: int | None = None,
        after: int | None = None,
        reason: bytes = REASON,
        stewards: Iterable[int] | None = None,
    ) -> bytes:
        """A change of an account's credit limit."""
        change = Limit(
            account=account,
            revision=revision,
            limit=limit,
            from_=from_,
            until=until,
            after=after,
            reason=reason,
        )
        signatures = self.steward_signatures(coop, self.message(coop, change), stewards)
        return encode_transaction(replace(change, stewards=signatures))

    def status(
        self,
        coop: int,
        account: int,
        *,
        revision: int,
        status: Status,
        reason: bytes = REASON,
        stewards: Iterable[int] | None = None,
    ) -> bytes:
        """Freezes, thaws or closes an account."""
        change = SetStatus(account=account, revision=revision, status=status, reason=reason)
        signatures = self.steward_signatures(coop, self.message(coop, change), stewards)
        return encode_transaction(replace(change, stewards=signatures))

    def signed_head(self, coop: int, *, length: int, head: bytes) -> SignedHead:
        """The signature by `coop` over a head of its log."""
        return sign_head(
            self.node_keys[coop], federation=self.id, coop=coop, length=length, head=head
        )

    def anchor(
        self, coop: int, *, length: int, head: bytes, signers: Iterable[int] | None = None
    ) -> bytes:
        """An anchor of the log of `coop`, signed by it and as many witnesses as the charter asks."""
        if signers is None:
            others = [other for other in self.charter.coops if other != coop]
            signers = [coop, *others[: self.charter.witness_quorum]]
        message = head_message(federation=self.id, coop=coop, length=length, head=head)
        signatures = tuple(
            (signer, self.node_keys[signer].sign(message)) for signer in sorted(signers)
        )
        return encode_transaction(
            Anchor(coop=coop, length=length, head=head, signatures=signatures)
        )

    def give_back(self, coop: int, number: int) -> bytes:
        """The return of the payment at `index` of the log of `coop`."""
        return encode_transaction(Return(coop=coop, number=number))


def build_federation(
    *,
    seed: str = "fiado",
    coops: int = 3,
    clearing_limit: int = 1_000_000,
    stewards: int = 3,
    threshold: int = 2,
    witness_quorum: int = 0,
    index: Sequence[str] = (),
    entries_per_day: int | None = None,
    decision_quorum: int | None = None,
) -> Federation:
    """A federation of `coops` like coops, numbered from 1. `clearing_limit` in minor units.

    `index`: the lines of the charter's `[index]`, see `tests.index_builders`.
    """
    numbers = range(1, coops + 1)
    node_keys = {number: signing_key(seed, "node", number) for number in numbers}
    steward_keys = {
        number: tuple(signing_key(seed, "steward", number, index) for index in range(stewards))
        for number in numbers
    }
    lines = [
        "fiado = 1",
        "[federation]",
        f'name = "Ferias {seed}"',
        'unit = "fiado"',
        f"witness_quorum = {witness_quorum}",
        f"decision_quorum = {decision_quorum or coops // 2 + 1}",
    ]
    if entries_per_day is not None:
        lines.append(f"entries_per_day = {entries_per_day}")
    for number in numbers:
        lines += [
            "",
            "[[coop]]",
            f"number = {number}",
            f'name = "{coop_name(number)}"',
            f'title = "Cooperativa {coop_name(number)}"',
            f'node_key = "{node_keys[number].public_key.hex()}"',
            f'clearing_limit = "{clearing_limit // 100}.{clearing_limit % 100:02}"',
            f"steward_threshold = {threshold}",
        ]
        for position, key in enumerate(steward_keys[number]):
            lines += [
                "[[coop.steward]]",
                f'name = "steward {position}"',
                f'key = "{key.public_key.hex()}"',
            ]
    source = "\n".join([*lines, *index, ""]).encode("utf-8")
    return Federation(
        seed=seed, founding=parse_founding(source), node_keys=node_keys, steward_keys=steward_keys
    )


def coop_name(number: int) -> str:
    """The name that `build_federation` gives to the coop of this number."""
    return COOP_NAMES[number - 1] if number <= len(COOP_NAMES) else f"coop-{number}"


class RefusedInTest(AssertionError):
    """A transaction that a test took to be valid was refused."""


@dataclass(slots=True)
class Books:
    """One validator and the logs that it sequenced, of all coops of a federation.

    `logs[coop]` has the entries; `now` is the time of the next entry and moves only by hand.
    """

    federation: Federation
    validator: Validator
    now: int = START
    logs: dict[int, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for coop in self.federation.charter.coops:
            self.logs.setdefault(coop, [])

    def offer(self, coop: int, *transactions: bytes) -> list[int]:
        """Sequence transactions; the outcomes as `Validator.sequence` gives them."""
        done = self.validator.sequence(coop, self.now, list(transactions))
        self.logs[coop] += split(done.entries)
        return done.outcomes

    def append(self, coop: int, *transactions: bytes) -> list[int]:
        """Sequence transactions that must be accepted; their indexes."""
        outcomes = self.offer(coop, *transactions)
        for outcome in outcomes:
            if outcome < 0:
                raise RefusedInTest(f"coop {coop}: {Refusal(-outcome).code}")
        return outcomes

    def refusal(self, coop: int, transaction: bytes) -> Refusal | None:
        """What `transaction` is refused for; when it is refused, nothing may have changed."""
        before, head = self.validator.digest(), self.validator.log(coop).head
        (outcome,) = self.offer(coop, transaction)
        if outcome > 0:
            return None
        assert self.validator.digest() == before
        assert self.validator.log(coop).head == head
        return Refusal(-outcome)

    def admit(self, coop: int, *accounts: int, limit: int = 100_000) -> None:
        """Open accounts with the handle `member{number}`."""
        self.append(
            coop, *(self.federation.admit(coop, account, limit=limit) for account in accounts)
        )

    def next_pay(
        self, coop: int, payer: int, payee_coop: int, payee: int, amount: int, *, fee: int = 0
    ) -> bytes:
        """The next payment of an account that exists, not yet offered."""
        account = self.validator.account(coop, payer)
        assert account is not None
        return self.federation.pay(
            coop,
            payer=payer,
            sequence=account.next_sequence,
            payee_coop=payee_coop,
            payee=payee,
            amount=amount,
            fee=fee,
        )

    def pay(
        self, coop: int, payer: int, payee_coop: int, payee: int, amount: int, *, fee: int = 0
    ) -> int:
        """Make a payment that must be accepted; its index."""
        (number,) = self.append(
            coop, self.next_pay(coop, payer, payee_coop, payee, amount, fee=fee)
        )
        return number

    def set_status(self, coop: int, account: int, status: Status) -> int:
        """Freeze, thaw or close an account; the index of the entry."""
        revision = self.account_revision(coop, account) + 1
        change = self.federation.status(coop, account, revision=revision, status=status)
        return self.append(coop, change)[0]

    def account_revision(self, coop: int, account: int) -> int:
        """The account's revision."""
        found = self.validator.account(coop, account)
        assert found is not None
        return found.revision

    def balance(self, coop: int, account: int) -> int:
        """An account's balance; account 0 is the commons."""
        if account == 0:
            return self.validator.log(coop).commons
        found = self.validator.account(coop, account)
        assert found is not None
        return found.balance

    def signed_head(self, coop: int, length: int | None = None) -> SignedHead:
        """The signed head at `length`, by default the newest."""
        length = len(self.logs[coop]) if length is None else length
        return self.federation.signed_head(coop, length=length, head=self.head(coop, length))

    def head(self, coop: int, length: int) -> bytes:
        """The head at `length`, computed from the entries."""
        start = genesis(federation=self.federation.id, coop=coop)
        return extend_all(start, self.logs[coop][:length])

    def anchor_bytes(self, other: int, length: int | None = None) -> bytes:
        """An anchor of the log of `other`, at its newest head by default, not yet offered."""
        signed = self.signed_head(other, length)
        return self.federation.anchor(other, length=signed.length, head=signed.head)

    def anchor(self, home: int, other: int, length: int | None = None) -> int:
        """Append an anchor of the log of `other` to the log of `home`; its index."""
        return self.append(home, self.anchor_bytes(other, length))[0]

    def anchor_all(self) -> None:
        """Let every log take in every other that has anything in transit to it, until none has."""
        coops = sorted(self.logs)
        for _ in coops:
            for home in coops:
                for other in coops:
                    if home != other and self.validator.credits_waiting(home=home, other=other):
                        self.anchor(home, other)

    def receipt(self, coop: int, number: int, *, signed_at: int | None = None) -> Receipt:
        """The receipt of entry `index`, signed over the head right after it or that at `signed_at`."""
        signed_at = signed_at or number
        return Receipt(
            federation=self.federation.id,
            coop=coop,
            length=number,
            previous=self.head(coop, number - 1),
            entry=self.logs[coop][number - 1],
            signature=self.signed_head(coop, signed_at).signature,
            following=tuple(self.logs[coop][number:signed_at]),
        )


MakeValidator = Callable[[Founding], Validator]


def open_books(
    federation: Federation | None = None, make_validator: MakeValidator = ReferenceValidator
) -> Books:
    """Books with no entry in any log."""
    federation = federation or build_federation()
    return Books(federation=federation, validator=make_validator(federation.founding))


def books_with_members(
    federation: Federation | None = None,
    *,
    members: int = 3,
    limit: int = 100_000,
    make_validator: MakeValidator = ReferenceValidator,
) -> Books:
    """Books in which every coop has accounts 1 to `members` and every log has anchored the others."""
    books = open_books(federation, make_validator)
    for coop in books.logs:
        books.admit(coop, *range(1, members + 1), limit=limit)
    for home in books.logs:
        for other in books.logs:
            if home != other:
                books.anchor(home, other, members)
    return books


def replay_logs(
    federation: Federation,
    logs: Mapping[int, Sequence[bytes]],
    make_validator: MakeValidator = ReferenceValidator,
) -> Validator:
    """A new validator that replayed whole logs, turning to another log wherever one has to wait.

    Raises `RefusedInTest` when an entry is refused, or all logs wait for one another.
    """
    validator = make_validator(federation.founding)
    done = dict.fromkeys(logs, 0)
    while any(done[coop] < len(logs[coop]) for coop in logs):
        advanced = 0
        for coop, entries in logs.items():
            result = validator.replay(coop, b"".join(entries[done[coop] :]))
            if result.refusal is not None:
                raise RefusedInTest(f"coop {coop}, entry {done[coop] + result.count + 1}: {result}")
            done[coop] += result.count
            advanced += result.count
        if not advanced:
            raise RefusedInTest(f"all logs wait: {done}")
    return validator
