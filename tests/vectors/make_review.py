"""The vectors of a review: from payments and times in debt to facts, and the sentences that tell them.

    python -m tests.vectors.make_review

writes `review.json`. The node reckons, the program and the pages tell; all three follow the same examples.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cli.shell.review_words import review_lines
from node.engine.debts import Stretch
from node.http.members.review_shapes import ReviewedGuarantee, Trade
from node.http.members.reviewing import (
    Direction,
    Payment,
    came_back,
    last_sale,
    present_debt,
    time_in_debt,
    trade,
    without_names,
)
from node.http.members.shapes import Counterpart
from node.shapes import to_plain
from tests.vectors.make_vectors import render

FILE: Final = Path(__file__).parent / "review.json"
NOW: Final = 1_800_000_000
DAY: Final = 86_400
YEAR: Final = 365 * DAY
SOLD, BOUGHT, CAME_BACK = Direction.SOLD, Direction.BOUGHT, Direction.CAME_BACK


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is known of an account; times are days before now.

    Payments are (day, direction, amount, partner).
    """

    note: str
    payments: tuple[tuple[int, Direction, int, int], ...] = ()
    stretches: tuple[tuple[int, int | None], ...] | None = ()
    known_days: int = 900
    owed: int = 0
    term: int = YEAR
    complete: bool = True
    is_nameless: bool = False
    answers_for: tuple[ReviewedGuarantee, ...] = field(default=())
    answered_by: tuple[ReviewedGuarantee, ...] = field(default=())


CASES: Final = (
    Case(note="nothing was ever paid"),
    Case(
        note="two partners, one of them of another cooperative, and one payment that came back",
        payments=(
            (300, SOLD, 20_000, 2),
            (200, SOLD, 10_000, 2),
            (29, SOLD, 4_000, 7),
            (20, BOUGHT, 5_000, 3),
            (10, BOUGHT, 700, 9),
            (8, CAME_BACK, 700, 9),
        ),
        stretches=((310, 300), (20, None)),
        owed=1_250,
    ),
    Case(
        note="more than five partners: the smallest are put together, ties by account",
        payments=tuple((100, SOLD, 1_000 + 100 * (other // 2), other) for other in range(2, 9)),
    ),
    Case(
        note="not a member for two years", known_days=100, stretches=((90, 60), (30, None)), owed=5
    ),
    Case(
        note="of a stretch that began more than two years ago only the last two years count",
        stretches=((800, 700),),
    ),
    Case(note="what was over two years ago is not shown", stretches=((900, 730),)),
    Case(note="a debt on the day on which it becomes long", stretches=((365, None),), owed=99_999),
    Case(note="on the day before it is not", stretches=((364, None),), owed=99_999),
    Case(
        note="an open debt that has been long for five years is not shown as one",
        stretches=((6 * 365, None),),
        known_days=3_000,
        owed=40_000,
    ),
    Case(
        note="a day before, it is",
        stretches=((6 * 365 - 1, None),),
        known_days=3_000,
        owed=40_000,
    ),
    Case(
        note="the bylaws don't show stewards with whom members trade",
        payments=((40, SOLD, 200, 2), (41, BOUGHT, 100, 3)),
        is_nameless=True,
    ),
    Case(note="the node does not know yet", stretches=None),
    Case(
        note="there were more payments than are counted; guarantees both ways",
        payments=((40, SOLD, 123, 2), (41, BOUGHT, 1, 2)),
        complete=False,
        answers_for=(
            ReviewedGuarantee(account=4, handle="carla", cap=10_000),
            ReviewedGuarantee(account=5, handle=None, cap=500),
        ),
        answered_by=(ReviewedGuarantee(account=6, handle="dora", cap=2_000),),
    ),
)


def _partner(number: int) -> Counterpart:
    coop, name = (1, "norte") if number < 7 else (2, "sur")
    return Counterpart(
        coop=name, coop_number=coop, account=number, handle=None if number == 9 else f"m{number}"
    )


def review_vectors() -> dict[str, Any]:
    """All of the file."""
    return {"now": NOW, "cases": [_case(case) for case in CASES]}


def _case(case: Case) -> dict[str, Any]:
    payments = [
        Payment(time=NOW - day * DAY, direction=way, amount=amount, other=_partner(partner))
        for day, way, amount, partner in case.payments
    ]
    stretches = None if case.stretches is None else [_stretch(*each) for each in case.stretches]
    known_since = NOW - case.known_days * DAY
    lasting = [each.began for each in stretches or () if each.ended is None]
    debt = (
        present_debt(owed=case.owed, since=lasting[0], now=NOW, term=case.term) if lasting else None
    )
    review = {
        "time": NOW,
        "since": NOW - YEAR if case.complete else payments[-1].time,
        "complete": case.complete,
        "sold": to_plain(_trade(case, payments, SOLD)),
        "bought": to_plain(_trade(case, payments, BOUGHT)),
        "came_back": to_plain(came_back(payments)),
        "last_sale": last_sale(payments),
        "in_debt": None
        if stretches is None
        else to_plain(time_in_debt(stretches, known_since=known_since, now=NOW, term=case.term)),
        "debt": None if debt is None else to_plain(debt),
        "pledged": sum(each.cap for each in case.answers_for),
        "answers_for": [to_plain(each) for each in case.answers_for],
        "answered_by": [to_plain(each) for each in case.answered_by],
    }
    return {
        "note": case.note,
        "debt_term": case.term,
        "known_since": known_since,
        "owed": case.owed,
        "stretches": None if stretches is None else [[s.began, s.ended] for s in stretches],
        "payments": [
            [each.time, each.direction.value, each.amount, to_plain(each.other)]
            for each in payments
        ],
        "review": review,
        "lines": review_lines(review),
    }


def _trade(case: Case, payments: list[Payment], direction: Direction) -> Trade:
    found = trade(payments, direction)
    return without_names(found) if case.is_nameless else found


def _stretch(began: int, ended: int | None) -> Stretch:
    return Stretch(began=NOW - began * DAY, ended=None if ended is None else NOW - ended * DAY)


def main() -> None:
    """Write the file."""
    FILE.write_text(render(review_vectors()), encoding="utf-8")


if __name__ == "__main__":
    main()
