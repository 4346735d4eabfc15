"""Giving a play of `cli.demo.plays`: on real nodes, with the very commands that people type.

An act that can't be played is counted and said in words; the others go on.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from cli.demo.plays import Play
from cli.demo.processes import NodeFailed
from cli.demo.stage import Cast, Stage, TourFailed
from cli.demo.world import World
from cli.shell.errors import CliError
from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.client import NodeError


def run_play(play: Play, root: Path, *, program: click.Command, output: Output) -> bool:
    """Play all acts with everything in folders under `root`; whether all went well, the audits too."""
    begun = time.monotonic()
    stage, cast = Stage(output, program), Cast(root)
    failed: dict[str, str] = {}
    with ExitStack() as stack:
        world = World(root=root, stage=stage, cast=cast, stack=stack)
        for name, act in play.acts:
            stage.output.line()
            stage.output.line(f"*** {say(name).capitalize()} ***")
            problem = _play(world, act)
            if problem is not None:
                failed[name] = problem
                world.revive()
                stage.say("This could not be played: {problem}", problem=problem)
        summary = _audit(world)
    output.line()
    output.line(
        say(
            "{commands} commands in {seconds} seconds.",
            commands=stage.commands,
            seconds=f"{time.monotonic() - begun:.0f}",
        )
    )
    for name in failed:
        output.line(say("Not played to its end: {name}.", name=say(name)))
    output.result(
        {
            "steps": len(play.acts),
            "failed": len(failed),
            **summary,
            **{name: world.measured.get(measured) for name, measured in play.measures.items()},
            "not_played": list(failed),
            "problems": failed,
        }
    )
    return not failed and summary == {"sum": 0, "digests_equal": True}


def _play(world: World, act: Callable[[World], None]) -> str | None:
    """Play an act; what was wrong, if anything."""
    try:
        act(world)
    except TourFailed as failed:
        return say(
            "`{command}` ended with {code}: {last_line}",
            command=failed.command,
            code=failed.code,
            last_line=_last_line(failed.output),
        )
    except NodeFailed as failed:
        return say(
            "the node in {folder} did not start: {names}",
            folder=failed.folder,
            names=" ".join(failed.last_lines),
        )
    except (CliError, NodeError) as error:
        return str(error)
    return None


def _last_line(printed: str) -> str:
    lines = [line for line in printed.splitlines() if line.strip()]
    return lines[0].strip() if lines else say("it said nothing")


def _audit(world: World) -> dict[str, Any]:
    """Audit every node that runs, again while they have not all seen the last entry yet."""
    urls = [world.url(coop) for coop in world.honest()]
    audited: dict[str, Any] = {}
    said = say("nobody has audited")

    def agree() -> bool:
        nonlocal audited, said
        try:
            audited = world.stage.ask(world.cast.anybody, "audit", *urls)
        except TourFailed as failed:
            said = failed.output
            return False
        return audited["digests_equal"] is True

    world.stage.say("Finally anyone audits all of it, at each node, from the first entry on.")
    try:
        world.wait("fiado audit", agree)
        world.stage.run(world.cast.anybody, "audit", urls[0])
    except (TourFailed, IndexError):
        world.stage.say("The audits do not agree, or find something wrong: {said}", said=said)
        return {"sum": None, "digests_equal": False}
    return {"sum": audited["audits"][0]["sum"], "digests_equal": audited["digests_equal"]}
