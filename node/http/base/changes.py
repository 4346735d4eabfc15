"""Admissions, limits and statuses: submitting them, and keeping the reasons of changes.

The log holds only the hash of a reason. Its text is kept beside the log once the change is recorded,
with the account that it concerns, for that account's owner and the stewards. If the node dies between the
two, sending the same bytes with the reason again keeps it: nothing is recorded twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from ledger.codec import Value, decode, encode
from ledger.kinds import KINDS
from ledger.memos import MAX_PROPOSAL_BYTES, SALT_BYTES
from ledger.names import Opening
from ledger.refusals import Refusal
from ledger.rules.government.commons import COMMONS_CHAPTER, movements
from ledger.transactions import (
    AccountChange,
    Admit,
    Leave,
    Limit,
    Propose,
    SetStatus,
    Settle,
    Spend,
    Step,
    TextBound,
    Transaction,
    binds_text,
)
from node.engine.answers import NotReady, Recorded, Refused
from node.engine.view import View
from node.http.base import facts, shapes
from node.http.base.api import Api
from node.http.base.naming import record_admission
from node.http.base.problem import Problem
from node.http.base.problems import REQUEST_MALFORMED
from node.http.base.reading import must_be
from node.spellings import Hash, Salt
from node.store import Reason, Write

_KEPT_CHANGES = 100
_STEPS: Final[Mapping[Step, Literal["claim", "settle", "withdraw"]]] = {
    Step.CLAIM: "claim",
    Step.SETTLE: "settle",
    Step.WITHDRAW: "withdraw",
}
_REFUSED_WHEN_REPEATED = {
    Refusal.ACCOUNT_EXISTS,
    Refusal.ACCOUNT_CLOSED,
    Refusal.REVISION_MISMATCH,
    Refusal.SPEND_NUMBER_WRONG,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonText:
    """A reason, or the text of a proposal, in clear, with the salt that its hash needs."""

    salt: bytes
    text: str

    def kept_under(self, hash_: bytes) -> Reason:
        """As it is stored."""
        return Reason(hash=hash_, salted_text=self.salt + self.text.encode("utf-8"))

    @property
    def shown(self) -> shapes.ReasonText:
        """For people."""
        return shapes.ReasonText(salt=Salt(self.salt), text=self.text)


def draft_id(content: bytes) -> str:
    """The id of what waits for signatures: a hash of what is signed, so the same content is one draft."""
    return sha256(b"fiado draft" + content).hexdigest()[:32]


def read_reason(asked: shapes.ReasonText | None) -> ReasonText | None:
    """The optional field `reason` of a request: a reason, or the text of a proposal."""
    if asked is None:
        return None
    if len(asked.text.encode("utf-8")) > MAX_PROPOSAL_BYTES:
        raise must_be("/reason/text", f"at most {MAX_PROPOSAL_BYTES} bytes of UTF-8")
    return ReasonText(salt=bytes(asked.salt), text=asked.text)


def check_reason(transaction: Transaction, reason: ReasonText | None) -> None:
    """Raise `request_malformed` unless the reason is the one that the transaction names."""
    if reason is None:
        return
    if not isinstance(transaction, TextBound):
        raise Problem(REQUEST_MALFORMED, "A transaction of this kind has no text.")
    if not binds_text(transaction, salt=reason.salt, text=reason.text):
        raise Problem(
            REQUEST_MALFORMED,
            "The transaction carries the hash of another text or salt.",
            pointer="/reason",
        )


async def submit(
    api: Api,
    data: bytes,
    transaction: Transaction,
    reason: ReasonText | None,
    opening: Opening | None = None,
) -> Recorded | Refused | NotReady:
    """Record a transaction and keep its reason. What was recorded before is found again."""
    if isinstance(transaction, Admit):
        async with api.desk:
            return await _record(api, data, transaction, opening)
    result = await _record(api, data, transaction)
    if isinstance(result, Recorded) and isinstance(transaction, TextBound):
        async with api.desk:
            await _keep(api, transaction, result.number, reason)
    return result


async def submit_at_desk(
    api: Api,
    data: bytes,
    transaction: Transaction,
    reason: ReasonText | None,
    opening: Opening | None = None,
) -> Recorded | Refused | NotReady:
    """As `submit`, for callers that hold `api.desk`."""
    result = await _record(api, data, transaction, opening)
    if isinstance(result, Recorded) and isinstance(transaction, TextBound):
        await _keep(api, transaction, result.number, reason)
    return result


async def _record(
    api: Api, data: bytes, transaction: Transaction, opening: Opening | None = None
) -> Recorded | Refused | NotReady:
    if isinstance(transaction, Admit):
        result = await record_admission(api, data, transaction, opening)
    else:
        result = await api.runner.submit(data)
    if isinstance(result, Refused) and result.refusal in _REFUSED_WHEN_REPEATED:

        def look(view: View) -> Recorded | None:
            return _recorded_before(api, view, data, transaction)

        return await api.runner.ask(look) or result
    return result


def _recorded_before(
    api: Api, view: View, data: bytes, transaction: Transaction
) -> Recorded | None:
    """The receipt of these very bytes, if they are in the own log."""
    if isinstance(transaction, Admit):
        account = view.validator.account(view.coop, transaction.account)
        places = [] if account is None else [account.opened]
    elif isinstance(transaction, AccountChange):
        places = [number for number, _, _ in _read_changes(view, transaction.account)]
    elif isinstance(transaction, Leave):
        account = view.validator.account(view.coop, transaction.account)
        places = [] if account is None else [account.closed]
    elif isinstance(transaction, Spend):
        places = _entries_of_spend(view, transaction)
    else:
        places = []
    for number in places:
        entry = view.store.entry(view.coop, number)
        receipt = view.engine.receipt(view.coop, number)
        if entry is not None and entry.endswith(data) and receipt is not None:
            return Recorded(coop=view.coop, number=number, receipt=receipt, repeated=True)
    return None


def _entries_of_spend(view: View, spend: Spend) -> list[int]:
    """The number of the entry that spent under that number, if one did."""
    rows = view.validator.rows(view.coop, COMMONS_CHAPTER)
    return [
        movement.entry
        for movement in movements(rows)
        if (movement.kind, movement.number) == (spend.kind, spend.number)
    ]


async def _keep(api: Api, transaction: TextBound, number: int, text: ReasonText | None) -> None:
    """Keep what belongs to a recorded transaction beside the log: its text, if it is known."""
    if isinstance(transaction, AccountChange):
        await _keep_change(api, transaction, number, text)
    elif text is not None:
        hash_ = transaction.text if isinstance(transaction, Propose) else transaction.reason
        kept = text.kept_under(hash_)
        await api.runner.change(lambda view: (Write(reasons=(kept,)), None))


async def _keep_change(
    api: Api, transaction: AccountChange, number: int, reason: ReasonText | None
) -> None:
    """Note a recorded change for its account, with the reason's text if it is known."""
    kind = KINDS[transaction.kind].name

    def change(view: View) -> tuple[Write, None]:
        kept = [item for item in _read_changes(view, transaction.account) if item[0] != number]
        kept.append((number, kind, transaction.reason))
        kept.sort()
        meta = {_changes_key(transaction.account): encode(kept[-_KEPT_CHANGES:])}
        reasons: tuple[Reason, ...] = ()
        if reason is not None:
            reasons = (reason.kept_under(transaction.reason),)
            meta[_reason_key(transaction.reason)] = encode(transaction.account)
        return Write(reasons=reasons, meta=meta), None

    await api.runner.change(change)


def _changes_key(account: int) -> str:
    return f"changes.{account}"


def _reason_key(hash_: bytes) -> str:
    return f"reason.{hash_.hex()}"


def _read_changes(view: View, account: int) -> list[tuple[int, str, bytes]]:
    stored = view.store.meta(_changes_key(account))
    if stored is None:
        return []
    found: list[tuple[int, str, bytes]] = []
    value = decode(stored)
    for item in value if isinstance(value, list) else []:
        match item:
            case [int(number), str(kind), bytes(hash_)]:
                found.append((number, kind, hash_))
            case _:
                pass
    return found


def changes_of(view: View, account: int) -> list[shapes.Change]:
    """The changes of an account by its stewards that this node recorded, newest first."""
    return [
        _change_facts(view, number, kind, hash_)
        for number, kind, hash_ in reversed(_read_changes(view, account))
    ]


def _change_facts(view: View, number: int, kind: str, hash_: bytes) -> shapes.Change:
    entry = facts.read_entry(view, view.coop, number)
    change = None if entry is None else entry.transaction
    reason = find_reason(view, hash_)
    limit = change if isinstance(change, Limit) else None
    signed = change.stewards if isinstance(change, AccountChange) else ()
    return shapes.Change(
        number=number,
        kind=kind,
        time=0 if entry is None else entry.time,
        status=facts.STATUSES[change.status] if isinstance(change, SetStatus) else None,
        step=_STEPS[change.step] if isinstance(change, Settle) else None,
        limit=None if limit is None else limit.limit,
        from_=None if limit is None else limit.from_ or None,
        until=None if limit is None else limit.until,
        after=None if limit is None else limit.after,
        by=[facts.steward_name(view, place) for place, _ in signed],
        proposal=None,
        reason=reason_as_shown(hash_, None if reason is None else reason[0]),
    )


def reason_as_shown(hash_: bytes, text: ReasonText | None) -> shapes.ChangeReason:
    """Why something was changed, as far as the text is known here."""
    return shapes.ChangeReason(
        hash=Hash(hash_),
        salt=None if text is None else Salt(text.salt),
        text=None if text is None else text.text,
    )


def find_text(view: View, hash_: bytes) -> ReasonText | None:
    """The text of a proposal with that hash, if it was kept here."""
    salted = view.store.reason(hash_)
    return None if salted is None else _unsalted(salted)


def _unsalted(salted: bytes) -> ReasonText:
    return ReasonText(salt=salted[:SALT_BYTES], text=salted[SALT_BYTES:].decode("utf-8"))


def find_reason(view: View, hash_: bytes) -> tuple[ReasonText, int] | None:
    """The reason with that hash, and the account that it concerns."""
    salted = view.store.reason(hash_)
    stored = view.store.meta(_reason_key(hash_))
    account: Value = None if stored is None else decode(stored)
    if salted is None or not isinstance(account, int):
        return None
    return _unsalted(salted), account
