"""The shapes of what is about the keys of accounts."""

from typing import Annotated

from msgspec import Meta

from ledger.shapes import MAX_DELEGATES
from ledger.texts import is_shown
from node.http.base.shapes import Account, OfCoop, RunningRecovery
from node.shapes import Shape
from node.spellings import Amount, Binary, Count, Number, PublicKey, Text, Time


class Guarded(Shape, frozen=True):
    """That an account has guardians; who they are only they know."""

    needed: Annotated[Count, Meta(description="How many of them begin a recovery together.")]
    wait: Annotated[Count, Meta(description="How long its key can object then, in seconds.")]


class AllowedPayee(Shape, frozen=True):
    """An account that a delegated key may pay."""

    coop_number: Number
    account: Number


class DelegatedKey(Shape, frozen=True):
    """A key that may pay for an account, within caps; fees count."""

    place: Annotated[int, Meta(ge=0, lt=MAX_DELEGATES)]
    key: PublicKey
    per_payment: Amount
    per_day: Amount
    until: Time
    payees: Annotated[list[AllowedPayee] | None, Meta(description="Only these; null for anybody.")]
    next_sequence: Count
    spent_today: Annotated[Amount, Meta(description="In the day of the books, in UTC.")]


class KeyState(Account, frozen=True):
    """What the books have of the key of an account."""

    revision: Annotated[Count, Meta(description="Of what the owner has said about the key.")]
    recoveries: Annotated[Count, Meta(description="How many recoveries have begun.")]
    guarded: Guarded | None
    guarded_from: Annotated[
        Time | None, Meta(description="When other guardians follow, or none; null if nothing will.")
    ]
    guarded_next: Guarded | None
    shortest_wait: Annotated[
        Count, Meta(description="The shortest wait that an owner can choose now, in seconds.")
    ]
    recovery: RunningRecovery | None
    owners: Annotated[
        list[PublicKey], Meta(description="Of a joint account, by their places; else its one key.")
    ]
    owners_needed: Annotated[Count, Meta(description="How many of them sign.")]
    delegated: list[DelegatedKey]
    contribution: Annotated[
        Count, Meta(description="What of each payment goes to the commons, in millionths.")
    ]
    time: Annotated[Time, Meta(description="That an entry would have now.")]
    delegated_hidden: Annotated[
        bool,
        Meta(description="Whether delegated keys are told to sessions and to themselves only."),
    ] = False


class OwnedDraftRequest(Shape, frozen=True):
    """What an owner of a joint account has signed, for the others."""

    transaction: Annotated[Binary, Meta(description="With the signatures so far.")]


class OwnedDraft(Shape, frozen=True):
    """A transaction of a joint account that waits for its owners' signatures."""

    id: str
    kind: str
    created: Time
    expires: Annotated[Time, Meta(description="From then on it is kept no more.")]
    transaction: Annotated[Binary, Meta(description="With the signatures so far.")]
    signed_by: Annotated[list[Count], Meta(description="The places of the owners who have signed.")]
    needed: Annotated[Count, Meta(description="How many have to.")]


class OwnedDrafts(Shape, frozen=True):
    """All that waits for the owners of an account; an account that is not joint has none."""

    account: Number
    drafts: list[OwnedDraft]


class KeyName(Text):
    """What an owner calls a key."""

    longest = 40
    expected = f"a text of one line of 1 to {longest} characters, none that nobody sees"

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether all of it is shown."""
        return is_shown(text)


class KeyLabelRequest(Shape, frozen=True):
    """What a key of the account is to be called."""

    key: PublicKey
    label: Annotated[KeyName | None, Meta(description="Null to call it nothing.")]


class KeyLabel(Shape, frozen=True):
    """What a key of the account is called."""

    key: PublicKey
    label: str


class KeyLabels(Shape, frozen=True):
    """What the owners call the keys that the account has now."""

    labels: list[KeyLabel]


class RecoveringAccount(Shape, frozen=True):
    """An account whose recovery runs."""

    account: Number
    handle: str
    recovery: RunningRecovery


class Recoveries(OfCoop, frozen=True):
    """All that run."""

    recoveries: list[RecoveringAccount]
