"""The states of an invoice, as a table.

`TABLE` has every step: the state and what happened give the next state and the reason beside it. What is
not in it does not happen: asked for by a merchant, it is refused. `diagram` draws the picture in
`docs/MERCHANTS.md` from the table.

What counts for a payment is the time in its entry, which the payer's home set when it recorded it: one
that was recorded before the invoice expired is in time, however late it arrives here. And one that is here
before the invoice expired is in time, whatever the payer's home takes for the time.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an invoice stands."""

    OPEN = "open"
    """It can be paid."""
    PROCESSING = "processing"
    """Paid: recorded at the payer's home, and on its way here."""
    SETTLED = "settled"
    """Paid: the merchant's account has it."""
    EXPIRED = "expired"
    """It was not paid in time."""
    CANCELLED = "cancelled"
    """The merchant withdrew it."""


class Reason(StrEnum):
    """What is worth knowing beside the state."""

    NONE = "none"
    PARTIAL = "partial"
    """Something was paid, and less than asked for."""
    OVER = "over"
    """More was paid than asked for."""
    LATE = "late"
    """Something was paid after the end."""
    MARKED = "marked"
    """The merchant said that it is paid."""


class Happening(StrEnum):
    """What can happen to an invoice. The first five are what payments amount to, taken together."""

    UNPAID = "unpaid"
    """Nothing is paid in time any more: a payment came back."""
    PART = "part"
    """Payments in time amount to less than asked for."""
    SEEN = "seen"
    """Payments in time amount to enough, and some are on their way."""
    COVERED = "covered"
    """Payments in time that arrived amount to what was asked for."""
    EXCEEDED = "exceeded"
    """They amount to more, or one came after the others were enough."""
    LATE = "late"
    """A payment came that was recorded after the end."""
    DEADLINE = "deadline"
    """The time is over."""
    CANCEL = "cancel"
    """The merchant withdraws it."""
    MARK = "mark"
    """The merchant says that it is paid."""


FROM_PAYMENTS: Final = frozenset(
    {
        Happening.UNPAID,
        Happening.PART,
        Happening.SEEN,
        Happening.COVERED,
        Happening.EXCEEDED,
        Happening.LATE,
    }
)

_O, _P, _S, _E, _C = State
_H, _R = Happening, Reason

TABLE: Final[Mapping[tuple[State, Happening], tuple[State, Reason | None]]] = {
    # (state, what happened): (next state, reason; None: the one it has)
    (_O, _H.UNPAID): (_O, _R.NONE),
    (_O, _H.PART): (_O, _R.PARTIAL),
    (_O, _H.SEEN): (_P, _R.NONE),
    (_O, _H.COVERED): (_S, _R.NONE),
    (_O, _H.EXCEEDED): (_S, _R.OVER),
    (_O, _H.LATE): (_O, _R.LATE),
    (_O, _H.DEADLINE): (_E, None),
    (_O, _H.CANCEL): (_C, None),
    (_O, _H.MARK): (_S, _R.MARKED),
    (_P, _H.UNPAID): (_O, _R.NONE),
    (_P, _H.PART): (_O, _R.PARTIAL),
    (_P, _H.SEEN): (_P, None),
    (_P, _H.COVERED): (_S, _R.NONE),
    (_P, _H.EXCEEDED): (_S, _R.OVER),
    (_P, _H.LATE): (_P, None),
    (_P, _H.MARK): (_S, _R.MARKED),
    (_S, _H.UNPAID): (_S, None),
    (_S, _H.PART): (_S, None),
    (_S, _H.SEEN): (_S, None),
    (_S, _H.COVERED): (_S, None),
    (_S, _H.EXCEEDED): (_S, _R.OVER),
    (_S, _H.LATE): (_S, _R.OVER),
    (_E, _H.UNPAID): (_E, _R.NONE),
    (_E, _H.PART): (_E, _R.PARTIAL),
    (_E, _H.SEEN): (_P, _R.NONE),
    (_E, _H.COVERED): (_S, _R.NONE),
    (_E, _H.EXCEEDED): (_S, _R.OVER),
    (_E, _H.LATE): (_E, _R.LATE),
    (_E, _H.MARK): (_S, _R.MARKED),
    (_C, _H.UNPAID): (_C, None),
    (_C, _H.PART): (_C, _R.LATE),
    (_C, _H.SEEN): (_C, _R.LATE),
    (_C, _H.COVERED): (_C, _R.LATE),
    (_C, _H.EXCEEDED): (_C, _R.LATE),
    (_C, _H.LATE): (_C, _R.LATE),
}


def step(state: State, reason: Reason, happening: Happening) -> tuple[State, Reason] | None:
    """State and reason after `happening`; None when it can't happen in this state."""
    following = TABLE.get((state, happening))
    if following is None:
        return None
    return following[0], reason if following[1] is None else following[1]


def diagram() -> str:
    """The table as a Mermaid state diagram, without the steps that change nothing."""
    lines = ["stateDiagram-v2", "    [*] --> open"]
    for (state, happening), (following, reason) in TABLE.items():
        if following is not state:
            label = happening.value if reason in (None, Reason.NONE) else f"{happening} / {reason}"
            lines.append(f"    {state} --> {following}: {label}")
    for (state, happening), (following, reason) in TABLE.items():
        if following is state and reason not in (None, Reason.NONE):
            lines.append(f"    {state} --> {state}: {happening} / {reason}")
    return "\n".join(lines)
