"""What gossip costs each node as a federation grows: light nodes (`benchmarks.light`), real messages.

Idle: a federation in which nobody does anything. Payments: from some coops to others, each alone in its
seconds, so that all that is told because of it counts for it; the first of each payer, by which the ways of
its log are found, and those after it. Figures are for each node: messages and octets it sends, and entries
it takes in. The exponent is that of the power of the number of coops that fits best; 0 is no growth.
"""

import heapq
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final

from benchmarks.light import LATENCY_MS, SAID_ANYWAY, LightNode
from benchmarks.measuring import Options, check
from tests.builders import START, Federation, build_federation

SIZES: Final = (10, 30, 100, 300, 1_000)
IDLE_S: Final = 20
PAYERS: Final = 2
ROUNDS: Final = 4
APART_MS: Final = 3_000
KINDS: Final = ("idle", "payment")
"""What is said at intervals whatever happens, and what is said because something has."""
_SLOT_MS: Final = 2
"""What arrives within so long is taken in at once."""


def run(options: Options) -> dict[str, object]:
    """Figures of each size, under `coops_10` and so on, and how they grow."""
    sizes = (5, 16) if options.small else SIZES
    found = {size: measure(size) for size in sizes}
    figures: dict[str, object] = {f"coops_{size}": each for size, each in found.items()}
    for name in found[sizes[0]]:
        values = [found[size][name] for size in sizes]
        figures[f"{name}_exponent"] = round(exponent(sizes, values), 3)
    return figures


def measure(coops: int) -> dict[str, float]:
    """The figures of a federation of so many coops."""
    federation = build_federation(seed="growth", coops=coops, stewards=1, threshold=1)
    town = Town(federation)
    town.run(10_000)  # whoever is told something in its first interval has been
    town.sent.clear()
    town.run(IDLE_S * 1_000)
    figures = {
        f"idle_{name}_per_minute": sum(town.sent[f"{kind}_{name}"] for kind in KINDS) * 60 / IDLE_S
        for name in ("messages", "bytes")
    }
    first, later = town.pay_round(1), Counter[str]()
    for sequence in range(2, ROUNDS + 1):
        later += town.pay_round(sequence)
    for name in ("messages", "bytes"):
        figures[f"first_payment_{name}"] = first[f"payment_{name}"] / PAYERS
    for name in ("messages", "bytes", "entries"):
        figures[f"payment_{name}"] = later[f"payment_{name}"] / PAYERS / (ROUNDS - 1)
    return {name: round(value / coops, 2) for name, value in figures.items()}


@dataclass
class Town:
    """All nodes, and what is on its way between them."""

    federation: Federation
    now_ms: int = START * 1_000
    sent: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = Random("growth")
        self._order = count()
        self._due: list[tuple[int, int, int]] = []
        """When a node ticks, in the order in which that was found out, and which."""
        self._mail: dict[tuple[int, int], list[tuple[int, bytes]]] = {}
        """What arrives when, and for whom."""
        self._nodes = {
            coop: LightNode(self.federation, coop, now_ms=self.now_ms, random=self._random)
            for coop in self.federation.charter.coops
        }
        for coop, node in self._nodes.items():
            self._wake(coop, node.wake_at_ms())

    def run(self, duration_ms: int) -> None:
        """Let time pass."""
        until_ms = self.now_ms + duration_ms
        while self._due and self._due[0][0] <= until_ms:
            at_ms, _, coop = heapq.heappop(self._due)
            self.now_ms = max(self.now_ms, at_ms)
            inbox = self._mail.pop((at_ms, coop), ())
            if inbox or self._nodes[coop].wake_at_ms() <= at_ms:
                self._tick(coop, inbox)
        self.now_ms = until_ms

    def pay_round(self, sequence: int) -> Counter[str]:
        """Each payer pays once, one after the other; what was sent until all was told."""
        coops, entries = list(self.federation.charter.coops), self._entries()
        self.sent.clear()
        for payer, payee in zip(coops[:PAYERS], coops[-PAYERS:], strict=True):
            payment = self.federation.pay(
                payer, payer=1, sequence=sequence, payee_coop=payee, payee=1, amount=100
            )
            self._tick(payer, (), [payment])
            self.run(APART_MS)
        self.sent["payment_entries"] = self._entries() - entries
        check(self._is_quiet(), "not all nodes hold the same")
        return Counter(self.sent)

    def _tick(
        self, coop: int, inbox: Sequence[tuple[int, bytes]], payments: Sequence[bytes] = ()
    ) -> None:
        node = self._nodes[coop]
        for peer, data in node.tick(self.now_ms, inbox, payments):
            kind = "idle" if data.startswith(SAID_ANYWAY) else "payment"
            self.sent[f"{kind}_messages"] += 1
            self.sent[f"{kind}_bytes"] += len(data)
            at_ms = self.now_ms + self._random.randint(*LATENCY_MS)
            at_ms += -at_ms % _SLOT_MS
            mail = self._mail.setdefault((at_ms, peer), [])
            if not mail:
                self._wake(peer, at_ms)
            mail.append((coop, data))
        self._wake(coop, max(node.wake_at_ms(), self.now_ms + 1))

    def _wake(self, coop: int, at_ms: int) -> None:
        heapq.heappush(self._due, (at_ms, next(self._order), coop))

    def _entries(self) -> int:
        return sum(node.held for node in self._nodes.values())

    def _is_quiet(self) -> bool:
        return len({node.held for node in self._nodes.values()}) == 1


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """The slope of the line through the logarithms that fits best."""
    xs, ys = [math.log(size) for size in sizes], [math.log(max(value, 1e-9)) for value in values]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return above / sum((x - middle_x) ** 2 for x in xs)
