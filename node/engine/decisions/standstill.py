"""What is being decided, for people to be told: from the first word on, and as a trouble after a while."""

from collections.abc import Iterable

from node.engine.core import Core
from node.engine.decisions.standing import Choice, Standing, standing
from node.engine.decisions.taking_part import TakingPart
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.tick import Tick
from node.engine.wire_decisions import Key

_KEY = (TroubleKind.UNDECIDED, None)


class Standstill:
    """Since when somebody has stood for something at the place that comes next of each subject."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._since: dict[str, tuple[int, int]] = {}
        self._places: list[int] = []
        self._look_at_ms = 0

    def look(self, tick: Tick, parts: tuple[TakingPart, ...]) -> None:
        """Tell what is being decided, and of the first subject that stands still.

        Now and then, and at once when something is decided.
        """
        places = [part.agreement.place for part in parts]
        if places == self._places and tick.steady_ms < self._look_at_ms:
            return
        self._places = places
        self._look_at_ms = tick.steady_ms + self._core.settings.gossip_interval_ms
        looked = (self._trouble(tick, part) for part in parts if part.subject.is_chartered)
        found = [trouble for trouble in looked if trouble is not None]
        alarm_s = self._core.settings.undecided_alarm_ms // 1000
        still = next((trouble for trouble in found if trouble.seconds >= alarm_s), None)
        self._core.troubles.pop(_KEY, None)
        if still is not None:
            self._core.troubles[_KEY] = still
        self._core.deciding = tuple(trouble for trouble in found if trouble is not still)

    def _trouble(self, tick: Tick, part: TakingPart) -> Trouble | None:
        name, now = part.subject.shapes.name, standing(part.agreement)
        if not now.choices and not now.astray:
            self._since.pop(name, None)
            return None
        place, since_ms = self._since.get(name, (now.place, tick.steady_ms))
        if place != now.place:
            since_ms = tick.steady_ms
        self._since[name] = (now.place, since_ms)
        lasted_ms = tick.steady_ms - since_ms
        outdated = self._core.linked.peers - part.agreement.takers
        values = {
            "subject": name,
            "decision": part.subject.name_of(_decision(part, now)),
            "stands": "; ".join(self._stands(part, choice) for choice in now.choices),
            "astray": self._names(now.astray),
            "silent": self._names(now.silent),
            "unlinked": self._names(set(now.silent) - self._core.linked.peers - {self._core.coop}),
            "outdated": self._names(coop for coop in now.silent if coop in outdated),
        }
        return Trouble(kind=TroubleKind.UNDECIDED, seconds=lasted_ms // 1000, values=values)

    def _stands(self, part: TakingPart, choice: Choice) -> str:
        coops = sorted({*choice.supported_by, *choice.signed_by})
        what, names = part.subject.describe(choice.decided), self._names(coops)
        if len(coops) == 1:
            return f"{names} stands for {what} ({choice.needed} needed)"
        return f"{names} stand for {what} ({choice.needed} needed)"

    def _names(self, coops: Iterable[int]) -> str:
        names = self._core.names
        return ", ".join(names.get(coop, f"coop {coop}") for coop in sorted(coops))


def _decision(part: TakingPart, now: Standing) -> Key:
    """What is decided about, if it can be told: of the index, a print may come next or a change of source."""
    if now.choices:
        return now.choices[0].decided.key
    keys = part.subject.keys(part.subject.due())
    return next(key for key in reversed(keys) if key[0] in part.subject.shapes.decisions)
