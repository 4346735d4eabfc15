"""A cooperative forks its log, the others trade on, and later decide which branch stands.

The fork is a real one: the folder of Sur's node is copied, Sur's Carla pays at Norte, and then the copy lets
Celia pay at Este, while nobody is there to see both. Each of the two has taken one history in when they meet.
"""

import shutil
import time
from functools import partial
from typing import Final

from cli.demo.processes import wait_until_ready
from cli.demo.stage import STEWARDS
from cli.demo.world import World
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from node.folder.files import CHARTER_FILE, SETTINGS_FILE, SIGNATURES_FILE

FORKER: Final = "sur"
COPY: Final = "sur-copy"
PAID: Final = "25.00"


def play(world: World) -> None:
    """Two histories are written, the proof goes round, and the honest ones pay each other."""
    _fork(world)
    _meet(world)
    _trade_on(world)


def _fork(world: World) -> None:
    stage, cast = world.stage, world.cast
    _admit_celia(world)
    # Sur knows Dario from now on: no history needs an entry more than the other, to get to know him.
    world.repeat(cast.member("carla"), "pay", "dario@este", "0.10", "--wait", "delivered")
    world.wait(say("rest in all logs"), partial(_is_quiet, world))
    stage.say("Somebody at Sur copies the folder of its node. Este's node happens to be off.")
    world.stop(FORKER, "este")
    shutil.copytree(world.root / FORKER, world.root / COPY)
    world.start(FORKER)
    stage.say("Carla pays Alice, and Norte takes it in.")
    pay = ("--memo", say("cloth"), "--wait", "delivered")
    carla = cast.member("carla")
    world.repeat(carla, "pay", "alice@norte", PAID, *pay, is_shown=True)
    world.stop(*world.nodes)
    stage.say("Then Sur runs the copy, where that never happened, and Celia pays Dario as much.")
    world.start("este", is_ready=False)
    world.start(FORKER, folder=world.root / COPY, is_ready=False, is_alone=True)
    wait_until_ready([world.nodes["este"], world.nodes[FORKER]])
    celia = cast.member("celia")
    world.repeat(celia, "pay", "dario@este", PAID, *pay, is_shown=True)


def _is_quiet(world: World) -> bool:
    """Whether all hold the same, and no log will grow by an anchor of what is there: then the two histories
    part where the payments are."""
    statuses = [world.ask(coop, "/v1/status") for coop in world.nodes]
    lengths = [
        [(log["coop"], log["length"]) for log in world.ask(coop, "/v1/logs")["logs"]]
        for coop in world.nodes
    ]
    is_anchored = not any(status["unanchored"] for status in statuses)
    return is_anchored and all(each == lengths[0] for each in lengths)


def _admit_celia(world: World) -> None:
    """A wallet never signs a second history itself, so it takes somebody else for that."""
    stage, cast = world.stage, world.cast
    celia = cast.member("celia")
    stage.ask(celia, "wallet", "new")
    words = ("join", "--node", world.url(FORKER), "--handle", "celia")
    stage.run(celia, *words, is_shown=False)
    for steward in STEWARDS:
        who = cast.steward(steward, FORKER)
        stage.run(who, "steward", "admit", "celia", "--yes", is_shown=False)
    stage.ask(celia, "join")


def _meet(world: World) -> None:
    world.accused.add(FORKER)
    world.stage.say(
        "All are back. The nodes find two heads of one log: that is proof, for everybody."
    )
    for coop in ("norte", "oeste"):
        world.start(coop)
    honest = ("norte", "este")
    world.wait(
        say("the proof of the fork"), lambda: all(_has_proof(world, coop) for coop in honest)
    )


def _has_proof(world: World, coop: str) -> bool:
    return bool(world.ask(coop, "/v1/evidence")["evidence"])


def _trade_on(world: World) -> None:
    stage, cast = world.stage, world.cast
    begun = time.monotonic()
    stage.say("Norte and Este have taken in one history each, and go on with each other at once.")
    pay = ("pay", "dario@este", "2.00", "--memo", say("bread"), "--wait", "delivered")
    world.repeat(cast.member("alice"), *pay, is_shown=True)
    world.measured["cut off"] = round(time.monotonic() - begun, 1)
    stage.say("The books name what was credited from a history that does not stand:")
    stage.run(cast.anybody, "node", "status", world.url("norte"))


def mend(world: World) -> None:
    """Quarantine, which branch stands, and readmission with another key."""
    stage, cast = world.stage, world.cast
    others = ("norte", "este", "oeste")
    stage.say("The others meet. Sur is shut out until it is clear what happened.")
    world.decide("quarantine", FORKER, by=others)
    stage.say("They decide which history stands, and that Sur's commons bears the loss.")
    world.decide("standing", FORKER, by=others)
    world.stop(FORKER)
    made = stage.ask(
        cast.anybody, "node", "init", str(world.root / "sur-new-key"), "--coop", FORKER
    )
    stage.say("Sur is let in again, with a new key and a lower limit.")
    key = str(made["public_key"])
    world.decide("readmit", FORKER, "--node-key", key, "--limit", "500.00", by=others)
    _go_on(world)


def _go_on(world: World) -> None:
    """Sur begins with the new key and an empty database, gets its log back and takes the decisions in."""
    new = world.root / "sur-new-key"
    for name in (CHARTER_FILE, SIGNATURES_FILE, SETTINGS_FILE):
        shutil.copy(world.root / FORKER / name, new / name)
    world.stage.say("Sur's node gets its log back from the others, and bears the loss.")
    world.start(FORKER, folder=new, is_ready=False)
    wait_until_ready([world.nodes[FORKER]])
    world.wait(say("the charge"), lambda: world.ask("norte", "/v1/status")["sum"] == 0)
    pay = ("--memo", say("yarn"), "--wait", "delivered")
    world.repeat(world.cast.member("alice"), "pay", "carla@sur", "3.00", *pay, is_shown=True)
    _list_fallen(world)


def _list_fallen(world: World) -> None:
    """What is only in the history that does not stand, at every node and with proofs for strangers."""
    stage, cast = world.stage, world.cast
    stage.say("The payment that is only in the other history is listed everywhere, with its proof.")
    for coop in world.honest():
        world.wait("fiado federation fallen", partial(_has_fallen, world, coop))
    proofs = world.root / "proofs"
    node = ("--node", world.url("norte"))
    stage.run(cast.anybody, "federation", "fallen", *node, "--receipts", str(proofs))
    stage.run(
        cast.anybody, "federation", "history", *node, "--out", str(proofs / "charter.changes")
    )
    shutil.copy(world.root / "norte" / CHARTER_FILE, proofs / CHARTER_FILE)
    [standing] = proofs.glob("*.standing.receipt")
    fallen = standing.with_name(standing.name.replace(".standing", ""))
    words = ("receipt", "verify", str(fallen), "--against", str(standing))
    charter = ("--charter", str(proofs / CHARTER_FILE))
    stage.run(cast.anybody, *words, *charter, expected=ExitCode.REFUSED)
    stage.say("Whoever had paid in that history goes on paying.")
    for name in ("carla", "celia"):
        again = ("pay", "alice@norte", "1.00", "--memo", say("tea"), "--wait", "delivered")
        world.repeat(cast.member(name), *again, is_shown=True)


def _has_fallen(world: World, coop: str) -> bool:
    """Whether a node lists the one payment of the other history, which its payee keeps."""
    found = world.ask(coop, "/v1/federation/fallen")
    outcomes = [(each["amount"], each["outcome"]) for each in found["payments"]]
    return found["complete"] is True and outcomes == [(2500, "kept")]
