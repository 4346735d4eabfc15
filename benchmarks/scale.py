"""What a large federation costs: the arithmetic of docs/SCALE.md, over unit costs that benchmarks measure.

Measured here are the bytes of entries, in the log and on disk. `UNITS` holds those and the figures of other
benchmarks; a test holds the page's table against what this module makes of them.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from benchmarks.measuring import Options, check
from benchmarks.size import payment_sizes
from benchmarks.workload import entry_of, generate_graph
from ledger.chain import HASH_BYTES
from ledger.signatures import SIGNATURE_BYTES
from ledger.transactions import Anchor, encode_transaction
from node.store import Segment, Write
from node.store.sql import SqlStore

DAY_S: Final = 86_400
TURN_S: Final = 30
"""How long what pays nobody elsewhere waits for its anchor, at least (PROTOCOL 10.3)."""
GB: Final = 1e9
LINE_BITS_S: Final = 100e6
"""A line for servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """A federation and what its members do. `abroad`: the share of payments to another coop."""

    coops: int
    members: int
    payments_per_member_day: float
    abroad: float = 0.2
    years: float = 5
    active_s: int = 10 * 3_600
    """Seconds of a day in which people pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Unit costs; `UNIT_ROWS` says which benchmark measures each."""

    payment_bytes: float
    anchor_bytes: float
    disk_beyond: float
    disk_of_history: float
    account_bytes: float
    checked_per_s: float
    bystander_ms: float
    idle_bytes_minute: float
    probe_bytes_minute: float
    sent_bytes_payment: float


UNIT_ROWS: Final[Mapping[str, tuple[str, str]]] = {
    "payment_bytes": ("bytes of a payment in the log", "`size`: `bytes_per_payment`"),
    "anchor_bytes": ("bytes of an anchor", "`scale`: `bytes_per_anchor`"),
    "disk_beyond": (
        "bytes on disk beyond an entry's own, each in a commit by itself",
        "`scale`: `disk_bytes_alone` less the payment",
    ),
    "disk_of_history": (
        "bytes of the own members' history, an entry of the own log",
        "`catchup`: `disk_bytes_own` less `disk_bytes_replica`",
    ),
    "account_bytes": ("bytes of memory for an account that pays", "`memory`: `bytes_per_account`"),
    "checked_per_s": (
        "entries checked in a second by a new node",
        "`catchup`: `payments_per_second`",
    ),
    "bystander_ms": (
        "processor time of a node for a payment of others, ms",
        "`coops`: `cpu_ms_per_payment_bystander`, 30 coops",
    ),
    "idle_bytes_minute": (
        "bytes of messages that an idle node sends a minute",
        "`growth`: `idle_bytes_per_minute`, 1,000 coops",
    ),
    "probe_bytes_minute": (
        "and for each link a minute, to see that it lives",
        "none: counted, a probe and an answer each ten seconds",
    ),
    "sent_bytes_payment": (
        "bytes that a node sends for a payment alone in its second",
        "`growth`: `payment_bytes`, 1,000 coops",
    ),
}

UNITS: Final = Units(
    payment_bytes=88.3,
    anchor_bytes=121,
    disk_beyond=184.3,
    disk_of_history=205,
    account_bytes=230,
    checked_per_s=155_000,
    bystander_ms=1.9,
    idle_bytes_minute=4_776,
    probe_bytes_minute=50,
    sent_bytes_payment=2_685,
)

FEDERATIONS: Final = (
    Federation(coops=30, members=200, payments_per_member_day=1),
    Federation(coops=1_000, members=131, payments_per_member_day=1),
    Federation(coops=1_000, members=1_000, payments_per_member_day=2),
)


def costs(federation: Federation, units: Units = UNITS) -> dict[str, float]:
    """What the federation costs each node, over its years or a day of them; the names say in what unit."""
    days = federation.years * 365.25
    payments = federation.members * federation.payments_per_member_day
    paid_abroad = payments * federation.abroad
    # At most one for each payment abroad, and of what stays at home at most one for each interval.
    anchors = paid_abroad + min(payments - paid_abroad, federation.active_s / TURN_S)
    coop_bytes = payments * units.payment_bytes + anchors * units.anchor_bytes
    coop_entries = payments + anchors
    entries = federation.coops * coop_entries
    disk = federation.coops * coop_bytes + entries * units.disk_beyond
    disk += coop_entries * units.disk_of_history
    idle = units.idle_bytes_minute + (federation.coops - 1) * units.probe_bytes_minute
    return {
        "payments_million": federation.coops * payments * days / 1e6,
        "payments_per_second": federation.coops * payments / federation.active_s,
        "payments_gb": federation.coops * payments * units.payment_bytes * days / GB,
        "anchors_for_payees_gb": federation.coops * paid_abroad * units.anchor_bytes * days / GB,
        "anchors_in_turns_gb": (
            federation.coops * (anchors - paid_abroad) * units.anchor_bytes * days / GB
        ),
        "disk_gb": disk * days / GB,
        "memory_mb": federation.coops * federation.members * units.account_bytes / 1e6,
        "catchup_minutes": entries * days / units.checked_per_s / 60,
        "transfer_minutes": federation.coops * coop_bytes * days * 8 / LINE_BITS_S / 60,
        "processor_share": (
            federation.coops * payments * units.bystander_ms / 1e3 / federation.active_s
        ),
        "received_mb_day": federation.coops * coop_bytes / 1e6,
        "sent_mb_day": federation.coops * payments * units.sent_bytes_payment / 1e6,
        "idle_mb_day": idle * 1_440 / 1e6,
    }


ROWS: Final[Mapping[str, tuple[str, str]]] = {
    "payments_million": ("payments in five years, million", ",.0f"),
    "payments_per_second": ("payments a second, all coops, by day", ",.1f"),
    "payments_gb": ("payments in all logs, GB", ",.1f"),
    "anchors_for_payees_gb": ("anchors that credit somebody, at most, GB", ",.1f"),
    "anchors_in_turns_gb": ("anchors in turns, at most, GB", ",.1f"),
    "disk_gb": ("**disk of a node**, at most, GB", ",.0f"),
    "memory_mb": ("memory for accounts, MB", ",.0f"),
    "catchup_minutes": ("**a new node checks everything**, minutes", ",.0f"),
    "transfer_minutes": ("and gets it over a line of 100 Mbit/s, minutes", ",.0f"),
    "processor_share": ("processor of a node, by day, cores", ",.4f"),
    "received_mb_day": ("**entries that a node gets**, MB a day", ",.1f"),
    "sent_mb_day": ("sent for payments, at most, MB a day", ",.0f"),
    "idle_mb_day": ("sent when nobody pays, MB a day", ",.1f"),
}


def table() -> str:
    """The table of costs in docs/SCALE.md."""
    heads = [
        f"{one.coops:,} coops of {one.members:,}, {one.payments_per_member_day:g} a day"
        for one in FEDERATIONS
    ]
    lines = [["five years of", *heads], ["---"] * (1 + len(heads))]
    all_costs = [costs(one) for one in FEDERATIONS]
    for name, (words, form) in ROWS.items():
        lines.append([words, *(format(each[name], form) for each in all_costs)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def units_table() -> str:
    """The table of unit costs there."""
    lines = [["unit", "figure", "measured by `python -m benchmarks`"], ["---"] * 3]
    for name, (words, source) in UNIT_ROWS.items():
        lines.append([words, f"{getattr(UNITS, name):,g}", source])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def run(options: Options) -> dict[str, object]:
    """The bytes of an entry of each kind, and the costs of each federation of the page."""
    sizes = payment_sizes(generate_graph(members=50, payments=200 if options.small else 5_000))
    anchor = anchor_bytes()
    check(abs(anchor - UNITS.anchor_bytes) <= 2, "an anchor has another size than the page says")
    count = 500 if options.small else 20_000
    figures: dict[str, object] = {
        "bytes_per_payment": round(sum(sizes) / len(sizes), 1),
        "bytes_per_anchor": anchor,
        "disk_bytes_alone": round(disk_bytes(count, together=1), 1),
        "disk_bytes_together": round(disk_bytes(count, together=1_000), 1),
    }
    for one in FEDERATIONS:
        name = f"coops_{one.coops}_of_{one.members}"
        figures[name] = {key: float(f"{value:.3g}") for key, value in costs(one).items()}
    return figures


def anchor_bytes() -> int:
    """An anchor's entry with one signature, in a federation of hundreds and of a log of some age."""
    coop, length = 700, 1_000_000
    anchor = Anchor(
        coop=coop, length=length, head=bytes(32), signatures=((coop, bytes(SIGNATURE_BYTES)),)
    )
    return len(entry_of(encode_transaction(anchor)))


def disk_bytes(count: int, *, together: int) -> float:
    """Bytes of SQLite's file for each of `count` entries of a payment's size, so many in a commit."""
    entry = bytes(round(UNITS.payment_bytes))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "node.db"
        with SqlStore(f"sqlite:///{file}") as store:
            empty = file.stat().st_size
            for place in range(0, count, together):
                number = min(together, count - place)
                segment = Segment(
                    coop=1,
                    first=place + 1,
                    count=number,
                    entries=entry * number,
                    previous=sha256(str(place).encode()).digest() if place else bytes(HASH_BYTES),
                    head=sha256(str(place + number).encode()).digest(),
                    signature=bytes(SIGNATURE_BYTES),
                )
                store.commit(Write(segments=[segment]))
        return (file.stat().st_size - empty) / count
