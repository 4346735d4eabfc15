"""What is true about prices in a simulated federation, and what stewards publish of it when it is out.

Official prints are in the newspaper, the same for everybody; in the middle another source takes over. Of a
survey each coop observes a level of its own once the week is over; it follows from seed, coop and week.
"""

from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Final, Protocol

from ledger.codec import Value
from ledger.decisions import OBSERVATION, Decision, IndexEntry
from ledger.index.days import first_day_of_print, last_day_of_week
from ledger.index.prints import Print, SourceChange
from ledger.index.table import Index, new_index
from ledger.publications import Publication
from tests.builders import Federation
from tests.index_builders import SOURCE_HASH
from tests.simulation.plan import Indexed, Plan
from tests.simulation.readings import Key as Key
from tests.simulation.readings import Readings
from tests.simulation.world import World

CHANGES: Final = (25, 255, 0, -12)
"""What is printed in these runs, in tenths of a percent."""
FROM_NEW_SOURCE: Final = 2
"""Which of them is the first from the new source."""
BASE_LEVEL: Final = 1_000_000_000

ToPublish = tuple[Publication, bytes | None]
"""A publication without signatures, and the survey file that goes with it."""


class Facts(Protocol):
    """What is true, whoever says something else."""

    def to_publish(self, coop: int, index: Index, day: int) -> list[ToPublish]:
        """What the stewards of a coop publish on that day, when their log stands there."""

    def complaint(self, entry: IndexEntry) -> str | None:
        """What is wrong with a decision that was certified, if anything."""

    def next_out(self, index: Index, day: int) -> Key | None:
        """The next decision that honest coops can certify, if what it takes is out."""


class OfficialFacts:
    """Months' changes, and one change of source."""

    def __init__(self, federation: Federation, plan: Plan, world: World) -> None:
        index = _first_index(federation)
        self._readings = Readings(world, plan)
        self._honest_needed = plan.index_quorum - (plan.culprit != 0)
        self._culprit = plan.culprit
        first = index.due_window.period
        self.entries: dict[Key, IndexEntry] = {}
        for place, change in enumerate(CHANGES):
            source = int(plan.may_disagree and place >= FROM_NEW_SOURCE)
            new = Print(period=first + place, value=change, source=source)
            self.entries[Decision.PRINT.value, new.period] = IndexEntry(decided=new)
        if not plan.may_disagree:
            return  # where a print and a source may both come next, coops may want either
        self.entries[Decision.SOURCE.value, 1] = IndexEntry(
            decided=SourceChange(
                number=1, first_period=first + FROM_NEW_SOURCE, description_hash=SOURCE_HASH
            )
        )

    def to_publish(self, coop: int, index: Index, day: int) -> list[ToPublish]:
        """See `Facts.to_publish`."""
        read = [
            self._readings.of(coop, entry)
            for key in _due(index)
            if (entry := self._entry(key, index)) is not None
            and self._is_told(coop, entry, index)
            and _is_out(entry, index, day)
        ]
        return [
            (Publication(decision=e.decision.value, number=e.number, content=e.content()), None)
            for e in read
        ]

    def _entry(self, key: Key, index: Index) -> IndexEntry | None:
        """What is to be decided; under a later table nobody wants another source, but one that people stood
        for under the table before may be taken in."""
        entry = self.entries.get(key)
        if entry is None or index.line.run == 0:
            return entry
        if not isinstance(entry.decided, Print):
            return None
        source = index.source_of(entry.decided.period)
        return replace(entry, decided=replace(entry.decided, source=source))

    def _is_told(self, coop: int, entry: IndexEntry, index: Index) -> bool:
        """Whether a coop's stewards have read of it: some read of a new source a month early."""
        if not isinstance(entry.decided, SourceChange):
            return True
        return index.due_window.period + coop % 2 >= entry.decided.first_period

    def complaint(self, entry: IndexEntry) -> str | None:
        """See `Facts.complaint`."""
        true = self.entries.get((entry.decision.value, entry.number))
        if true is not None and _is_same(true, entry):
            return None
        honest = self._readings.sayers(entry) - {self._culprit}
        if len(honest) >= self._honest_needed:
            return None  # enough of them were wrong together, and meant it
        return f"only the stewards of {sorted(honest)} ever said so: {entry.decided}"

    def next_out(self, index: Index, day: int) -> Key | None:
        """See `Facts.next_out`."""
        out = (
            key
            for key in _due(index)
            if (entry := self._entry(key, index)) is not None and _is_out(entry, index, day)
        )
        return next(out, None)


class SurveyFacts:
    """Each coop's level of each week: two percent more than the week before, each with its own error."""

    def __init__(self, federation: Federation, plan: Plan) -> None:
        self._seed = plan.seed
        self._culprit = plan.culprit
        self._first = _first_index(federation).due_window.period

    def level(self, coop: int, week: int) -> int:
        """What a coop observes, in millionths."""
        error = Random(f"level {self._seed} {coop} {week}").randint(-100, 100)
        return BASE_LEVEL * (1000 + 20 * (week - self._first)) * (10_000 + error) // 10**7

    def file(self, coop: int, week: int) -> bytes:
        """The coop's survey file."""
        return f"what coop {coop} saw in week {week}".encode()

    def to_publish(self, coop: int, index: Index, day: int) -> list[ToPublish]:
        """See `Facts.to_publish`."""
        week = index.due_window.period
        if not self.is_over(week, day):
            return []
        file = self.file(coop, week)
        content: Value = [self.level(coop, week), sha256(file).digest()]
        return [(Publication(decision=OBSERVATION, number=week, content=content), file)]

    def is_over(self, week: int, day: int) -> bool:
        """Whether that week has ended by that day."""
        return last_day_of_week(week) < day

    def complaint(self, entry: IndexEntry) -> str | None:
        """See `Facts.complaint`."""
        if not isinstance(entry.decided, Print) or entry.decided.is_stand_in:
            return "nobody published it"
        levels = []
        for seen in entry.observations or ():
            if seen.coop == self._culprit:
                continue
            levels.append(seen.level)
            file = self.file(seen.coop, entry.number)
            true = (self.level(seen.coop, entry.number), sha256(file).digest())
            if (seen.level, seen.survey_hash) != true:
                return f"coop {seen.coop} observed something else"
        has_honest_majority = 2 * len(levels) > len(entry.observations or ())
        if has_honest_majority and not min(levels) <= entry.decided.value <= max(levels):
            return "the level is beyond what honest coops observed"
        return None

    def next_out(self, index: Index, day: int) -> Key | None:
        """See `Facts.next_out`."""
        week = index.due_window.period
        return (Decision.PRINT.value, week) if self.is_over(week, day) else None


def _is_out(entry: IndexEntry, index: Index, day: int) -> bool:
    """Whether what it says can be known by that day."""
    if not isinstance(entry.decided, Print):
        return True
    return first_day_of_print(entry.number, method=index.parameters.method) <= day


def _is_same(true: IndexEntry, entry: IndexEntry) -> bool:
    """Whether they say the same; which number a source has depends on the table."""
    if isinstance(true.decided, Print) and isinstance(entry.decided, Print):
        return true.decided == replace(entry.decided, source=true.decided.source)
    return true.decided == entry.decided


def make_facts(federation: Federation, plan: Plan, world: World) -> Facts:
    """The facts of a run that has an index."""
    return (
        SurveyFacts(federation, plan)
        if plan.indexed is Indexed.SURVEY
        else OfficialFacts(federation, plan, world)
    )


def _first_index(federation: Federation) -> Index:
    chartered = federation.charter.index
    if chartered is None:
        raise ValueError("the federation has no index")
    return new_index(chartered.parameters)


def _due(index: Index) -> tuple[Key, Key]:
    return (
        (Decision.SOURCE.value, len(index.sources) + 1),
        (Decision.PRINT.value, index.due_window.period),
    )
