"""The vectors of tables: an `[index]`, what a log takes in under it or refuses, and the value of every day.

    python -m tests.vectors.make_tables

writes `tables.json`. No signatures are in it: whoever has only section 9 of the protocol page can compute it.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cli.index.unit_files import bundled_units
from ledger.charter import Charter
from ledger.charter_index import IndexTable, Redenominate, SetIndex, SurveyRules
from ledger.decisions import Decision, print_fields
from ledger.index.days import Method
from ledger.index.definitions import Carry, Definition, Input
from ledger.index.prints import LateChange, Print, PrintRefusal, SourceChange, SourceRefusal
from ledger.index.table import Index, check_print, check_source_change
from ledger.refusals import Refusal
from ledger.rules.charter_index import redenominate, rows_that_fall_away, set_index
from ledger.rules.index import REFUSALS
from ledger.rules.index_rows import index_row, load_index
from tests.builders import build_federation
from tests.index_builders import index_lines
from tests.vectors.make_vectors import render

FILE: Final = Path(__file__).parent / "tables.json"
SOURCE: Final = sha256(b"another source").digest()
_UNITS: Final = {name: unit.definition for name, unit in bundled_units().items()}
MILLION: Final = 1_000_000

Pair = int | tuple[int, int]


@dataclass(slots=True)
class Log:
    """What one log knows of the index, by the rules, and the steps that led there."""

    charter: Charter
    index_table: dict[str, Any]
    rows_kept: dict[bytes, bytes] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)

    @property
    def index(self) -> Index:
        """As it follows from the rows."""
        index = load_index(self.charter, self.rows("index"))
        assert index is not None
        return index

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """See `ledger.rules.charter_index.IndexState`."""
        assert chapter == "index"
        return sorted(self.rows_kept.items())

    def offer(self, decided: Print | SourceChange) -> None:
        """Take a decision in, or note why not."""
        index = self.index
        found: PrintRefusal | SourceRefusal | None
        if isinstance(decided, Print):
            decision, number = Decision.PRINT, decided.period
            found = check_print(index, decided)
            content: list[Any] = [*print_fields(decided), None]
        else:
            decision, number = Decision.SOURCE, decided.number
            found = check_source_change(index, decided)
            content = [decided.first_period, decided.description_hash.hex()]
        refusal = None if found is None else REFUSALS[found].value
        if found is None:
            row = index_row(decided, run=index.line.run)
            assert row.value is not None
            self.rows_kept[row.key] = row.value
        step = {"decision": decision.value, "number": number, "content": content}
        self.steps.append({**step, "refusal": refusal})

    def change(self, change: SetIndex | Redenominate) -> None:
        """Take a change of the charter in."""
        if isinstance(change, SetIndex):
            for row in list(rows_that_fall_away(change, self)):
                del self.rows_kept[row.key]
            after = set_index(self.charter, change)
        else:
            after = redenominate(self.charter, change)
        assert not isinstance(after, Refusal)
        self.charter = after
        self.steps.append({"change": change.value()})

    # What is offered, in short.

    def due(self) -> int:
        """The period that is due."""
        return self.index.due_window.period

    def take(self, *values: Pair, missed: int = 0, **fields: Any) -> "Log":
        """Prints of the due period, or of one so many periods later."""
        for value in values:
            before, now = value if isinstance(value, tuple) else (None, value)
            self.offer(Print(period=self.due() + missed, value=now, before=before, **fields))
        return self

    def stand_in(self, value: Pair) -> "Log":
        """A stand-in."""
        return self.take(value, is_stand_in=True)

    def source(self, number: int, later: int = 0) -> "Log":
        """A change of source from the due period on, or from so many periods later."""
        first = self.due() + later
        self.offer(SourceChange(number=number, first_period=first, description_hash=SOURCE))
        return self

    def levels(self, *levels: float) -> "Log":
        """Surveys' levels, in units of the currency."""
        return self.take(*(round(level * MILLION) for level in levels))


def log(method: str, **fields: Any) -> Log:
    """A log that has taken in nothing."""
    lines = index_lines(method, **fields)
    federation = build_federation(seed="vectors", coops=3, index=lines)
    return Log(federation.charter, tomllib.loads("\n".join(lines))["index"])


def survey(**fields: Any) -> Log:
    """Weekly surveys from Wednesday 2025-12-17 on, with a cap of 10 %."""
    return log("survey", **({"base_day": "2025-12-17", "step_cap": 100} | fields))


def unit(name: str, definition: Definition | None = None, **fields: Any) -> Log:
    """A unit that is known by name, or another one."""
    return log("unit", unit=definition or _UNITS[name], **({"stand_in_limit": 2} | fields))


def surveys() -> Iterator[tuple[str, Log]]:
    """Values that follow from surveys."""
    rising = [1000 * 1.013**week for week in range(16)]
    yield "the base day in mid-week: 1000, then 1100, then 1200", survey().levels(1100, 1200, 1150)
    sunday = survey(base_day="2025-12-21")
    yield (
        "the base day is the first survey's: the base value is the older of two levels",
        sunday.levels(1010, 1020, 1035, 1040, 1041, 1055),
    )
    yield (
        "surveys of before the base day, with a lead",
        survey(lead_days=9).levels(990, 1005, 1021, 1019, 1040),
    )
    yield (
        "a lead of 21 days, a pace of 13 weeks: what is older has no part",
        survey(lead_days=21, pace_weeks=13).levels(*rising),
    )
    yield "a pace of none", survey(pace_weeks=0, lead_days=3).levels(1005, 1030, 1029.5, 1033)
    yield (
        "a pace of one week, and a level at its very edge",
        survey(pace_weeks=1).levels(1005, 1030, 1029.5, 1033),
    )
    yield "prices that fall", survey(lead_days=3).levels(980, 961.3, 940, 951, 905.123457)
    yield (
        "beyond the cap, upwards and downwards",
        survey(step_cap=37).levels(2000, 2000, 700, 1039.000001),
    )
    yield "stand-ins: the level before goes on at its pace", (
        survey(stand_in_limit=2).levels(1010, 1025).stand_in(1025 * MILLION)
        .stand_in(1025 * MILLION).stand_in(1025 * MILLION).levels(1070)
    )  # fmt: skip
    yield (
        "a stand-in that names another value, or comes first",
        (survey(stand_in_limit=1).stand_in(1000 * MILLION).levels(1010).stand_in(1011 * MILLION)),
    )
    for days, lead, pace in ((1, 0, 1), (3, 1, 4), (3, 5, 0), (10, 2, 2), (14, 0, 2), (28, 21, 13)):
        note = f"a survey every {days} days, a lead of {lead}, a pace of {pace} weeks"
        yield note, survey(period_days=days, lead_days=lead, pace_weeks=pace).levels(*rising[:5])


def gaps() -> Iterator[tuple[str, Log]]:
    """Levels that cover periods before them."""
    yield "a gap of one week", survey().levels(1010).take(1050 * MILLION, missed=1).levels(1060)
    yield "a gap before the first print", survey().take(1030 * MILLION, missed=2).levels(1035)
    yield "a gap beyond the cap, three times", survey().levels(1000).take(1500 * MILLION, missed=2)
    yield "a gap downwards", survey().levels(1000).take(500 * MILLION, missed=1).levels(700)
    yield (
        "a gap longer than the pace: no older level",
        survey(pace_weeks=2).levels(1010, 1020).take(1080 * MILLION, missed=4).levels(1090),
    )
    yield "a gap after a stand-in, which covers none itself", (
        survey(stand_in_limit=1).levels(1010).stand_in(1010 * MILLION)
        .take(1010 * MILLION, missed=1, is_stand_in=True).take(1060 * MILLION, missed=2)
        .stand_in(1060 * MILLION)
    )  # fmt: skip
    yield (
        "a gap of surveys every third day, with a lead",
        survey(period_days=3, lead_days=2)
        .levels(1003, 1007)
        .take(1020 * MILLION, missed=3)
        .levels(1024),
    )
    gap = survey().levels(1010).take(1050 * MILLION, missed=1)
    gap.offer(Print(period=gap.due() - 2, value=1020 * MILLION))
    gap.offer(Print(period=gap.due() - 1, value=1050 * MILLION))
    gap.offer(Print(period=gap.due() - 4, value=1050 * MILLION))
    yield "what lies in a gap has a print, and the print itself is there", gap
    far = survey(base_value="1.000000", base_day="2025-12-21", period_days=28, step_cap=1)
    too_far = 3_660 // 28 + 1
    far.take(2 * MILLION, missed=too_far).take(2 * MILLION, missed=2**52)
    yield "gaps of more than 3,660 days", far.take(1_010_000)


def refused_surveys() -> Iterator[tuple[str, Log]]:
    """What surveys refuse."""
    late = (LateChange(period=2_900, change=-5_000),)
    pair = (LateChange(period=2_900, change=1, before=1),)
    yield "levels that can't be, late changes, pairs", (
        survey().take(999_999, 0, -1, 2**53 - 1).take(1010 * MILLION, late=late)
        .take((5, 6)).take(1010 * MILLION, late=pair).take(2**53 - 1)
    )  # fmt: skip
    yield (
        "a unit is worth 1.000000 at least",
        (survey(base_value="1.100000", lead_days=7).take(1_050_000, MILLION).take(1_020_000)),
    )
    yield (
        "and 9007199254.740991 at most",
        survey(base_value="9007199254.000000", base_day="2025-12-21").take(
            9_007_199_254_500_000, 9_007_199_254_740_991, 9_007_199_254_740_991
        ),
    )
    changed = survey().source(1, -1).source(1, 1).source(1).source(3).source(2, 0).source(2, 1)
    changed.levels(1010).take(1011 * MILLION, source=1).take(1011 * MILLION, source=2)
    yield "changes of source before the first print", changed


def units() -> Iterator[tuple[str, Log]]:
    """Every definition that the product knows, over whole windows, partial ones, and prices that fall."""
    for name, definition in sorted(_UNITS.items()):
        whole = 1 if definition.starts[0] == 1 else definition.starts[0] - 1
        days = {"from the day before a window": whole, "from inside a window": whole + 4}
        for where, day in days.items():
            base_day = f"2025-11-{day:02}" if whole > 1 else f"2025-10-3{day % 2}"
            if whole == 1 and day != whole:
                base_day = "2025-11-09"
            made = unit(name, base_day=base_day, base_value=_base_value(definition))
            yield f"{name}, {where}", _taken(made, definition)


def _base_value(definition: Definition) -> str:
    places = definition.places if definition.carry is Carry.ROUNDED else 6
    digits = "123457"[: 6 if places is None else places]
    return f"1000.{digits.ljust(6, '0')}"


def _taken(made: Log, definition: Definition) -> Log:
    """A rise, a fall, nothing; a stand-in, and what it stood for, late; and one more."""
    scale = 10**definition.decimals
    if definition.printed is Input.CHANGE:
        values: Sequence[Pair] = (53 * scale // 10, -21 * scale // 10, 0, 8 * scale // 10)
        late: Pair = 13 * scale // 10
    else:
        level = 137 * scale + scale // 2
        values = tuple((level, level + step * scale // 4) for step in (9, -7, 0, 3))
        late = (level, level + 2 * scale)
    first, second, third, last = values
    made.take(first, second).stand_in(second)
    before, now = late if isinstance(late, tuple) else (None, late)
    lates = (LateChange(period=made.due() - 1, change=now, before=before),)
    return made.take(last, late=lates).take(third)


def other_definitions() -> Iterator[tuple[str, Log]]:
    """Definitions that nobody publishes, at their edges."""
    uf, udi = _UNITS["uf"], _UNITS["udi"]
    yield (
        "uf, from a value that no value before the window leads to",
        unit("uf", base_day="2025-12-25", base_value="100.060000").take(30, 25),
    )
    yield (
        "four decimals of a change, six places",
        unit("uf", replace(uf, decimals=4, places=6), base_value="3.141592").take(1, -1, 123_456),
    )
    yield (
        "four decimals of a level, halves of months of the second window before",
        unit("udi", replace(udi, decimals=4, lag=2, starts=(1, 28)), base_value="8.300000").take(
            (1_379_491, 1_380_000), (1_380_000, 1_379_000), (1_000, 1_001)
        ),
    )
    yield (
        "carried on rounded to whole units",
        unit("uf", replace(uf, places=0), base_value="29093.000000").take(3, 7, -4),
    )
    yield (
        "linear, carried on rounded, from inside a window of half a month",
        unit(
            "udi",
            replace(_UNITS["tips"], starts=(5, 20), places=2, carry=Carry.ROUNDED),
            base_day="2025-12-10",
            base_value="199.200000",
        ).take((199_200, 197_600), (197_600, 198_000)),
    )


def refused_units() -> Iterator[tuple[str, Log]]:
    """What official units refuse."""
    cer = log("cer", base_day="2025-12-20", stand_in_limit=1, step_cap=300)
    period = cer.due()
    cer.stand_in(20).source(1, -1).source(1, -(2**10)).source(1).source(2).source(2).take(20)
    cer.take(20, source=2).stand_in(21).stand_in(20).take(-1000, 301, -231, source=2)
    for change in (-1000, 301, 30):
        cer.take(10, source=2, late=(LateChange(period=period + 5, change=change),))
    cer.take(10, source=2, late=(LateChange(period=period + 1, change=1, before=1),))
    cer.take((100, 101), source=2).take(10, missed=1, source=2)
    stood = LateChange(period=period + 1, change=30)
    cer.take(10, source=2, late=(stood, stood))
    cer.offer(Print(period=period + 1, value=20, source=2))
    cer.offer(Print(period=period, value=20, source=2))
    cer.offer(Print(period=period - 1, value=20))
    cer.stand_in(20)
    cer.take(10, source=2, late=(stood,)).take(10, source=2, late=(stood,))
    yield "cer: sources before the first period, stand-ins, late changes, and in which order", cer
    late = log("cer", base_day="2025-12-20", stand_in_limit=2, step_cap=300)
    late.take(20).stand_in(20).stand_in(20)
    first, second = late.due() - 2, late.due() - 1
    changes = {period: LateChange(period=period, change=30) for period in (first, second)}
    late.take(10, late=(changes[first], changes[first]))
    late.take(10, late=(changes[second], changes[first]))
    late.take(10, late=tuple(replace(changes[first], period=first + each) for each in range(13)))
    late.take(10, late=(changes[first],)).take(12, late=(changes[first],))
    late.take(12, late=(changes[second],))
    yield "cer: what stood for two prints comes late, each once and in order", late
    cvs = unit("cvs", stand_in_limit=1, base_day="2025-12-20", step_cap=300)
    cvs.take(10, (0, 5), (5, 0), (100, 131), (131, 100), (100, 130)).stand_in((101, 130))
    cvs.stand_in((100, 130)).take((130, 100))
    yield "levels: no pair, nothing, beyond the cap, and exactly at it", cvs


def tables() -> Iterator[tuple[str, Log]]:
    """Other tables and another currency."""
    weekly = SurveyRules(observations_needed=2, lead_days=0, pace_weeks=4)
    made = log("cer", base_day="2025-12-20", step_cap=300).take(25)
    made.change(_table(made.index.known_until + 1, Method.SURVEY, survey=weekly))
    yield "from cer to surveys: the value of the day before is a level", made.levels(1020, 1040)
    made = log("cer", base_day="2025-12-20", step_cap=300).take(29)
    made.change(_table(made.index.known_until + 1, Method.SURVEY, survey=weekly))
    yield "from cer to surveys: it has digits that are not in the table", made.levels(1020, 1040)
    made = unit("uva", base_day="2025-12-20", base_value="9.870000", step_cap=300).take(29, 32)
    made.change(_table(made.index.known_until + 1, Method.SURVEY, survey=weekly))
    yield "from uva to surveys: digits that were never published", made.levels(10.7, 10.9)
    made = survey().levels(1010, 1020)
    third = replace(weekly, period_days=3, lead_days=1)
    made.change(_table(made.index.known_until + 1, Method.SURVEY, survey=third))
    yield "from a week to three days: levels count anew", made.levels(1023, 1028, 1030)
    made = survey().levels(1010, 1020)
    made.change(_table(made.index.known_until + 1, Method.SURVEY, survey=weekly, step_cap=5))
    yield "another cap: levels go on to count", made.levels(1030, 1040)
    made = survey().levels(1010)
    first_day = made.index.due_window.last_day + 1
    made.take(1100 * MILLION, missed=3).levels(1110)
    made.change(_table(first_day, Method.SURVEY, survey=weekly))
    yield (
        "a table that takes over inside a gap, and what falls away",
        made.levels(1040).take(1060 * MILLION, missed=1),
    )
    made = survey().levels(1010)
    made.change(_zeros(made.index.known_until + 3))
    made.levels(1.03).take(1_060_000, missed=1)
    yield "a currency that loses three zeros in mid-week, and levels in the new one", made
    made = survey().levels(1010, 1020)
    made.change(_table(made.index.known_until + 1, Method.UNIT, unit=_UNITS["udi"]))
    yield (
        "from surveys to levels of halves of months",
        made.take((137_802, 137_949), (137_949, 137_000)),
    )


def _zeros(first_day: int) -> Redenominate:
    return Redenominate(first_day=first_day, numerator=1, denominator=1000, currency="ARN")


def _table(first_day: int, method: Method, **fields: Any) -> SetIndex:
    usual: dict[str, Any] = {
        "method": method,
        "publishers": (1, 2, 3),
        "quorum": 2,
        "source_quorum": 2,
        "step_cap": 100,
        "stand_in_limit": 1,
        "quote_days": 7,
        "source": "other rules",
    }
    return SetIndex(first_day=first_day, table=IndexTable(**(usual | fields)))


_PARTS: Final = (
    surveys,
    gaps,
    refused_surveys,
    units,
    other_definitions,
    refused_units,
    tables,
)


def make() -> dict[str, Any]:
    """The content of the file."""
    cases = []
    for part in _PARTS:
        for note, made in part():
            index = made.index
            cases.append(
                {
                    "note": note,
                    "index": made.index_table,
                    "steps": made.steps,
                    "base_day": index.parameters.base_day,
                    "values": list(index.values),
                }
            )
    return {"cases": cases}


if __name__ == "__main__":
    FILE.write_text(render(make()), encoding="utf-8")
