"""Who takes part in the play of moving in, and what the system before said of them."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

from cli.demo.stage import STEWARDS, Actor, TourFailed
from cli.demo.world import World

COOP: Final = "norte"
COOPS: Final = (COOP, "sur")
MEMBERS: Final = 300
NAMED: Final = ("rosa.paz", "tomas.rey", "elena.sosa", "pablo.vega", "kiosco.luna")
"""Those of the 300 who act; the last is an organisation."""

EXPORT: Final = "cyclos.csv"
PLAN: Final = "plan.json"
INVITATIONS: Final = "invitations.csv"
_FIRST: Final = (
    "ana",
    "beto",
    "clara",
    "dario",
    "emilia",
    "fausto",
    "gloria",
    "hector",
    "irma",
    "julio",
)
_LAST: Final = ("acosta", "blanco", "castro", "diaz", "esposito", "ferrer")


def write_export(root: Path) -> None:
    """What Cyclos exports of users with their balances, of 300 made-up people; the sum is not 0."""
    random = Random(300)
    names = [*NAMED]
    for number in range(MEMBERS - len(NAMED)):
        first, last = _FIRST[number % 10], _LAST[number // 10 % 6]
        names.append(f"{first}.{last}{number // 60 or ''}")
    rows = io.StringIO()
    out = csv.writer(rows)
    out.writerow(("Full name", "Login name", "Group", "Balance", "Credit limit"))
    for at, name in enumerate(names):
        balance = (
            (50_00, -12_50, 80_00, -30_00, 120_00)[at] if at < 5 else random.randint(-9_000, 9_000)
        )
        group = "Organisations" if name.startswith("kiosco") else "Members"
        title = name.replace(".", " ").title()
        out.writerow((title, name, group, f"{balance / 100:.2f}", "100.00"))
    (root / EXPORT).write_text(rows.getvalue(), encoding="utf-8")


def words_of(root: Path, handle: str) -> str:
    """The words of somebody's invitation."""
    text = (root / INVITATIONS).read_text(encoding="utf-8-sig")
    separator = ";" if text.split("\n", 1)[0].count(";") else ","
    for row in csv.DictReader(io.StringIO(text), delimiter=separator):
        if row["address"] == f"{handle}@{COOP}":
            return row["words"]
    raise TourFailed(f"invitation of {handle}", 1, "nobody is called so")


@contextmanager
def typed(text: str) -> Iterator[None]:
    """What is typed at commands in the `with` block."""
    before, sys.stdin = sys.stdin, io.StringIO(text + "\n")
    try:
        yield
    finally:
        sys.stdin = before


def stewards(world: World) -> list[Actor]:
    """The stewards of the cooperative."""
    return [world.cast.steward(name, COOP) for name in STEWARDS]


def audit(world: World) -> None:
    """Anyone audits both nodes, and they hold the same."""
    urls = [world.url(coop) for coop in COOPS]

    def agrees() -> bool:
        try:
            return world.stage.ask(world.cast.anybody, "audit", *urls)["digests_equal"] is True
        except TourFailed as failed:
            if '"holds": true, "digests_equal": false' in failed.output:
                return False  # an entry is on its way still
            raise

    world.wait("fiado audit", agrees)
