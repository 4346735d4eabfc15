"""Under `survey`: the coops' own levels behind each certified one, and which of them are outliers.

They are read from the certificates that a node keeps. Whether these hold is checked by `fiado index verify`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cli.shell.forms import marked
from cli.shell.language import say
from cli.shell.retelling import retold
from ledger.charter import Charter
from ledger.decisions import Decision, IndexEntry, Observations
from ledger.entries import decode_transaction
from ledger.errors import CharterError
from ledger.index.exact import MILLIONTHS
from ledger.index.statistics import median_level
from node.member.charters import fetch_charter
from node.member.client import NodeClient, NodeMisbehaved, NodeProblem, path_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CoopLevel:
    """One coop's level of a week, in millionths; an outlier is further from the median than the cap."""

    coop: str
    level: int
    is_outlier: bool

    def words(self) -> str:
        """Such as `norte 1040.00` or `sur 2000.00 (outlier)`."""
        shown = f"{self.coop} {marked(f'{Decimal(self.level) / MILLIONTHS:.2f}')}"
        return say("{shown} (outlier)", shown=shown) if self.is_outlier else shown

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {"coop": self.coop, "level": self.level, "outlier": self.is_outlier}


def levels_of_coops(
    client: NodeClient, prints: Iterable[dict[str, Any]]
) -> dict[int, list[CoopLevel]]:
    """By period, for those prints that the node has a certificate of and that are not stand-ins."""
    try:
        charter = fetch_charter(client).charter
    except CharterError as error:
        raise NodeMisbehaved(
            client.url, say("its charter can't be read: {error}", error=retold(str(error)))
        ) from error
    levels = {}
    for one in prints:
        period = one.get("period")
        if type(period) is int and not one.get("stand_in"):
            observations = _observations(client, period)
            if observations:
                levels[period] = mark_outliers(charter, observations)
    return levels


def mark_outliers(charter: Charter, observations: Observations) -> list[CoopLevel]:
    """The levels with the coops' names, in the order of the charter."""
    if charter.index is None:
        return []
    by_coop = {seen.coop: seen.level for seen in observations}
    cap = charter.index.parameters.step_cap
    outliers = median_level(by_coop, needed=1, cap=cap).outliers
    return [
        CoopLevel(coop=charter.coops[coop].name, level=level, is_outlier=coop in outliers)
        for coop, level in by_coop.items()
        if coop in charter.coops
    ]


def _observations(client: NodeClient, period: int) -> Observations | None:
    path = path_of("v1", "index", "certificates", Decision.PRINT.value, period)
    try:
        entry = decode_transaction(client.get_bytes(path).body)
    except NodeProblem as problem:
        if problem.code == "certificate_not_found":
            return None
        raise
    return entry.observations if isinstance(entry, IndexEntry) else None
