"""Members elect stewards, who sign with the keys of their own accounts from then on."""

from typing import Final

from cli.demo.assembly.people import COOP, ELECTED, hold, write
from cli.demo.inflation import today
from cli.demo.stage import STEWARDS
from cli.demo.world import World
from cli.shell.exit_codes import ExitCode
from ledger.index.days import text_from_day

_TERM_DAYS: Final = 365


def play(world: World) -> None:
    """A list is proposed and elected; the founding stewards leave office by it."""
    stage, cast = world.stage, world.cast
    stage.say("The founding stewards call the first election. Elena, Rosa and Tomás stand.")
    text = write(world, "lista.txt", "Lista única: Elena, Rosa y Tomás, por un año. Firman dos.")
    until = text_from_day(today() + _TERM_DAYS)
    words = ("proposal", "new", "elect", *ELECTED, "--threshold", "2", "--until", until)
    founder = cast.steward(STEWARDS[0], COOP)
    hold(
        world,
        "election",
        lambda: stage.run(founder, *words, "--text", text, "--yes"),
        {"pablo": "yes", "hugo": "yes", "rosa": "yes", "elena": "abstain"},
        outcome="enacted",
    )
    stage.say(
        "Nobody had to do anything more: from now on two of these three sign, and Ana does not."
    )
    stage.run(founder, "steward", "pending", expected=ExitCode.WALLET)
