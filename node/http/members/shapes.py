"""The shapes of signing in, and of what members see of their accounts."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ledger.texts import is_shown
from ledger.transactions import MAX_NUMBER
from node.engine.books import Cause
from node.engine.health.troubles import NOT_PAYABLE
from node.http.base.sessions import SessionRole
from node.http.base.shapes import (
    Account,
    AccountOfKey,
    Change,
    NameOpening,
    OfCoop,
    PaymentStatus,
    RunningRecovery,
    StandingClaim,
)
from node.shapes import Shape
from node.spellings import (
    Amount,
    Binary,
    Count,
    Hash,
    Number,
    PublicKey,
    Salt,
    Signature,
    Text,
    Time,
    one_of,
)


class Challenge(Shape, frozen=True):
    """What to sign to show who one is."""

    challenge: Binary
    expires: Time
    coop_number: Number
    federation: Hash


class SessionRequest(Shape, frozen=True):
    """A signed challenge, by a member or a steward."""

    role: SessionRole
    number: Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
    challenge: Binary
    signature: Signature


class Session(Shape, frozen=True):
    """An open session."""

    token: Binary
    expires: Time
    role: SessionRole
    number: Number


class AccountsRequest(Shape, frozen=True):
    """A challenge that is signed with a key."""

    key: PublicKey
    challenge: Binary
    signature: Signature


class KeyAccounts(OfCoop, frozen=True):
    """The accounts of a key."""

    accounts: list[AccountOfKey]


class Schedule(Shape, frozen=True):
    """How an account's limit changes with time."""

    before: Amount
    from_: Time = msgspec.field(name="from")
    limit: Amount
    until: Time | None
    after: Amount | None


class LimitFall(Shape, frozen=True):
    """That the limit falls soon below what the account owes and answers for."""

    time: Annotated[Time, Meta(description="When it falls.")]
    limit: Annotated[Amount, Meta(description="What it is then.")]
    beyond: Annotated[Amount, Meta(description="By how much the account would be beyond it.")]


class PresentDebt(Shape, frozen=True):
    """What is owed now, and since when. It is long after the bylaws' `debt_term`."""

    owed: Amount
    since: Time
    long_at: Annotated[Time, Meta(description="since + debt_term")]
    is_long: bool


class FoundAccount(Account, frozen=True):
    """An account that somebody looks for, perhaps to pay it."""

    warnings: Annotated[
        list[Annotated[str, one_of(*(kind.value for kind in NOT_PAYABLE))]],
        Meta(description="Why payments to its cooperative don't arrive, or are refused, now."),
    ]


class KeptNames(Shape, frozen=True):
    """How many names are kept."""

    kept: Count


class ErasureReason(Text):
    """Why a steward asks that a name be erased."""

    longest = 200
    expected = f"a text of one line of 1 to {longest} characters, none that nobody sees"

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether all of it is shown."""
        return is_shown(text)


class NameErasureRequest(Shape, frozen=True):
    """Why a name is to be erased, for its owner and the other stewards."""

    reason: ErasureReason | None


class NameErasure(Shape, frozen=True):
    """How far it is that stewards erase a name."""

    erased: bool
    asked: Annotated[Count, Meta(description="How many stewards in office have asked for it.")]
    needed: Annotated[Count, Meta(description="How many have to, within 30 days.")]
    reasons: Annotated[list[str], Meta(description="What they gave as reasons.")]


class OpenedBooks(Shape, frozen=True):
    """How the books were opened: with how many accounts, and how many of their owners have agreed."""

    entry: Count
    time: Time
    statement: Annotated[Hash, Meta(description="Of what the system before says.")]
    resolution_hash: Hash
    resolution: Annotated[str | None, Meta(description="Its text; null: not here.")]
    commons: Amount
    accounts: Count
    acknowledged: Count


class Opening(Shape, frozen=True):
    """The opening of a cooperative's books, if there was one."""

    opening: OpenedBooks | None


class OpeningAnnounced(Shape, frozen=True):
    """An opening that is about to be recorded."""

    transaction: Annotated[Binary, Meta(description="One of its parts, signed by all stewards.")]


class PaymentsHeld(Shape, frozen=True):
    """That payments wait for an opening."""

    until: Annotated[Time, Meta(description="At the latest; else until the books are open.")]


class MyOpening(Opening, frozen=True):
    """With the owner's part in it."""

    balance: Annotated[Amount | None, Meta(description="Null: the account was not among them.")]
    acknowledged: Annotated[
        Count | None, Meta(description="The entry by which the owner agreed; null: none.")
    ]


class OfferedNames(Shape, frozen=True):
    """Names of accounts that stewards are about to admit."""

    names: list[NameOpening]


class Member(Account, frozen=True):
    """What the owner and the stewards may know of an account."""

    balance: Amount
    limit: Amount
    soft_limit: Annotated[
        Amount,
        Meta(description="The debt from which on the member is told that the limit is near."),
    ]
    is_near_limit: Annotated[bool, Meta(description="Whether the debt is as high as that.")]
    pledged: Annotated[Amount, Meta(description="What the account answers for with others.")]
    available: Annotated[Amount, Meta(description="balance + limit - pledged")]
    contribution: Annotated[
        Count,
        Meta(description="What of each payment goes to the commons on top, in millionths."),
    ]
    next_sequence: Count
    revision: Count
    opened: Count
    schedule: Schedule
    fall: Annotated[
        LimitFall | None,
        Meta(description="A fall within the days that the node's operator chose, seven as a rule."),
    ]
    length: Count
    time: Time
    recovery: Annotated[
        RunningRecovery | None,
        Meta(description="That somebody has begun to give the account another key."),
    ]
    debt: Annotated[
        PresentDebt | None,
        Meta(description="Since when the account owes; null: it does not, or that is not known."),
    ]
    claim: Annotated[
        StandingClaim | None,
        Meta(
            description="That stewards have claimed what it owes; it can be settled from `due` on."
        ),
    ]


class PaidFor(Shape, frozen=True):
    """What a guarantor paid of a debt with which somebody's account was closed."""

    account: Number
    handle: str
    number: Annotated[Count, Meta(description="The entry that closed it.")]
    time: Time
    amount: Amount


class StewardSelf(OfCoop, frozen=True, tag_field="role", tag="steward"):
    """Which steward this is."""

    number: Number
    name: str


class Members(Shape, frozen=True):
    """Accounts of the cooperative, by their numbers."""

    members: list[Member]
    next: Number | None


class MemberBalance(Shape, frozen=True):
    """What members see of each other where their bylaws say so."""

    account: Number
    handle: str
    balance: Amount
    limit: Amount


class MemberBalances(OfCoop, frozen=True):
    """Balances of the cooperative's members, by account number."""

    balances: list[MemberBalance]
    next: Annotated[Number | None, Meta(description="The `after` of the next page.")]


class Counterpart(OfCoop, frozen=True):
    """Who was on the other side of a payment."""

    account: Number
    handle: str | None


class Worth(Shape, frozen=True):
    """What an amount was worth in national currency on a day."""

    currency: str
    minor: Annotated[Amount, Meta(description="Hundredths of the currency.")]
    day: Annotated[Number, Meta(description="The day whose value counts, from 1970-01-01 on.")]


class HistoryItem(OfCoop, frozen=True):
    """A payment in an account's history."""

    direction: Literal["out", "in", "returned"]
    number: Count
    time: Time
    amount: Amount
    fee: Amount
    sequence: Count | None
    other: Counterpart
    reference: Hash | None
    delivered: bool
    status: Annotated[
        PaymentStatus,
        Meta(
            description="“returned”: it did not reach the payee, and the payer has it again; see `cause`."
        ),
    ]
    cause: Annotated[
        Literal["account_closed", "coop_left"] | None,
        Meta(
            description="Why it came back or is given back: the payee's account was closed, or their "
            "cooperative has left while it was on its way."
        ),
    ]
    memo: Binary | None
    bill: Annotated[
        str | None,
        Meta(
            description="What the bill says that it paid, where this node has it; null for what is none."
        ),
    ]
    refund: Annotated[
        str | None,
        Meta(
            description="Why it gives back what a bill was paid, as the shop said (empty: it did not say), "
            "where this node has the bill; null for what is no refund."
        ),
    ]
    worth: Annotated[
        Worth | None,
        Meta(
            description="At the price that was agreed on, or by the index on the payment's day; null without "
            "an index, or where that day is not known."
        ),
    ]


class MemberSelf(Member, frozen=True, tag_field="role", tag="member"):
    """The owner's own account."""

    paid_for: Annotated[
        list[PaidFor],
        Meta(description="What was paid as a guarantor in the last 30 days, the newest first."),
    ]
    recent: Annotated[
        list[HistoryItem] | None,
        Meta(
            description="The newest payments, of the same moment as all else; null: not asked for."
        ),
    ] = None
    erasure: Annotated[
        NameErasure | None,
        Meta(description="That stewards ask for the account's name to be erased; null: none does."),
    ] = None


class History(Shape, frozen=True):
    """A page of an account's history, newest first."""

    items: list[HistoryItem]
    next: str | None
    complete: bool


class StatementLine(Shape, frozen=True):
    """A change of an account's balance."""

    entry: Annotated[Count, Meta(description="The entry of the cooperative's log that booked it.")]
    time: Annotated[
        Time, Meta(description="When that was; what comes from elsewhere was paid before it.")
    ]
    cause: Annotated[
        Literal["payment"] | Annotated[str, one_of(*Cause)],
        Meta(
            description="“payment”: see `payment`. “other”: the books have it, and the histories that stand "
            "don't say why."
        ),
    ]
    amount: Annotated[Amount, Meta(description="By how much the balance changed, fee included.")]
    balance: Annotated[Amount, Meta(description="What it was then.")]
    payment: HistoryItem | None
    other: Annotated[
        Counterpart | None,
        Meta(description="The account on the other side of what is no payment; null: the commons."),
    ]


class Statement(OfCoop, frozen=True):
    """What changed an account's balance in a time, in the order of the cooperative's log."""

    account: Number
    handle: str
    unit: str
    from_: Time = msgspec.field(name="from")
    to: Annotated[Time, Meta(description="What was booked before it is in.")]
    opening: Annotated[Amount, Meta(description="The balance when the time began.")]
    closing: Annotated[Amount, Meta(description="The balance when it ended.")]
    lines: list[StatementLine]
    next: Annotated[str | None, Meta(description="The `after` of the next page.")]


class Changes(Shape, frozen=True):
    """What stewards or members changed about an account, newest first."""

    changes: list[Change]
    unknown: Annotated[
        Count,
        Meta(description="How many older changes the log has of which this node kept no note."),
    ]


class Memo(Shape, frozen=True):
    """A memo that is sealed to the owner."""

    reference: Hash
    memo: Binary


class Reason(Shape, frozen=True):
    """The text of a reason, and whom it concerns."""

    hash: Hash
    salt: Salt
    text: str
    account: Number
