"""A telephone is lost; guardians help to another key, while whoever has the telephone objects."""

from dataclasses import replace
from functools import partial

from cli.demo.assembly.people import COOP, hold, write
from cli.demo.stage import Actor, TourFailed
from cli.demo.world import World
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say


def play(world: World) -> None:
    """Guardians begin, the thief objects, members vote, and the node gives the account the new key."""
    stage, cast = world.stage, world.cast
    thief = replace(cast.member("pablo"), name=say("the thief"))
    pablo = replace(cast.member("pablo-new"), name=say("pablo, new telephone"))
    world.wait("fiado recovery guardians", partial(_is_guarded, world))
    stage.say(
        "Pablo's telephone is stolen. On another one he makes a new key, and writes a request."
    )
    _begin(world, pablo)
    stage.say("From this moment the account receives and does not pay: the thief can't empty it.")
    pay = ("pay", f"hugo@{COOP}", "5.00", "--memo", say("a present"), "--yes")
    stage.run(thief, *pay, expected=ExitCode.REFUSED)
    stage.say("But the thief has the old key, and objects. So members decide who is who.")
    stage.run(thief, "recovery", "object", "--yes")
    text = write(
        world, "telefono.txt", "Elena y Hugo lo vieron en persona: la llave nueva es de Pablo."
    )
    words = ("proposal", "new", "recovery", "pablo", "new", "--text", text, "--yes")
    hold(
        world,
        "recovery",
        lambda: stage.run(cast.elected("rosa"), *words),
        {"elena": "yes", "rosa": "yes", "tomas": "yes", "hugo": "yes"},
        outcome="enacted",
    )
    _go_on(world, pablo, thief)


def _begin(world: World, pablo: Actor) -> None:
    stage, cast = world.stage, world.cast
    stage.ask(pablo, "wallet", "new")
    file, card = str(world.root / "request.json"), str(world.root / "card.json")
    words = ("recovery", "request", "--node", world.url(COOP), "--handle", "pablo", "--out", file)
    stage.run(pablo, *words)
    stage.say(
        "Elena and Hugo meet him, see that it is him, and sign with the card that he gave them."
    )
    for name in ("elena", "hugo"):
        sign = ("recovery", "sign", file, "--card", card, "--yes")
        stage.run(cast.member(name), *sign, is_shown=name == "elena")
    stage.run(Actor("hugo"), "recovery", "begin", file)


def _go_on(world: World, pablo: Actor, thief: Actor) -> None:
    stage = world.stage
    stage.say("The wait is over and members have decided: the node gives the account the new key.")
    world.repeat(pablo, "join", "--node", world.url(COOP), "--handle", "pablo")
    world.wait(say("the recovery of pablo"), partial(_pays, world, pablo))
    pay = ("pay", f"lucia@{COOP}", "3.00", "--memo", say("bread"), "--yes")
    stage.run(pablo, *pay)
    stage.say("The stolen telephone is good for nothing now.")
    stage.run(thief, *pay, expected=ExitCode.REFUSED)


def _is_guarded(world: World) -> bool:
    found = world.stage.ask(world.cast.member("pablo"), "recovery", "show")
    return found["guarded"] is not None


def _pays(world: World, pablo: Actor) -> bool:
    try:
        found = world.stage.ask(pablo, "recovery", "show")
    except TourFailed:
        return False
    return found["recovery"] is None
