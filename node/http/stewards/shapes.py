"""The shapes of the desk, and of asking to be admitted."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ledger.kinds import STEWARDS_KINDS, names_of
from node.http.base.shapes import (
    AccountOfKey,
    Class,
    NameOpening,
    OfCoop,
    PaidDebt,
    ReasonText,
    RecordedEntry,
)
from node.shapes import Shape
from node.spellings import Amount, Binary, Count, Number, PublicKey, Signature, Time, one_of, within

DraftId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="A draft's id.")]
DraftState = Literal["waiting", "recorded", "overtaken"]


class ProposalRequest(Shape, frozen=True):
    """Who would like to have an account."""

    key: PublicKey
    handle: Annotated[str, within(32)]
    class_: Class | None = msgspec.field(name="class", default=None)
    limit: Count | None = None


class Proposal(OfCoop, frozen=True):
    """A number that is kept free for a key."""

    account: Number
    key: PublicKey
    handle: str
    class_: Class = msgspec.field(name="class")
    limit: Amount
    expires: Time


class JoinRequest(Shape, frozen=True):
    """An admission that the new key has signed, and what opens the name in it."""

    transaction: Binary
    name: NameOpening | None = None


class Join(Shape, frozen=True):
    """What became of a request to be admitted."""

    id: DraftId
    state: DraftState
    account: Number
    handle: str
    expires: Time


class DraftRequest(Shape, frozen=True):
    """A transaction to lay before the other stewards; `name` opens that of an admission."""

    transaction: Binary
    reason: ReasonText | None = None
    name: NameOpening | None = None


class LeaveRequest(Shape, frozen=True):
    """A member's leaving, signed by the account's key alone."""

    transaction: Binary


class SignatureRequest(Shape, frozen=True):
    """A steward's signature under a draft."""

    steward: Annotated[int, Meta(ge=0, le=63)]
    signature: Signature


class Signer(Shape, frozen=True):
    """A steward who has signed."""

    steward: Number
    name: str


class Draft(Shape, frozen=True):
    """A transaction that waits for stewards' signatures."""

    id: DraftId
    origin: Literal["steward", "join"]
    state: DraftState
    kind: Annotated[str, one_of(*names_of(STEWARDS_KINDS))]
    created: Time
    expires: Time
    transaction: Binary
    account: Annotated[
        Number | None, Meta(description="Whom it is about; null for the cooperative as a whole.")
    ]
    facts: Annotated[
        dict[str, Any], Meta(description="The fields of the transaction, by its kind.")
    ]
    signed_by: list[Signer]
    needed: Count
    reason: ReasonText | None
    name: Annotated[
        NameOpening | None,
        Meta(description="What opens the commitment of an admission; stewards check it."),
    ]
    recorded: RecordedEntry | None
    debt: Annotated[
        PaidDebt | None,
        Meta(
            description="Who would pay what is owed, if the account closed now; null: nobody need."
        ),
    ]
    same_handle: list[DraftId]
    accounts_of_key: list[AccountOfKey]


class Leaving(Shape, frozen=True):
    """What became of it."""

    state: Annotated[
        Literal["recorded", "waiting"],
        Meta(description="`waiting`: something is owed, so stewards have to sign too."),
    ]
    draft: Draft | None
    recorded: RecordedEntry | None


class Drafts(Shape, frozen=True):
    """All that waits at the desk."""

    drafts: list[Draft]
