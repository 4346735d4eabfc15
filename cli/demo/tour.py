"""The tour: three cooperatives from their charter to their audit, by the very commands people type.

What is refused on purpose is shown too. `cli.demo.stage` runs the commands; the step about prices is in
`cli.demo.inflation`.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from cli.demo.beginning import admit_members, found_federation
from cli.demo.inflation import follow_prices
from cli.demo.processes import RunningNode, free_ports, running
from cli.demo.shop import sell
from cli.demo.stage import COOPS, STEWARDS, Actor, Cast, Stage, TourFailed
from cli.demo.staying import show_nodes, wait_for_interrupt
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.terminal import Output

FIRST_LIMIT: Final = 5_000
"""Minor units: everybody may owe 50.00 at first."""


def run_tour(root: Path, *, program: click.Command, keep: bool, output: Output) -> None:
    """The whole tour, with everything in folders under `root`."""
    begun = time.monotonic()
    stage = Stage(output, program)
    cast = Cast(root)
    ports = free_ports(len(COOPS))
    charter = found_federation(stage, cast, ports, first_limit=FIRST_LIMIT)
    folders = [root / coop for coop in COOPS]
    stage.say("The three nodes start, each a process of its own with its own database.")
    with running(folders, ports) as nodes:
        urls = dict(zip(COOPS, (node.url for node in nodes), strict=True))
        admit_members(stage, cast, urls)
        place = _trade(stage, cast)
        follow_prices(stage, cast, urls)
        sell(stage, cast)
        _prove(stage, cast, place, charter)
        summary = _audit(stage, nodes)
        output.line()
        output.line(
            say(
                "{commands} commands in {seconds} seconds.",
                commands=stage.commands,
                seconds=f"{time.monotonic() - begun:.0f}",
            )
        )
        if keep:
            made = stage.ask(cast.member("carla"), "merchant", "key", "create", "--label", "shop")
            _stay(nodes, cast, str(made["key"]), output)
    output.result({"commands": stage.commands, **summary})


def _trade(stage: Stage, cast: Cast) -> str:
    """Payments within and between coops, one that is refused, and a limit; the place of one."""
    alice, carla, dario = (cast.member(name) for name in ("alice", "carla", "dario"))
    stage.say("Alice pays Beto, in her own cooperative, and Carla in another.")
    stage.run(alice, "pay", "beto@norte", "12.50", "--memo", say("bread and eggs"))
    paid = stage.ask(
        alice, "pay", "carla@sur", "20.00", "--memo", say("two chairs"), "--wait", "delivered"
    )
    place = f"{paid['coop']}/{paid['number']}"
    stage.run(alice, "balance")
    stage.say("Carla, at her own node, has the money and the memo, which only the two can read.")
    stage.run(carla, "history")
    stage.run(cast.reader("carla"), "request", "7.50", "--memo", say("repair"))
    stage.say(
        "Dario wants to pay more than his credit limit allows. It is refused, with the reason."
    )
    pay = ("pay", "alice@norte", "65.00", "--memo", say("a bicycle"))
    stage.run(dario, *pay, expected=ExitCode.REFUSED)
    stage.say("The stewards of Este raise his limit. One drafts and signs, the other signs.")
    ana, blas = (cast.steward(steward, "este") for steward in STEWARDS)
    reason = say("sells every week and always came back to zero")
    stage.run(ana, "steward", "limit", "dario", "100.00", "--reason", reason, "--yes")
    drafts = stage.ask(blas, "steward", "pending")["drafts"]
    stage.run(blas, "steward", "sign", str(drafts[0]["id"]), "--yes")
    stage.run(dario, *pay, "--wait", "delivered")
    stage.run(dario, "balance")
    return place


def _prove(stage: Stage, cast: Cast, place: str, charter: Path) -> None:
    """A receipt, verified with nothing but the charter."""
    stage.say("Alice hands her receipt on. Anyone verifies it with the charter alone, offline.")
    file = cast.root / "payment.receipt"
    stage.ask(cast.reader("alice"), "receipt", "show", place, "--out", str(file))
    stage.run(cast.anybody, "receipt", "verify", str(file), "--charter", str(charter))


def _audit(stage: Stage, nodes: Sequence[RunningNode]) -> dict[str, Any]:
    """Everything on its way arrives; then every node is audited from outside and one from inside."""
    stage.say("Finally anyone audits the whole federation, at each node, from its first entry on.")
    audited = _settled_audit(stage, [node.url for node in nodes])
    stage.run(Actor(say("anybody")), "audit", nodes[0].url)
    stage.say("And from a node's own folder, while it runs:")
    folder = stage.ask(Actor(say("operator")), "audit", str(nodes[0].folder))
    stage.output.line(say("    the same state digest: {digest}", digest=folder["digest"]))
    return {
        "holds": audited["holds"] and folder["holds"],
        "digests_equal": audited["digests_equal"]
        and folder["digest"] == audited["audits"][0]["digest"],
        "digest": folder["digest"],
        "in_transit": folder["in_transit"],
        "sum": folder["sum"],
        "validator": folder["validator"],
    }


def _settled_audit(stage: Stage, urls: Sequence[str]) -> dict[str, Any]:
    """Audit all nodes, again while they have not all seen the last entry yet."""
    for attempt in range(20):
        try:
            return stage.ask(Actor(say("anybody")), "audit", *urls)
        except TourFailed as failed:
            if failed.code != ExitCode.AUDIT_FAILED or attempt == 19:
                raise
            time.sleep(0.5)
    raise AssertionError("the last attempt returns or raises")


def _stay(nodes: Sequence[RunningNode], cast: Cast, key: str, output: Output) -> None:
    """Keep the nodes up until Ctrl-C, and say how to use them. `key` is that of Carla's shop."""
    show_nodes(nodes, output)
    wallet = " ".join(cast.member("alice").options)
    output.line(say("Try, in another terminal:"))
    output.line(f"  fiado pay carla@sur 1.00 {wallet}")
    output.line(say("For a program that sells, at Carla's stall:"))
    output.line(f"  export NODE={nodes[COOPS.index('sur')].url} KEY={key}")
    wait_for_interrupt()
