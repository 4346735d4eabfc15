"""What the acts of a play share: the nodes that run, and how cooperatives decide there.

A decision is typed as people do it: a steward proposes, the other endorses, and the stewards of enough
other cooperatives endorse it too. `World.decide` waits until every node that runs has it in force.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from cli.demo.processes import NodeFailed, RunningNode, free_ports, start_node, wait_until_ready
from cli.demo.stage import STEWARDS, Actor, Cast, Stage, TourFailed
from cli.shell.language import say
from node.member.client import NodeClient, NodeError

WAIT_SECONDS: Final = 60
_POLL_SECONDS: Final = 0.2


@dataclass(slots=True)
class World:
    """The federation that is played. `nodes` are those that run, by the cooperative's name."""

    root: Path
    stage: Stage
    cast: Cast
    stack: ExitStack
    nodes: dict[str, RunningNode] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    accused: set[str] = field(default_factory=set)
    """Cooperatives that nobody waits for, because of what they have done."""
    measured: dict[str, float] = field(default_factory=dict)
    """Seconds that acts have measured, by name."""
    proposals: dict[str, int] = field(default_factory=dict)
    """Numbers of proposals that acts have opened, by what the acts call them."""

    def port(self, coop: str) -> int:
        """The port of a cooperative's node; a free one for a new cooperative."""
        if coop not in self.ports:
            (self.ports[coop],) = free_ports(1)
        return self.ports[coop]

    def url(self, coop: str) -> str:
        """Where a cooperative's node answers."""
        return f"http://127.0.0.1:{self.port(coop)}"

    def start(
        self,
        coop: str,
        *,
        folder: Path | None = None,
        is_ready: bool = True,
        is_alone: bool = False,
    ) -> None:
        """Start a node, by default in the cooperative's own folder, and wait until it can record."""
        folder = folder or self.root / coop
        node = start_node(folder, port=self.port(coop), is_alone=is_alone)
        self.stack.callback(node.stop)
        self.nodes[coop] = node
        if is_ready:
            wait_until_ready([node])

    def honest(self) -> list[str]:
        """The cooperatives whose nodes run, but for those that are accused."""
        return [coop for coop in self.nodes if coop not in self.accused]

    def stop(self, *coops: str) -> None:
        """Stop those of these nodes that run."""
        for coop in coops:
            if coop in self.nodes:
                self.nodes.pop(coop).stop()

    def revive(self) -> None:
        """After an act that broke off: start again what does not run."""
        for coop in self.ports.keys() - self.nodes.keys() - self.accused:
            with suppress(NodeFailed):
                self.start(coop)

    def ask(self, coop: str, path: str) -> dict[str, Any]:
        """What a node answers."""
        with NodeClient(self.url(coop)) as client:
            return client.get(path)

    def version(self, coop: str) -> int:
        """How many changes of the charter are in force at a node; -1 while it can't say."""
        try:
            found = self.ask(coop, "/v1/federation").get("version")
        except NodeError:
            return -1
        return found if isinstance(found, int) else -1

    def is_decided(self, coop: str, after: int) -> bool:
        """Whether the change that follows this version is in force at a cooperative's node."""
        return self.version(coop) > after

    def wait(self, what: str, is_so: Callable[[], bool], *, seconds: int = WAIT_SECONDS) -> None:
        """Wait until something is so; raises `TourFailed` with what it was."""
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                raise TourFailed(
                    what, 0, say("nothing came of it within {seconds} seconds", seconds=seconds)
                )
            time.sleep(_POLL_SECONDS)

    def repeat(
        self,
        actor: Actor,
        *words: str,
        is_shown: bool = False,
        is_needless: Callable[[], bool] = lambda: False,
    ) -> None:
        """Run a command again until it succeeds: what it needs may still be on its way between nodes.

        It is not run, or not again, once it is needless.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_needless():
            try:
                self.stage.run(actor, *words, is_shown=is_shown, is_hidden_when_failed=True)
                return
            except TourFailed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_POLL_SECONDS)

    def decide(self, *words: str, by: Sequence[str]) -> None:
        """Propose a change as the first of these cooperatives, and endorse it in all of them."""
        before = max(self.version(coop) for coop in self.honest())
        proposer = self.cast.steward(STEWARDS[0], by[0])
        self.stage.run(proposer, "federation", "propose", *words, "--yes")
        self.endorse(by, after=before, skipped=proposer)

    def endorse(
        self,
        by: Sequence[str],
        *,
        after: int,
        what: str | None = None,
        skipped: Actor | None = None,
    ) -> None:
        """Let stewards of these cooperatives endorse what stands until it is in force at all nodes.

        Where enough have agreed already, as when one is in quarantine, the rest need not endorse.
        """
        named = () if what is None else (what,)
        for coop in by:
            for steward in STEWARDS:
                actor = self.cast.steward(steward, coop)
                if skipped is None or actor.name != skipped.name:
                    is_shown = coop == by[0]
                    self.repeat(
                        actor,
                        "federation",
                        "endorse",
                        *named,
                        "--yes",
                        is_shown=is_shown,
                        is_needless=partial(self.is_decided, coop, after),
                    )
        self.wait(
            "fiado federation endorse",
            lambda: all(self.is_decided(coop, after) for coop in self.honest()),
        )
