"""Who takes part in the play of an assembly, and how they vote."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from cli.demo.stage import Actor, TourFailed
from cli.demo.world import World
from cli.shell.language import later, say

COOP: Final = "norte"
COOPS: Final = (COOP, "sur")
FOUNDING_MEMBERS: Final = ("rosa", "tomas", "elena", "pablo", "hugo", "ramon")
ELECTED: Final = ("elena", "rosa", "tomas")
SIGNING: Final = ("rosa", "tomas")
"""As many of the elected as have to sign."""
_LATE: Final = (
    later("The vote would close earlier than the bylaws let it, or only after more than a year."),
    later("This proposal has closed, and takes no more votes."),
)
ATTEMPTS: Final = 5
VOTE_SECONDS: Final = 240
"""How long a vote may take at most until it is counted; far beyond all terms of the play's bylaws."""

_POLL_SECONDS: Final = 0.8
"""Asking takes about as much of the machine as a vote does."""


def write(world: World, name: str, text: str) -> str:
    """Write a text to a file in the play's folder; its path."""
    path = world.root / name
    path.write_text(text + "\n", encoding="utf-8")
    return str(path)


def sign_both(world: World, *words: str) -> None:
    """Two of the elected stewards type the same command; the second signs what the first has drafted."""
    for name in SIGNING:
        world.stage.run(world.cast.elected(name), *words, "--yes", is_shown=name == SIGNING[0])


def hold(
    world: World, name: str, propose: Callable[[], object], said: Mapping[str, str], *, outcome: str
) -> None:
    """Hold a vote: propose, let members say what they say, and wait until it is counted as `outcome`.

    The terms of the play are seconds. A machine that was too slow for them calls the vote again.
    """
    for attempt in range(ATTEMPTS):
        try:
            propose()
            world.proposals[name] = _newest(world)
            _vote(world, world.proposals[name], said)
        except TourFailed as failed:
            if attempt + 1 == ATTEMPTS or not _is_late(failed):
                raise
            world.stage.say("That took too long for terms of seconds; the vote is called again.")
        else:
            break
    number = world.proposals[name]
    counted = partial(_is_counted, world, number)
    world.stage.say("The vote closes. Each node counts by itself.")
    world.wait(
        say("the vote about proposal {number}", number=number), counted, seconds=VOTE_SECONDS
    )
    shown = world.stage.run(_reader(world), "proposal", "show", str(number))
    if _outcome(world, number) != outcome:
        raise TourFailed(f"fiado proposal show {number}", 0, shown)


def _vote(world: World, number: int, said: Mapping[str, str]) -> None:
    for index, (member, choice) in enumerate(said.items()):
        words = ("proposal", "vote", str(number), choice, "--yes")
        world.stage.run(world.cast.member(member), *words, is_shown=index == 0)
    others = ", ".join(f"{member} {say(choice)}" for member, choice in list(said.items())[1:])
    if others:
        world.stage.say("In the same way others vote: {others}.", others=others)


def _is_late(failed: TourFailed) -> bool:
    """Whether the only thing wrong was that a term of seconds had ended."""
    return any(say(words) in failed.output for words in _LATE)


def _reader(world: World) -> Actor:
    return world.cast.member(FOUNDING_MEMBERS[0])


def _newest(world: World) -> int:
    found = world.stage.ask(_reader(world), "proposal", "list")["proposals"]
    return int(found[0]["number"])


def _outcome(world: World, number: int) -> str:
    found = world.stage.ask(_reader(world), "proposal", "show", str(number))["proposal"]
    return str(found["outcome"])


def _is_counted(world: World, number: int) -> bool:
    if _outcome(world, number) != "open":
        return True
    time.sleep(_POLL_SECONDS)
    return False


def names(people: Sequence[str]) -> str:
    """Names in a sentence."""
    *first, last = (each.capitalize() for each in people)
    return say("{names} and {last}", names=", ".join(first), last=last) if first else last
