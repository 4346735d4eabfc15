"""What has not been decided for a while though somebody stands for something, for people to be told."""

from collections.abc import Iterable

from node.engine.core import Core
from node.engine.decisions.standing import Choice, standing
from node.engine.decisions.taking_part import TakingPart
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.tick import Tick

_KEY = (TroubleKind.UNDECIDED, None)


class Standstill:
    """Since when somebody has stood for something at the place that comes next of each subject."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._since: dict[str, tuple[int, int]] = {}
        self._look_at_ms = 0

    def look(self, tick: Tick, parts: tuple[TakingPart, ...]) -> None:
        """Tell of the first subject that stands still; now and then."""
        if tick.steady_ms < self._look_at_ms:
            return
        self._look_at_ms = tick.steady_ms + self._core.settings.gossip_interval_ms
        troubles = [self._trouble(tick, part) for part in parts if part.subject.is_chartered]
        found = next((trouble for trouble in troubles if trouble is not None), None)
        if found is None:
            self._core.troubles.pop(_KEY, None)
        else:
            self._core.troubles[_KEY] = found

    def _trouble(self, tick: Tick, part: TakingPart) -> Trouble | None:
        name, now = part.subject.shapes.name, standing(part.agreement)
        if not now.choices:
            self._since.pop(name, None)
            return None
        place, since_ms = self._since.get(name, (now.place, tick.steady_ms))
        if place != now.place:
            since_ms = tick.steady_ms
        self._since[name] = (now.place, since_ms)
        lasted_ms = tick.steady_ms - since_ms
        if lasted_ms < self._core.settings.undecided_alarm_ms:
            return None
        first = now.choices[0].decided
        outdated = self._core.peers - part.agreement.takers
        values = {
            "decision": part.subject.name_of(first.key),
            "stands": "; ".join(self._stands(part, choice) for choice in now.choices),
            "silent": self._names(now.silent),
            "outdated": self._names(coop for coop in now.silent if coop in outdated),
        }
        return Trouble(kind=TroubleKind.UNDECIDED, seconds=lasted_ms // 1000, values=values)

    def _stands(self, part: TakingPart, choice: Choice) -> str:
        coops = sorted({*choice.supported_by, *choice.signed_by})
        verb = "stands" if len(coops) == 1 else "stand"
        what = part.subject.describe(choice.decided)
        return f"{self._names(coops)} {verb} for {what} ({choice.needed} needed)"

    def _names(self, coops: Iterable[int]) -> str:
        names = self._core.names
        return ", ".join(names.get(coop, f"coop {coop}") for coop in coops)
