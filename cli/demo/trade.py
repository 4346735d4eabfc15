"""`fiado demo --trade-graph`: a whole trade graph through real nodes, from admissions to audits.

- Members are spread over the cooperatives as `spreading` says.
- **Limits are sufficient for the graph**: everybody's credit limit is all that they pay in it, and each
  cooperative's clearing limit all that its members pay to others, rounded up to a unit. So no payment
  depends on another having arrived, and none has to be refused.
- Every member has a key of their own and is admitted with two stewards' signatures; the payments are
  signed by their payers and sent in the order of the graph through the batch endpoint.
- It waits until nothing is on its way and all nodes hold the same state, then audits each node.
"""

import asyncio
import io
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from cli.audit.sources import audit_url
from cli.demo.founding import THRESHOLD, Founded, found
from cli.demo.graph import TradeGraph
from cli.demo.naming import offer_names
from cli.demo.processes import RunningNode, free_ports, running
from cli.demo.sending import Home, Sent, admit_all, number_payments, pay_all
from cli.demo.signing import NewMember, Signer
from cli.demo.spreading import local_share, spread_members
from cli.shell.forms import marked
from cli.shell.language import later, say
from cli.shell.terminal import Output
from ledger.transactions import HANDLE
from node.audit import AuditReport
from node.member.amounts import MINOR_UNITS_PER_UNIT
from node.member.client import NodeClient

WORKERS: Final = 2
POLL_SECONDS: Final = 0.2
SETTLE_SECONDS: Final = 900
"""How long the nodes may take to learn of each other's members, and again to deliver the last payment."""


@dataclass(eq=False)
class NotSettled(Exception):
    """After `SETTLE_SECONDS` payments were still on their way, or the nodes' states differed."""

    in_transit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeResult:
    """What came of it.

    `local_share` is the part of the payments that stay within a coop, from 0 to 1; `rounded`, how many
    amounts of the graph had to be rounded; `offered`, how many payments it has; `seconds`, how long
    each part of the run took.
    """

    members: int
    coops: int
    local_share: float
    rounded: int
    sent: Sent
    offered: int
    reports: Sequence[AuditReport]
    seconds: dict[str, float]

    @property
    def holds(self) -> bool:
        """Whether everything arrived, every audit holds, and all nodes have the same state."""
        return (
            all(report.holds for report in self.reports)
            and self.digests_equal
            and self.in_transit == 0
            and self.total == 0
        )

    @property
    def digests_equal(self) -> bool:
        """Whether all audits came to the same state."""
        return len({report.digest for report in self.reports}) == 1

    @property
    def in_transit(self) -> int:
        """Payments that had not arrived when the nodes were audited."""
        return max(sum(log.in_transit for log in report.logs) for report in self.reports)

    @property
    def total(self) -> int:
        """All balances and amounts on their way, added up."""
        return max((report.total for report in self.reports), key=abs)

    def as_json(self) -> dict[str, object]:
        """The last line of `--json`."""
        first = self.reports[0]
        return {
            "payments_offered": self.offered,
            "accepted": self.sent.accepted,
            "refused": self.sent.refused.total(),
            "refusals": dict(self.sent.refused),
            "in_transit": self.in_transit,
            "sum": self.total,
            "digests_equal": self.digests_equal,
            "seconds": round(sum(self.seconds.values()), 3),
            "validator": first.validator,
            "digest": None if first.digest is None else first.digest.hex(),
            "holds": self.holds,
            "members": self.members,
            "coops": self.coops,
            "entries": first.entries,
            "local_share": round(self.local_share, 4),
            "amounts_rounded": self.rounded,
            "seconds_by_part": {part: round(took, 3) for part, took in self.seconds.items()},
        }


def run_trade(
    graph: TradeGraph,
    *,
    coops: int,
    root: Path,
    output: Output,
    at_end: Callable[[TradeResult, Sequence[RunningNode]], None],
) -> TradeResult:
    """Run the whole graph over `coops` new nodes, whose folders are made under `root`; they run until
    `at_end` is done."""
    watch = _StopWatch()
    output.note(
        say(
            "{count} members, {count_2} payments, {coops} cooperatives.",
            count=len(graph.names),
            count_2=len(graph.trades),
            coops=coops,
        )
    )
    homes = [home + 1 for home in spread_members(graph, coops)]
    share = local_share(graph, homes)
    output.note(
        say(
            "{value} % of the payments stay within a cooperative.",
            value=marked(f"{100 * share:.1f}"),
        )
    )
    seed = secrets.token_bytes(32)
    founded = found(
        root,
        seed=seed,
        name="Trade graph",
        clearing_limits=_clearing_limits(graph, homes, coops),
        ports=free_ports(coops),
    )
    watch.note(later("prepare"))
    # Workers are started afresh: a copy of this process would share its sockets and signal handlers.
    with (
        ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool,
        running(founded.folders, founded.ports) as nodes,
    ):
        watch.note(later("start"))
        work = _work_of_homes(graph, homes, founded, nodes, seed)
        offer_names(work)
        with output.progress("Admitting", steps=len(graph.names)) as progress:
            admitted = asyncio.run(admit_all(work, pool, progress))
        wait_until_known(nodes, dict(zip(founded.charter.coops, admitted, strict=True)))
        watch.note(later("admit"))
        with output.progress("Paying", steps=len(graph.trades)) as progress:
            sent = asyncio.run(pay_all(work, pool, progress))
        watch.note(later("pay"))
        wait_until_settled(nodes, output)
        watch.note(later("settle"))
        reports = _audit_all([node.url for node in nodes], pool, output)
        watch.note(later("audit"))
        result = TradeResult(
            members=len(graph.names),
            coops=coops,
            local_share=share,
            rounded=graph.rounded,
            sent=sent,
            offered=len(graph.trades),
            reports=reports,
            seconds=watch.seconds,
        )
        at_end(result, nodes)
    return result


def _audit_all(urls: Sequence[str], pool: ProcessPoolExecutor, output: Output) -> list[AuditReport]:
    """Audit every node, as many at a time as there are workers."""
    with output.progress("Auditing", steps=len(urls)) as progress:
        reports = []
        for report in pool.map(_audit, urls):
            reports.append(report)
            progress(1)
    return reports


def _audit(url: str) -> AuditReport:
    """Audit one node, in a worker: without a word."""
    return audit_url(url, Output(is_json=True, stderr=io.StringIO()))[1]


class _StopWatch:
    """Notes how long each part took, in `seconds`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.monotonic()

    def note(self, part: str) -> None:
        """`part` has ended, and the next one begins."""
        now = time.monotonic()
        self.seconds[part] = now - self._since
        self._since = now


def _clearing_limits(graph: TradeGraph, homes: Sequence[int], coops: int) -> list[int]:
    """For each coop all that its members pay to others, rounded up to a unit."""
    paid: Counter[int] = Counter()
    for trade in graph.trades:
        if homes[trade.payer] != homes[trade.payee]:
            paid[homes[trade.payer]] += trade.amount
    return [
        -(-paid[coop] // MINOR_UNITS_PER_UNIT) * MINOR_UNITS_PER_UNIT
        for coop in range(1, coops + 1)
    ]


def _work_of_homes(
    graph: TradeGraph,
    homes: Sequence[int],
    founded: Founded,
    nodes: Sequence[RunningNode],
    seed: bytes,
) -> list[Home]:
    """Who is admitted and who pays at each node. `homes` has the coop of each member of the graph."""
    paid: Counter[int] = Counter()
    for trade in graph.trades:
        paid[trade.payer] += trade.amount
    accounts = []  # of each member of the graph: a coop's accounts are counted from 1
    members: dict[int, list[NewMember]] = {coop: [] for coop in founded.charter.coops}
    for member, (name, home) in enumerate(zip(graph.names, homes, strict=True)):
        account = len(members[home]) + 1
        accounts.append(account)
        is_name = HANDLE.fullmatch(name) and not name.isdecimal()
        handle = name if is_name else f"member-{member}"
        members[home].append(NewMember(account, handle, paid[member]))
    trades = [(trade.payer, trade.payee, trade.amount) for trade in graph.trades]
    payments = number_payments(trades, homes=homes, accounts=accounts)
    return [
        Home(
            url=node.url,
            signer=Signer(
                seed=seed,
                federation=founded.charter.federation,
                coop=coop,
                stewards=THRESHOLD,
                commits=True,
            ),
            members=members[coop],
            payments=payments.get(coop, []),
        )
        for coop, node in zip(founded.charter.coops, nodes, strict=True)
    ]


def wait_until_known(nodes: Sequence[RunningNode], admitted: Mapping[int, int]) -> None:
    """Wait until every node holds the logs as far as their last admission (coop -> its entry).

    Before that, a payment to a new member of another coop may be refused: the payee is not known.
    """
    deadline = time.monotonic() + SETTLE_SECONDS
    for node in nodes:
        with NodeClient(node.url) as client:
            while not _holds(client, admitted):
                if time.monotonic() > deadline:
                    raise NotSettled(0)  # nothing was paid yet
                time.sleep(POLL_SECONDS)


def _holds(client: NodeClient, admitted: Mapping[int, int]) -> bool:
    lengths = {log["coop_number"]: log["length"] for log in client.get("/v1/logs")["logs"]}
    return all(lengths.get(coop, 0) >= length for coop, length in admitted.items())


def wait_until_settled(nodes: Sequence[RunningNode], output: Output) -> None:
    """Wait until nothing is on its way anywhere and all nodes say that they hold the same state."""
    deadline = time.monotonic() + SETTLE_SECONDS
    left, _ = _unsettled(nodes)
    was_settled = False
    with output.progress("Delivering", steps=left) as progress:
        while True:
            in_transit, is_same = _unsettled(nodes)
            progress(max(0, left - in_transit))
            left = min(left, in_transit)
            if in_transit == 0 and is_same:
                # Once more, because the nodes were asked one after the other.
                if was_settled:
                    return
                was_settled = True
            else:
                was_settled = False
            if time.monotonic() > deadline:
                raise NotSettled(in_transit)
            time.sleep(POLL_SECONDS)


def _unsettled(nodes: Sequence[RunningNode]) -> tuple[int, bool]:
    """The most that any node sees on its way, and whether all have the same state for good."""
    in_transit, unanchored, digests = 0, 0, set()
    for node in nodes:
        with NodeClient(node.url) as client:
            status = client.get("/v1/status")
            in_transit = max(in_transit, status["in_transit"]["items"])
            unanchored += len(status["unanchored"])
            digests.add(client.get("/v1/digest")["digest"])
    return in_transit, unanchored == 0 and len(digests) == 1
