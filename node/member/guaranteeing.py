"""Guarantees as a guarantor signs them, and what each would lead to: PROTOCOL section 13.7.

Amounts are minor units, times Unix seconds.
"""

from dataclasses import dataclass, replace

from ledger.government.guarantees import Guarantee, Pledge
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SigningKey
from ledger.transactions import signed_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a guarantor is shown before signing."""

    worst: int
    """So much may have to be paid, if the member leaves with a debt."""
    room_after: int
    """How much more can be spent or pledged then; below 0: there is not so much room."""
    held: int
    """So much of the cap stays only because a debt needs it, and ends with that debt."""


def look_ahead(*, cap: int, needed: int, wanted: int, room: int) -> Outlook:
    """What becomes of a guarantee if its guarantor wants another cap, by the rule itself.

    `cap` stands now, of which the member's debt needs `needed`; `room` is what the guarantor has left.
    """
    after = Pledge(cap=cap).changed(wanted, None, needed).cap
    return Outlook(worst=after, room_after=room - (after - cap), held=after - wanted)


def sign_guarantee(
    key: SigningKey,
    *,
    federation: bytes,
    coop: int,
    guarantor: int,
    member: int,
    revision: int,
    cap: int,
    until: int | None,
) -> Guarantee:
    """What the guarantor says, signed."""
    bare = Guarantee(guarantor=guarantor, member=member, revision=revision, cap=cap, until=until)
    body = signed_part(bare)
    message = signed_bytes(TAG_ENTRY, federation=federation, coop=coop, body=body)
    return replace(bare, signature=key.sign(message))
