"""The refusals about guarantees in words, as `refusals_problems` has those of other kinds."""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal

GUARANTEE_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str, str]]] = {
    Refusal.GUARANTOR_IS_MEMBER: (
        422,
        "For oneself",
        "Nobody answers for the own account: its owner owes that already.",
        "Name another member.",
    ),
    Refusal.GUARANTEE_UNTIL_WRONG: (
        422,
        "Not such a day",
        "A guarantee needs a day on which it ends, at most ten years ahead; one that is withdrawn has none.",
        "Choose a day that lies ahead; before it comes you can give the guarantee again.",
    ),
    Refusal.GUARANTEE_UNCHANGED: (
        409,
        "Nothing changes",
        "This is what stands already.",
        "Nothing needs to be done. What is withdrawn goes down by itself as soon as no debt needs it.",
    ),
    Refusal.GUARANTEE_BEYOND_ROOM: (
        422,
        "More than there is room for",
        "The guarantor can't spend so much, and nobody pledges what they could not pay.",
        "Offer less, earn first, or lower another guarantee.",
    ),
    Refusal.GUARANTORS_TOO_MANY: (
        422,
        "Too many guarantees",
        "At most 16 members answer for one, and one answers for at most 64.",
        "Offer more than the smallest of them, raise one that stands, or wait until another one has ended.",
    ),
    Refusal.LAPSE_EARLY: (
        422,
        "It still stands",
        "The day of this guarantee has not come, or the debt of the member needs it.",
        "Wait; the node lowers it by itself.",
    ),
}
