"""The charter in force: what a federation's coops have agreed on, as one log goes by it (PROTOCOL section 4).

Every log begins with the charter of the founding file, `ledger.founding.Founding.genesis`. Whatever is in a
log is judged by that log's charter, `Validator.charter(coop)`. Two logs may go by different ones, since
each takes a change in by itself; so only a log keeps a `Charter`, and everybody else asks for it anew.
Coops are known by their numbers, never by their place in a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.index.line import Line
from ledger.index.parameters import IndexParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Steward:
    """A person whom a coop entrusts with admissions and limits."""

    name: str
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Coop:
    """A cooperative as the charter describes it. `clearing_limit` in minor units."""

    number: int
    name: str
    title: str
    node_key: bytes
    clearing_limit: int
    steward_threshold: int
    stewards: tuple[Steward, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCharter:
    """Who publishes the index of prices, from what, and by which rules (PROTOCOL section 9)."""

    line: Line
    """The rules of the line of values, up to the table in force."""
    publishers: tuple[int, ...]
    """Numbers of coops, rising."""
    source: str
    """What the first source of prints is, for people."""

    @property
    def parameters(self) -> IndexParameters:
        """Those of the table in force."""
        return self.line.parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What a log goes by. `federation` is the federation's id, which no change of a charter changes."""

    federation: bytes
    witness_quorum: int
    decision_quorum: int
    coops: Mapping[int, Coop]
    """By number, rising."""
    index: IndexCharter | None = None
    """None: the federation's unit is not indexed."""
    entries_per_day: int | None = None
    """How many payments, and how many other entries, a log takes in a day; None: as many as come."""

    def coop_named(self, name: str) -> Coop | None:
        """The coop of that name, or None."""
        return next((coop for coop in self.coops.values() if coop.name == name), None)
