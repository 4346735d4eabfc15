"""What a tick of the engine wants done: answers, messages for peers, lines for the log that people read."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from node.engine.answers import Reply


@dataclass(frozen=True, slots=True)
class Send:
    """A message for a peer. It may be lost; nothing depends on its arrival."""

    coop: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The peer broke the protocol: close the link, and wait before it is taken up again."""

    coop: int
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for the log that people read: a name and plain values, `level` as `logging` counts.

    Coops stand in it by their names.
    """

    name: str
    values: dict[str, int | str] = field(default_factory=dict)
    level: int = logging.INFO


Reached = dict[int, dict[int, int]]
"""Coop -> (coop -> length): how far a log has taken in the others, and its own length."""


@dataclass(slots=True)
class Outbox:
    """What a tick wants done, in this order: replies, sends, disconnects, notices.

    `wake_at_ms` is when, by steady time, the engine wants a tick though nothing arrives. `advanced` names
    the logs that grew; `reached` says, for each of them, how far it has taken in every log, itself included.
    """

    replies: list[Reply] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    disconnects: list[Disconnect] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    advanced: set[int] = field(default_factory=set)
    reached: Reached = field(default_factory=dict)
    wake_at_ms: int = 0
    held: frozenset[int] = frozenset()
    """The peers of which messages wait within the engine; it wants no more of them now."""
    moved: dict[int, str] = field(default_factory=dict)
    """Where coops' nodes answer by their own word, when that is new; after a start all that is known."""
    news: Sequence[Any] = ()
    """What the extensions have to tell, each in values of its own type."""
