"""A fourth cooperative joins: from the wish to the first payment, with one address."""

import time
from typing import Final

from cli.demo.founding import quicken
from cli.demo.processes import wait_until_ready
from cli.demo.stage import COOPS, STEWARDS
from cli.demo.world import World
from cli.shell.language import say

NEWCOMER: Final = "oeste"
FIRST_LIMIT: Final = 50_000
"""Minor units."""


def play(world: World) -> None:
    """Oeste asks Norte's node, two cooperatives endorse it, and it pays and is paid."""
    begun = time.monotonic()
    _ask(world)
    _admit(world)
    _trade(world)
    world.measured["join"] = round(time.monotonic() - begun, 1)
    world.stage.say(
        "From the wish to the first payment: {seconds} seconds.", seconds=world.measured["join"]
    )


def _ask(world: World) -> None:
    stage, cast = world.stage, world.cast
    stage.say(
        "The people of Oeste know the address of one node. Their stewards make keys, and ask."
    )
    words = ["--name", NEWCOMER, "--title", "Cooperativa Oeste", "--clearing-limit", "1000.00"]
    for steward in STEWARDS:
        key = stage.ask(cast.steward(steward, NEWCOMER), "steward", "key", "new")
        words += ["--steward", f"{steward}:{key['public_key']}"]
    folder = world.root / NEWCOMER
    words += ["--folder", str(folder), "--port", str(world.port(NEWCOMER))]
    words += ["--address", world.url(NEWCOMER), "--yes"]
    stage.run(cast.anybody, "federation", "join", world.url(COOPS[0]), *words)
    quicken(folder, first_limit=FIRST_LIMIT)
    world.start(NEWCOMER, is_ready=False)


def _admit(world: World) -> None:
    stage, cast = world.stage, world.cast
    stage.say(
        "The others see who asks. They call Oeste, compare the digits of the key, and endorse."
    )
    stage.run(cast.anybody, "federation", "requests", "--node", world.url(COOPS[0]))
    waiting = world.nodes.pop(NEWCOMER)
    world.endorse(COOPS[:2], after=0, what=NEWCOMER)
    world.nodes[NEWCOMER] = waiting
    wait_until_ready([waiting])
    stage.run(cast.anybody, "federation", "show", world.url(COOPS[0]))


def _trade(world: World) -> None:
    stage, cast = world.stage, world.cast
    stage.say("Oeste admits its first member. Alice pays her, and she pays back a part.")
    for steward in STEWARDS:
        who = cast.steward(steward, NEWCOMER)
        stage.ask(who, "steward", "key", "use", world.url(NEWCOMER))
    elsa = cast.member("elsa")
    stage.ask(elsa, "wallet", "new")
    stage.run(elsa, "join", "--node", world.url(NEWCOMER), "--handle", "elsa", is_shown=False)
    for steward in STEWARDS:
        who = cast.steward(steward, NEWCOMER)
        stage.run(who, "steward", "admit", "elsa", "--yes", is_shown=False)
    stage.ask(elsa, "join")
    pay = ("pay", "elsa@oeste", "8.00", "--memo", say("a table"), "--wait", "delivered")
    world.repeat(cast.member("alice"), *pay, is_shown=True)
    stage.run(elsa, "pay", "alice@norte", "3.00", "--memo", say("eggs"), "--wait", "delivered")
