"""The reference validator: PROTOCOL section 7 in plain Python, the executable specification.

It is written to be read and to be right. It applies one entry at a time: decode, check, apply, extend the
chain. Speed beyond that is the native validator's job.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ledger.chain import extend, extend_all
from ledger.charter import Charter
from ledger.codec import encode, split
from ledger.effects import Effects, apply_effects, levy_total
from ledger.entries import Entry, decode_entry, encode_entry, transaction_kind, transaction_start
from ledger.errors import DependencyMissing
from ledger.founding import Founding
from ledger.government.commons import Rates
from ledger.index.table import Index
from ledger.messages import TAG_ENTRY, signing_context
from ledger.names import Named
from ledger.refusals import Refusal
from ledger.rules.anchors import apply_anchor, check_anchor
from ledger.rules.branches import (
    all_logs,
    branch_gone_by,
    branch_of_anchored,
    branches_of,
    fork_loss,
    let_stand,
    loss_by,
    new_log,
    settle,
    standing_branch,
    taken_in,
)
from ledger.rules.days import apply_day
from ledger.rules.index import index_of_new_log
from ledger.rules.losses import check_decided_branches
from ledger.rules.order import check_order, earliest
from ledger.rules.payments import apply_pay, apply_return, check_pay, check_return
from ledger.rules.shared import decide
from ledger.state import Account, Log, Returnable, State, Transit, Waiting
from ledger.transactions import (
    Anchor,
    Kind,
    Pay,
    Return,
)
from ledger.validators.interface import LogView, Replayed, Sequenced
from ledger.validators.listing import load_snapshot, save_snapshot, state_digest
from ledger.validators.log_state import LogState, empty_state

_SIGNATURE_ELEMENT_BYTES = 66  # the binary header and 64 bytes, the last element of a `pay`


def _signature_bytes(pay: Pay) -> int:
    """How long the last element of a payment is."""
    if isinstance(pay.signature, bytes):
        return _SIGNATURE_ELEMENT_BYTES
    return len(encode(pay.signature))


class ReferenceValidator:
    """Implements `ledger.validators.interface.Validator`."""

    name = "reference"

    def __init__(self, founding: Founding, state: State | None = None) -> None:
        self.founding = founding
        self._state: State = {}
        self._contexts: dict[int, bytes] = {}
        self._add_logs(empty_state(founding) if state is None else state)
        self._find_newest()

    @classmethod
    def load(cls, founding: Founding, snapshot: bytes) -> "ReferenceValidator":
        """From a snapshot; raises `SnapshotError`."""
        return cls(founding, load_snapshot(snapshot, founding.genesis))

    def _add_logs(self, logs: State) -> None:
        self._state = dict(sorted((self._state | logs).items()))
        for coop in logs:
            self._contexts[coop] = signing_context(
                TAG_ENTRY, federation=self.founding.federation, coop=coop
            )

    @property
    def coops(self) -> Collection[int]:
        """See `Validator.coops`."""
        return self._state.keys()

    def charter(self, coop: int, *, branch: int = 0) -> Charter:
        """See `Validator.charter`."""
        return self._log(coop, branch).charter

    def branches(self, coop: int) -> Sequence[int]:
        """See `Validator.branches`."""
        return range(1 + len(self._state[coop].branches))

    def add_branch(self, coop: int) -> int:
        """See `Validator.add_branch`."""
        first = self._state[coop]
        if any(log.length for log in branches_of(self._state, coop)):
            raise ValueError("a branch is added before its log has an entry here")
        first.branches.append(new_log(first.charter, coop, branch=1 + len(first.branches)))
        return len(first.branches)

    def _log(self, coop: int, branch: int) -> Log:
        return branches_of(self._state, coop)[branch] if branch else self._state[coop]

    def gone_by(self, coop: int, *, other: int, branch: int = 0) -> int:
        """See `Validator.gone_by`."""
        return branch_of_anchored(self._state, self._log(coop, branch), other).branch

    def taken_in(self, coop: int, *, other: int, branch: int = 0, of: int = 0) -> int:
        """See `Validator.taken_in`."""
        return taken_in(self._state, self._log(coop, branch), self._log(other, of))

    def standing(self, coop: int) -> int:
        """See `Validator.standing`."""
        return standing_branch(self._state, coop).branch

    def fork_loss(self, coop: int, *, other: int, branch: int = 0) -> int:
        """See `Validator.fork_loss`."""
        return fork_loss(self._state, self._log(coop, branch), other)

    def loss_by(self, coop: int, *, other: int, length: int, head: bytes) -> int | None:
        """See `Validator.loss_by`."""
        return loss_by(self._state, self._log(coop, 0), other, length, head)

    def go_by(self, coop: int, charter: Charter) -> None:
        """See `Validator.go_by`."""
        self._add_logs(
            {other: new_log(charter, other) for other in charter.coops.keys() - self._state}
        )
        log = self._state[coop]
        log.charter, log.index = charter, log.index or index_of_new_log(charter)
        self._find_newest()

    def newest_charter(self) -> Charter:
        """See `Validator.newest_charter`."""
        return self._newest

    def _find_newest(self) -> None:
        every = (log.charter for log in all_logs(self._state))
        self._newest = max(every, key=lambda charter: charter.version)

    def open_log(self, coop: int) -> None:
        """See `Validator.open_log`."""
        if coop not in self._state:
            self._add_logs({coop: new_log(self.founding.genesis, coop)})

    def sequence(self, coop: int, time: int, transactions: Sequence[bytes]) -> Sequenced:
        """See `Validator.sequence`."""
        log = self._state[coop]
        time = max(time, earliest(log))
        self._check_dependencies(log, transactions)
        check_decided_branches(
            transactions, time=time, decide=lambda entry: self._check(log, entry, b"")
        )
        first = log.length + 1
        outcomes, appended = [], []
        for transaction in transactions:
            entry = encode_entry(time, transaction)
            stop = self._append(log, entry)
            if stop is None:
                appended.append(entry)
                outcomes.append(log.length)
            elif isinstance(stop, Refusal):
                outcomes.append(-stop.value)
            else:
                raise AssertionError("an anchor that waits passed the check of dependencies")
        settle(self._state, log)
        return Sequenced(
            outcomes=outcomes,
            first=first,
            entries=b"".join(appended),
            count=len(appended),
            length=log.length,
            head=log.head,
        )

    def _check_dependencies(self, log: Log, transactions: Sequence[bytes]) -> None:
        for transaction in transactions:
            if transaction_kind(transaction) != Kind.ANCHOR:
                continue
            decoded = decode_entry(encode_entry(log.time, transaction))
            if isinstance(decoded, Entry) and isinstance(decoded.transaction, Anchor):
                found = check_anchor(self._state, log, decoded.transaction)
                if isinstance(found, Waiting):
                    raise DependencyMissing(f"log {found.coop} is not held up to {found.length}")

    def replay(self, coop: int, entries: bytes, *, branch: int = 0) -> Replayed:
        """See `Validator.replay`."""
        log = self._log(coop, branch)
        done = self._append_all(log, split(entries))
        settle(self._state, log)
        return done

    def _append_all(self, log: Log, entries: Sequence[bytes]) -> Replayed:
        """Append entries until one is refused or has to wait."""
        count = consumed = 0
        for entry in entries:
            stop = self._append(log, entry)
            if isinstance(stop, Refusal):
                return Replayed(count=count, consumed=consumed, refusal=stop)
            if stop is not None:
                return Replayed(count=count, consumed=consumed, waiting=stop)
            count += 1
            consumed += len(entry)
        return Replayed(count=count, consumed=consumed)

    def _append(self, log: Log, data: bytes) -> Refusal | Waiting | None:
        """Check `data` as the next entry of `log`, and apply it when nothing stands against it."""
        entry = decode_entry(data)
        if isinstance(entry, Refusal):
            return entry
        checked = self._check(log, entry, data)
        if isinstance(checked, Refusal | Waiting):
            return checked
        is_alone, charter = len(self._state) == 1, log.charter
        self._apply(log, entry, checked)
        is_payment = isinstance(entry.transaction, Pay)
        apply_day(charter, log, time=entry.time, is_payment=is_payment)
        log.heads.append(extend(log.head, data))
        if is_alone and not log.branches and not log.branch:
            # Nobody can anchor the log of a federation's only coop.
            del log.heads[:-1]
            log.heads_from += 1
        return None

    def _check(self, log: Log, entry: Entry, data: bytes) -> Refusal | Waiting | Effects | None:
        """What stands against `entry`. If nothing, what it changes as the shared rules say it, or None."""
        refusal = check_order(log, entry)
        if refusal is not None:
            return refusal
        transaction = entry.transaction
        match transaction:
            case Pay():
                # The entry is `[time, transaction]` and the signature is its last element, so what
                # was signed lies between them.
                start = transaction_start(data)
                message = self._contexts[log.coop] + data[start : -_signature_bytes(transaction)]
                return check_pay(self._state, log, entry.time, transaction, message)
            case Anchor():
                return check_anchor(self._state, log, transaction)
            case Return():
                return check_return(log, transaction)
            case _:
                state = LogState(self._state, log)
                return decide(entry, state=state, context=self._contexts[log.coop])

    def _apply(self, log: Log, entry: Entry, effects: Effects | None) -> None:
        """Carry out a checked transaction; `effects` is what its check gave."""
        number, transaction = log.length + 1, entry.transaction
        match transaction:
            case Pay():
                apply_pay(log, number, entry.time, transaction)
            case Anchor():
                apply_anchor(self._state, log, transaction)
            case Return():
                apply_return(log, number, transaction)
            case _:
                assert effects is not None, "what the shared rules accept has effects"
                apply_effects(log, effects)
                if effects.stand is not None:
                    let_stand(self._state, log, effects.stand)
                if effects.charter is not None:
                    self._adopt(effects.charter)

    def _adopt(self, charter: Charter) -> None:
        """Let the coops have logs that are new in the charter by which a log goes from here on."""
        for coop in charter.coops:
            self.open_log(coop)
        self._find_newest()

    def judge(self, coop: int, entry: bytes, *, branch: int = 0) -> Refusal | Waiting | None:
        """See `Validator.judge`."""
        decoded = decode_entry(entry)
        if isinstance(decoded, Refusal):
            return decoded
        checked = self._check(self._log(coop, branch), decoded, entry)
        return checked if isinstance(checked, Refusal | Waiting) else None

    def chain(self, coop: int, entries: bytes, *, branch: int = 0) -> tuple[int, bytes]:
        """See `Validator.chain`."""
        parts = split(entries)
        return len(parts), extend_all(self._log(coop, branch).head, parts)

    def log(self, coop: int, *, branch: int = 0) -> LogView:
        """See `Validator.log`."""
        log = self._log(coop, branch)
        return LogView(
            coop=coop,
            length=log.length,
            head=log.head,
            time=log.time,
            position=log.position,
            held=log.held,
            commons=log.commons,
            anchored=log.anchored_lengths(),
            accounts=len(log.accounts),
            payments_today=log.payments_today,
            others_today=log.others_today,
        )

    def head_at(self, coop: int, length: int, *, branch: int = 0) -> bytes | None:
        """See `Validator.head_at`."""
        return self._log(coop, branch).head_at(length)

    def recall_head(self, coop: int, length: int, head: bytes) -> None:
        """See `Validator.recall_head`."""
        self._log(coop, 0).recalled = (length, head)

    def account(self, coop: int, number: int, *, branch: int = 0) -> Account | None:
        """See `Validator.account`."""
        account = self._log(coop, branch).accounts.get(number)
        return None if account is None else replace(account)

    def account_named(self, coop: int, handle: Named) -> int | None:
        """See `Validator.account_named`."""
        return self._state[coop].handles.get(handle)

    def accounts_of_key(self, coop: int, key: bytes) -> list[int]:
        """See `Validator.accounts_of_key`."""
        accounts = self._state[coop].accounts.values()
        return sorted(account.number for account in accounts if account.key == key)

    def accounts(self, coop: int, *, branch: int = 0) -> Iterator[Account]:
        """See `Validator.accounts`."""
        accounts = self._log(coop, branch).accounts
        return (replace(accounts[number]) for number in sorted(accounts))

    def in_transit(self, coop: int, *, branch: int = 0) -> list[Transit]:
        """See `Validator.in_transit`."""
        return list(self._log(coop, branch).sorted_transit())

    def credits_waiting(self, *, home: int, other: int) -> int:
        """See `Validator.credits_waiting`."""
        log = self._state[home]
        queue = branch_gone_by(self._state, log, other).transit.get(home)
        newest = queue[-1].number if queue else 0
        return newest if newest > log.anchored.get(other, 0) else 0

    def returnable(self, coop: int, *, branch: int = 0) -> list[Returnable]:
        """See `Validator.returnable`."""
        items = self._log(coop, branch).returnable
        return [items[key] for key in sorted(items)]

    def index(self, coop: int, *, branch: int = 0) -> Index | None:
        """See `Validator.index`."""
        return self._log(coop, branch).index

    def row(self, coop: int, chapter: str, key: bytes, *, branch: int = 0) -> bytes | None:
        """See `Validator.row`."""
        return self._log(coop, branch).row(chapter, key)

    def rows(self, coop: int, chapter: str, *, branch: int = 0) -> list[tuple[bytes, bytes]]:
        """See `Validator.rows`."""
        return self._log(coop, branch).rows(chapter)

    def is_settled(self, coop: int, *, branch: int = 0) -> bool:
        """See `Validator.is_settled`."""
        return self._log(coop, branch).is_settled()

    def pledged(self, coop: int, account: int, *, branch: int = 0) -> int:
        """See `Validator.pledged`."""
        return self._log(coop, branch).pledged.get(account, 0)

    def members(self, coop: int, opened_at_most: int, *, branch: int = 0) -> int:
        """See `Validator.members`."""
        return LogState(self._state, self._log(coop, branch)).members(opened_at_most)

    def levy_total(self, coop: int, rates: Rates, *, branch: int = 0) -> int | None:
        """See `Validator.levy_total`."""
        return levy_total(self._log(coop, branch), rates)

    def digest(self) -> bytes:
        """See `Validator.digest`."""
        return state_digest(self._state)

    def snapshot(self) -> bytes:
        """See `Validator.snapshot`."""
        return save_snapshot(self._state)
