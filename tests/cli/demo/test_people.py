"""Votes of the play of an assembly: called again where a term of seconds was too short, and only then."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import pytest

from cli.demo.assembly.bylaws import LONGEST_NOTICE, SHORTEST_NOTICE, notice_of
from cli.demo.assembly.people import ATTEMPTS, hold
from cli.demo.stage import Cast, Stage, TourFailed
from cli.demo.world import World
from cli.shell.exit_codes import ExitCode
from cli.shell.terminal import Output

_LATE = "This proposal has closed, and takes no more votes."


def _world(tmp_path: Path, answers: Iterator[str | None], *, outcome: str = "enacted") -> World:
    """A play whose command line answers votes by these errors, or none."""

    @click.command(context_settings={"ignore_unknown_options": True})
    @click.argument("words", nargs=-1, type=click.UNPROCESSED)
    def program(words: tuple[str, ...]) -> None:
        error = next(answers) if "vote" in words else None
        if error is not None:
            click.echo(error)
            click.get_current_context().exit(int(ExitCode.REFUSED))
        shown = {"proposals": [{"number": 7}], "proposal": {"outcome": outcome}}
        click.echo(json.dumps(shown))

    stage = Stage(Output(is_json=False), program)
    return World(root=tmp_path, stage=stage, cast=Cast(tmp_path), stack=ExitStack())


def _hold(world: World) -> int:
    proposed = 0

    def propose() -> None:
        nonlocal proposed
        proposed += 1

    hold(world, "roof", propose, {"rosa": "yes", "hugo": "no"}, outcome="enacted")
    return proposed


def test_a_vote_that_closed_too_soon_is_called_again(tmp_path: Path) -> None:
    world = _world(tmp_path, iter([None, _LATE, None, None]))
    assert _hold(world) == 2
    assert world.proposals == {"roof": 7}


def test_it_is_not_called_for_ever(tmp_path: Path) -> None:
    with pytest.raises(TourFailed):
        _hold(_world(tmp_path, iter([_LATE] * ATTEMPTS)))


def test_another_refusal_is_told(tmp_path: Path) -> None:
    with pytest.raises(TourFailed) as caught:
        _hold(_world(tmp_path, iter(["This account can't vote about it."])))
    assert "can't vote" in caught.value.output


def test_another_outcome_is_told(tmp_path: Path) -> None:
    with pytest.raises(TourFailed):
        _hold(_world(tmp_path, iter([None, None]), outcome="rejected"))


@pytest.mark.parametrize(
    ("seconds", "notice"),
    [(0.01, SHORTEST_NOTICE), (0.6, 5), (1.01, 9), (60.0, LONGEST_NOTICE)],
)
def test_terms_follow_from_how_fast_commands_are(seconds: float, notice: int) -> None:
    assert notice_of(seconds) == notice
