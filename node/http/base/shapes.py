"""The shapes that several rooms of the interface answer with, or read."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ledger.kinds import ACCOUNT_KINDS, names_of
from ledger.memos import MAX_PROPOSAL_BYTES
from node.engine.health.troubles import Severity, TroubleKind
from node.shapes import Shape
from node.spellings import (
    Amount,
    Binary,
    Count,
    Hash,
    Number,
    PublicKey,
    Salt,
    Time,
    one_of,
    within,
)

Class = Literal[
    "person",
    "organisation",
    "class_2",
    "class_3",
    "class_4",
    "class_5",
    "class_6",
    "class_7",
    "class_8",
    "class_9",
    "class_10",
    "class_11",
    "class_12",
    "class_13",
    "class_14",
    "class_15",
]
"""Of an account: the first two are always there, the others where the bylaws name them."""
Status = Literal["open", "frozen", "closed"]
PaymentStatus = Literal["recorded", "delivered", "returned"]
Uri = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class Problem(Shape, frozen=True):
    """What is wrong with a request (RFC 9457)."""

    type: Uri
    title: str
    status: int
    detail: str
    code: Annotated[str, Meta(description="Stable; for programs.")]
    remedy: Annotated[str, Meta(description="What would make it work.")]
    retryable: Annotated[bool, Meta(description="Whether the same request may succeed later.")]
    request_id: str
    number: (
        Annotated[int, Meta(description="The refusal's number in the protocol.")] | UnsetType
    ) = UNSET
    pointer: Annotated[str, Meta(description="The field that is wrong.")] | UnsetType = UNSET


class OfCoop(Shape, frozen=True):
    """Something of a cooperative."""

    coop: str
    coop_number: Number


class Account(OfCoop, frozen=True):
    """What anybody may know of an account."""

    account: Number
    handle: Annotated[
        str, Meta(description="What it is called; `#` and its number where that is not told.")
    ]
    class_: Class = msgspec.field(name="class")
    key: PublicKey
    status: Status
    commitment: Annotated[
        Hash | None, Meta(description="What its log has in place of the handle; null: the handle.")
    ]
    salt: Annotated[
        Salt | None, Meta(description="With the handle it opens the commitment; null: not told.")
    ]
    erased: Annotated[bool, Meta(description="Whether its name was erased, for good.")]


class NameOpening(Shape, frozen=True):
    """What opens the commitment that an admission carries in place of a handle (PROTOCOL section 15)."""

    salt: Salt
    handle: Annotated[str, within(32)]


class RunningRecovery(Shape, frozen=True):
    """That an account is being given another key (PROTOCOL section 13.6)."""

    number: Count
    key: Annotated[PublicKey, Meta(description="The new key.")]
    began: Time
    due: Annotated[Time, Meta(description="When the account gets it at the earliest.")]
    by_guardians: Annotated[
        bool, Meta(description="Whether guardians began it; else stewards did.")
    ]
    disputed: Annotated[
        Time | None,
        Meta(
            description="Until when members can open a vote; null while the old key has not objected."
        ),
    ]
    confirmed: Annotated[bool, Meta(description="Whether members have voted for the new key.")]


class StandingClaim(Shape, frozen=True):
    """That stewards have claimed what an account owes (PROTOCOL section 13.8)."""

    number: Annotated[Count, Meta(description="The entry that claimed it.")]
    time: Time
    due: Annotated[Time, Meta(description="From when on it can be settled.")]
    ends: Annotated[Time, Meta(description="From when on it counts no more.")]


class DebtShare(Shape, frozen=True):
    """What a guarantor pays of a debt."""

    account: Number
    handle: str
    amount: Amount


class PaidDebt(Shape, frozen=True):
    """Who pays a debt, or paid it (PROTOCOL section 13.8)."""

    debt: Amount
    shares: Annotated[list[DebtShare], Meta(description="Of the guarantors, rising by number.")]
    commons: Annotated[Amount, Meta(description="The rest, which the commons pays.")]
    within_ceiling: Annotated[
        bool,
        Meta(description="Whether the bylaws let the commons pay that much now, or it has paid."),
    ]


class AccountOfKey(Shape, frozen=True):
    """An account that is found by its key."""

    account: Number
    handle: str
    status: Status


class ReasonText(Shape, frozen=True):
    """A reason, or what is voted about, in clear, with the salt that its hash needs."""

    salt: Salt
    text: Annotated[str, within(MAX_PROPOSAL_BYTES)]


class ChangeReason(Shape, frozen=True):
    """Why something was changed, as far as it is known here."""

    hash: Hash
    salt: Salt | None
    text: str | None


class Change(Shape, frozen=True):
    """Something that stewards, or members by a vote, changed about an account."""

    number: Count
    kind: Annotated[str, one_of(*names_of(ACCOUNT_KINDS))]
    time: Time
    status: Annotated[Status | None, Meta(description="The new one; null for other kinds.")]
    step: Annotated[
        Literal["claim", "settle", "withdraw"] | None,
        Meta(description="What happened to the debt; null for other kinds."),
    ]
    limit: Annotated[Amount | None, Meta(description="The new one; null for other kinds.")]
    from_: Annotated[
        Time | None, Meta(description="When the limit began; null where it was at once.")
    ] = msgspec.field(name="from")
    until: Annotated[Time | None, Meta(description="When the limit ends; null: it doesn't.")]
    after: Annotated[Amount | None, Meta(description="The limit after that.")]
    by: Annotated[list[str], Meta(description="The stewards who signed, by name or `#place`.")]
    proposal: Annotated[
        Count | None,
        Meta(description="The proposal by which members decided it; null: stewards did."),
    ]
    reason: ChangeReason


class RecordedEntry(OfCoop, frozen=True):
    """An entry that is in the log now."""

    status: Literal["recorded"]
    number: Count
    repeated: bool
    receipt: Binary


class Trouble(Shape, frozen=True):
    """Something that is wrong with the node."""

    kind: TroubleKind
    severity: Severity
    coop: Annotated[str, Meta(description="Which cooperative it is about.")] | None
    other: Annotated[str, Meta(description="Which other cooperative is the cause of it.")] | None
    seconds: Annotated[Count, Meta(description="How long it has lasted, where that is known.")]
    values: Annotated[dict[str, str | int], Meta(description="What else belongs to it.")]
    detail: Annotated[str, Meta(description="What is wrong, in words.")]
    remedy: Annotated[str, Meta(description="What helps, in words.")]


class Deciding(Shape, frozen=True):
    """Something that cooperatives decide about now, and have not been at for long."""

    seconds: Annotated[Count, Meta(description="How long it has lasted.")]
    values: Annotated[dict[str, str | int], Meta(description="As of the trouble `undecided`.")]
    detail: Annotated[str, Meta(description="Who stands for what, and who is silent, in words.")]


class WaitingPublication(Shape, frozen=True):
    """A publication that waits for more stewards."""

    decision: Count
    number: Count
    publication: Binary
    signed_by: list[str]
    needed: Count


class Published(Shape, frozen=True):
    """How far a publication has come."""

    decision: Count
    number: Count
    signed_by: list[str]
    needed: Count
    signed: bool
