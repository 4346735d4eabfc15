"""Statements and coops' books made up from a seed, with the worst texts that people could write."""

from random import Random

from node.flows import FLOWS, Flow
from node.member.bookkeeping.bookings import Booking, Kind, Statement
from node.member.bookkeeping.coop_books import CoopStatement, FlowOfHour, Sums

BEGAN = 1_790_000_000
DAY = 86_400

NASTY = (
    'two "chairs" and a \\ table',
    "first line\n    Assets:Fiado:Stolen  1000.00 FIADO\n",
    "paid; date:2020-01-01, amount:9",
    "2026-01-01 * injected\n  Assets:A  5.00\n  Assets:B",
    "| pipe | and ) code ( and [2020-01-01]",
    "línea\u2028otra\u2029más\u0085fin\r\nend",
    "\u202egnirts desrever\u202c \u200bzero width",
    '" ^link #tag\n2026-01-01 close Assets:Fiado',
    "=10.00 @ 3 {2} ! *",
    "🪑 ñandú 椅子",
    "include /etc/passwd",
    "\ud800 half a pair",
    "\\",
    '\\"',
    "",
)


def random_statement(seed: int, *, size: int = 40) -> Statement:
    """A statement whose parts add up."""
    random = Random(seed)
    opening = random.randint(-50_000, 50_000)
    balance, time, bookings = opening, BEGAN, list[Booking]()
    for number in range(size):
        amount = random.choice((-1, 1)) * random.randint(1, 10 ** random.randint(1, 9))
        balance, time = balance + amount, time + random.randint(0, 2 * DAY)
        bookings.append(
            Booking(
                time=time,
                entry=f"norte/{number + 1}",
                kind=random.choice(list(Kind)),
                amount=amount,
                balance=balance,
                other=random.choice(("", "carla@sur", random.choice(NASTY))),
                memo=random.choice(NASTY) + random.choice(NASTY),
                paid=random.choice(("", f"norte/{number + 1}", "sur/7", random.choice(NASTY))),
            )
        )
    return Statement(
        coop="norte",
        handle="ana.la-del_horno",
        unit=random.choice(("fiado", "créditos 2", "ü", "hora;s", "99")),
        since=BEGAN - DAY,
        until=time + 3 * DAY,
        opening=opening,
        closing=balance,
        bookings=bookings,
    )


def random_books(seed: int, *, size: int = 60) -> CoopStatement:
    """A coop's books that add up, with coops whose names are alike."""
    random = Random(seed)
    sums: dict[str, int] = {"members": 0, "commons": 0}
    positions: dict[str, int] = {}
    time, lines = BEGAN, list[FlowOfHour]()
    for _ in range(size):
        flow, amount = random.choice(list(Flow)), random.randint(1, 1_000_000)
        signs, time = FLOWS[flow], time + random.randint(0, DAY)
        coop = random.choice(("sur", "x-9", "9", "este")) if signs.position else ""
        sums["members"] += signs.members * amount
        sums["commons"] += signs.commons * amount
        if coop:
            positions[coop] = positions.get(coop, 0) + signs.position * amount
        lines.append(FlowOfHour(time, flow, coop, amount))
    return CoopStatement(
        coop="norte",
        unit="fiado",
        since=0,
        until=time + 2 * DAY,
        opening=Sums(members=0, commons=0, positions={}),
        closing=Sums(members=sums["members"], commons=sums["commons"], positions=positions),
        lines=lines,
    )
