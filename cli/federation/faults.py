"""What can be wrong when a charter is to be changed, or shown; `cli.federation.words` has the words."""

from dataclasses import dataclass

from ledger.refusals import Refusal


@dataclass(eq=False)
class NodeNotNamed(Exception):
    """No node was named, and no key or wallet here says which one to ask."""


@dataclass(eq=False)
class ChangeImpossible(Exception):
    """The rules of the charter in force refuse a change."""

    refusal: Refusal


@dataclass(eq=False)
class NothingToEndorse(Exception):
    """Nothing stands there under the name that was given."""

    what: str | None
    version: int


@dataclass(eq=False)
class SeveralToEndorse(Exception):
    """More than one thing could be meant; `lines` says what there is."""

    lines: tuple[str, ...]
