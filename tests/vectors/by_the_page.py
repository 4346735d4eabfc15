"""Section 9 of the protocol page once more, written from the page alone and with nothing of the ledger.

It computes every table of `tests/vectors/tables.json` and `units.json`. Where it differs from the ledger, one
of the two, or the page, is wrong.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from operator import mul
from typing import Any

FIFTY = Context(prec=50, rounding=ROUND_HALF_EVEN)
FORTY = Context(prec=40, rounding=ROUND_HALF_EVEN)
WAYS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
MILLION = 1_000_000
MOST = 2**53 - 1
EPOCH = date(1970, 1, 1)
WELL_KNOWN = {
    "cer": ["change", 1, [16], 1, "geometric", "window", None, "exact"],
    "uf": ["change", 1, [10], 1, "geometric", "window", [2, "half_up"], "rounded"],
}
FIELDS = ("input", "decimals", "starts", "lag_months", "shape", "exponent", "round", "carry")
METHODS = {1: "cer", 2: "uf", 3: "survey", 4: "unit"}

Printed = int | list[int]


# Days.


def number_of(day: date) -> int:
    return (day - EPOCH).days


def date_of(day: int) -> date:
    return EPOCH + timedelta(days=day)


def month_of(day: int) -> int:
    return date_of(day).year * 12 + date_of(day).month - 1


def in_month(month: int, day: int) -> int:
    return number_of(date(month // 12, month % 12 + 1, day))


# Digits, 9.9.


def to_decimal(fraction: Fraction) -> Decimal:
    return FIFTY.divide(Decimal(fraction.numerator), Decimal(fraction.denominator))


def times_power(value: Decimal, factor: Fraction, exponent: Fraction) -> Decimal:
    n, d = exponent.numerator, exponent.denominator
    if n // d:
        value = FIFTY.multiply(value, to_decimal(factor ** (n // d)))
    m = n % d
    if m == 0 or factor == 1:
        return value
    logarithm = FIFTY.ln(to_decimal(factor))
    part = FIFTY.divide(Decimal(m), Decimal(d))
    return FIFTY.multiply(value, FIFTY.exp(FIFTY.multiply(logarithm, part)))


def to_millionths(value: Decimal) -> int:
    scaled = FIFTY.multiply(FORTY.plus(value), Decimal(MILLION))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN, context=FIFTY))


# What a table says.


@dataclass
class Rules:
    method: str
    step_cap: int
    stand_in_limit: int
    definition: dict[str, Any] | None = None
    lead: int = 0
    pace: int = 0
    length: int = 7

    @property
    def same_windows(self) -> tuple[Any, ...]:
        return (self.method, self.definition, self.lead, self.length)

    @property
    def starts(self) -> list[int]:
        assert self.definition is not None
        starts: list[int] = self.definition["starts"]
        return starts

    def survey_day(self, period: int) -> int:
        return self.length * period + self.length - 4

    def window(self, period: int) -> tuple[int, int]:
        if self.method == "survey":
            first = self.survey_day(period) + self.lead + 1
            return first, first + self.length - 1
        assert self.definition is not None
        ends = []
        for each in (period, period + 1):
            place = each + self.definition["lag_months"]
            month, start = divmod(place, len(self.starts))
            ends.append(in_month(month, self.starts[start]))
        return ends[0], ends[1] - 1

    def period_of(self, day: int) -> int:
        """Whose window the day is in."""
        if self.method == "survey":
            period = day // self.length - 30
        else:
            period = (month_of(day) - 14) * len(self.starts)
        while self.window(period)[1] < day:
            period += 1
        return period

    def factor(self, printed: Printed) -> Fraction:
        assert self.definition is not None
        if isinstance(printed, list):
            return Fraction(printed[1], printed[0])
        whole = 100 * 10 ** int(self.definition["decimals"])
        return Fraction(whole + printed, whole)

    def published(self, value: Decimal) -> Decimal:
        assert self.definition is not None
        rounding = self.definition["round"]
        if rounding is None:
            return value
        places, way = rounding
        step = Decimal(1).scaleb(-places)
        return FORTY.plus(value).quantize(step, rounding=WAYS[way], context=FIFTY)

    def part(self, first: int, last: int, after: int, until: int) -> Fraction:
        assert self.definition is not None
        if self.definition["shape"] == "step":
            return Fraction(1 if after < first <= until else 0)
        if self.definition["exponent"] == "window":
            return Fraction(until - after, last - first + 1)
        days = [month_of(day) for day in range(after + 1, until + 1)]
        return sum((Fraction(1, in_month(m + 1, 1) - in_month(m, 1)) for m in days), Fraction(0))

    def moved(self, value: Decimal, factor: Fraction, part: Fraction) -> Decimal:
        assert self.definition is not None
        if self.definition["shape"] == "linear":
            return FIFTY.multiply(value, to_decimal(1 + (factor - 1) * part))
        return times_power(value, factor, part)

    def window_values(
        self, known: int, value: Decimal, first: int, last: int, factor: Fraction
    ) -> tuple[list[int], Decimal]:
        """The table's values of the days after `known`, and what the next window goes on from."""
        assert self.definition is not None
        rounded = self.definition["carry"] == "rounded"
        start, base = known, value
        if rounded and known != first - 1:
            grown = self.moved(Decimal(1), factor, self.part(first, last, first - 1, known))
            before = self.published(FIFTY.divide(value, grown))
            if self.published(FIFTY.multiply(before, grown)) == value:
                start, base = first - 1, before
        found, carried = [], value
        for day in range(known + 1, last + 1):
            exact = self.moved(base, factor, self.part(first, last, start, day))
            found.append(to_millionths(self.published(exact)))
            carried = self.published(exact) if rounded else exact
        return found, carried


def rules_of(table: dict[str, Any]) -> Rules:
    rules = Rules(table["method"], table["step_cap"], table["stand_in_limit"])
    if rules.method == "survey":
        rules.lead, rules.pace = table["lead_days"], table["pace_weeks"]
        rules.length = table.get("period_days", 7)
        return rules
    fields = WELL_KNOWN.get(rules.method)
    named = table.get("unit", {}) if fields is None else dict(zip(FIELDS, fields, strict=True))
    rules.definition = {"round": None, **named}
    return rules


def rules_of_change(table: list[Any]) -> Rules:
    method, _, _, _, step_cap, stand_ins, _, _, more = table
    rules = Rules(METHODS[method], step_cap, stand_ins)
    if rules.method == "survey":
        _, rules.lead, rules.pace, *length = more
        rules.length = length[0] if length else 7
        return rules
    fields = WELL_KNOWN.get(rules.method, more)
    rules.definition = dict(zip(FIELDS, fields, strict=True))
    return rules


# What a log knows.


@dataclass
class Print:
    period: int
    value: Printed
    source: int
    stand_in: bool
    late: list[tuple[int, Printed]]
    gave: list[int] = field(default_factory=list)
    """The line's values, from the day after `after` on."""
    after: int = 0
    carried: Decimal = Decimal(0)


@dataclass
class Log:
    rules: Rules
    base_day: int
    base_value: int
    begun: tuple[int, Decimal] = (0, Decimal(0))
    """The day and value that the oldest print that counts goes on from."""
    line: list[int] = field(default_factory=list)
    carried: Decimal = Decimal(0)
    counted: list[Print] = field(default_factory=list)
    here: list[Print] = field(default_factory=list)
    """Those taken in under the table in force."""
    sources: list[int] = field(default_factory=list)
    currencies: list[tuple[int, Fraction]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line = [self.base_value]
        self.carried = to_decimal(Fraction(self.base_value, MILLION))
        self.begun = (self.base_day, self.carried)

    @property
    def known(self) -> int:
        return self.base_day + len(self.line) - 1

    @property
    def due(self) -> int:
        return self.rules.period_of(self.known + 1)

    def ratios(self, day: int) -> list[Fraction]:
        since = [ratio for first, ratio in self.currencies if first <= day]
        return list(accumulate(since, mul, initial=Fraction(1)))

    def values(self) -> list[int]:
        """9.8: each in the currency of its day."""
        found = []
        for day, value in enumerate(self.line, self.base_day):
            ratio = self.ratios(day)[-1]
            found.append(value if not self.currencies else min(max(round(value * ratio), 1), MOST))
        return found

    # 9.3.

    def take(self, new: Print) -> int | None:
        refusal = self.refusal_of(new)
        if refusal is None:
            new.after = self.known
            new.gave, new.carried = self.values_of(new)
            self.line += new.gave
            self.carried = new.carried
            self.counted.append(new)
            self.here.append(new)
        return refusal

    def refusal_of(self, new: Print) -> int | None:
        survey = self.rules.method == "survey"
        due = self.due
        if new.period < due:
            if any(_same(new, old) for old in self.counted):
                return 73
            return 74 if self.counted and new.period >= self.counted[0].period else 76
        if new.period > due:
            reaches = self.rules.window(new.period)[1] - self.known <= 3_660 if survey else False
            if not survey or new.stand_in or not reaches:
                return 75
        if new.source != sum(1 for first in self.sources if first <= new.period):
            return 77
        if new.stand_in:
            row = 0
            while row < len(self.counted) and self.counted[-1 - row].stand_in:
                row += 1
            if row == len(self.counted) or row >= self.rules.stand_in_limit:
                return 78
            if new.value != self.counted[-1].value or new.late:
                return 79
        return self.refusal_of_values(new, survey=survey)

    def refusal_of_values(self, new: Print, *, survey: bool) -> int | None:
        definition = self.rules.definition
        pairs = definition is not None and definition["input"] == "level"
        printed = [new.value, *(change for _, change in new.late)]
        if any(isinstance(each, list) != pairs for each in printed):
            return 111
        if survey:
            assert isinstance(new.value, int)
            if not MILLION <= new.value <= MOST:
                return 80
        else:
            assert definition is not None
            whole = 100 * 10 ** int(definition["decimals"])
            for each in printed:
                if (min(each) < 1) if isinstance(each, list) else (each <= -whole):
                    return 80
            highest = 1 + Fraction(self.rules.step_cap, 1000)
            factors = [self.rules.factor(each) for each in printed]
            if any(not 1 / highest <= factor <= highest for factor in factors):
                return 81
        if new.late:
            periods = [period for period, _ in new.late]
            rising = all(first < second for first, second in pairwise(periods))
            if survey or not rising or len(periods) > 12 or set(periods) - set(self.open()):
                return 82
        for day, value in enumerate(self.values_of(new)[0], self.known + 1):
            ratios = self.ratios(day)
            if value * ratios[-1] > MOST or all(value * ratio < MILLION for ratio in ratios):
                return 83
        return None

    def open(self) -> dict[int, Printed]:
        late = {period for each in self.counted for period, _ in each.late}
        return {
            each.period: each.value
            for each in self.counted
            if each.stand_in and each.period not in late
        }

    def values_of(self, new: Print) -> tuple[list[int], Decimal]:
        if self.rules.method == "survey":
            return self.surveyed(new)
        factor, stood = self.rules.factor(new.value), self.open()
        for period, change in new.late:
            factor *= self.rules.factor(change) / self.rules.factor(stood[period])
        first, last = self.rules.window(new.period)
        return self.rules.window_values(self.known, self.carried, first, last, factor)

    # 9.10.

    def level(self, one: Print) -> tuple[int, Fraction]:
        assert isinstance(one.value, int)
        day = self.rules.survey_day(one.period)
        return day, one.value / self.ratios(day)[-1]

    def surveyed(self, new: Print) -> tuple[list[int], Decimal]:
        rules, before = self.rules, self.carried
        end = rules.window(new.period)[1]
        steps = new.period - self.due + 1
        levels = [(self.begun[0], Fraction(self.begun[1]) * MILLION)]
        levels += [self.level(one) for one in (*self.counted, new) if not one.stand_in]
        day, newest = levels[-1]
        older = [each for each in levels if day - 7 * rules.pace <= each[0] < day]
        target = to_decimal(newest / MILLION)
        if older:
            earliest, level = min(older, key=lambda each: each[0])
            target = times_power(target, newest / level, Fraction(end - day, day - earliest))
        cap = (1 + Fraction(rules.step_cap, 1000)) ** steps
        low, high = to_decimal(Fraction(before) / cap), to_decimal(Fraction(before) * cap)
        reached = FORTY.plus(min(max(target, low), high))
        ratio, days = Fraction(reached) / Fraction(before), end - self.known
        found = [
            to_millionths(times_power(before, ratio, Fraction(number, days)))
            for number in range(1, days + 1)
        ]
        return found, to_decimal(Fraction(found[-1], MILLION))

    # Changes of source.

    def take_source(self, number: int, first: int) -> int | None:
        if number <= len(self.sources):
            return 84
        if number > len(self.sources) + 1:
            return 85
        if first < self.due or first < max(self.sources, default=0):
            return 86
        self.sources.append(first)
        return None

    # 9.8.

    def change(self, change: list[Any]) -> None:
        if change[0] == 10:
            self.currencies.append((change[1], Fraction(change[2], change[3])))
            return
        _, first_day, table, _ = change
        cut = False
        while self.here and self.rules.window(self.here[-1].period)[1] >= first_day:
            gone = self.here.pop()
            self.counted.remove(gone)
            kept = gone.gave[: max(0, first_day - 1 - gone.after)]
            self.line = self.line[: gone.after - self.base_day + 1] + kept
            cut = bool(kept)
            if cut:
                self.carried = to_decimal(Fraction(kept[-1], MILLION))
                break
            self.carried = self.counted[-1].carried if self.counted else self.begun[1]
        rules = rules_of_change(table)
        if cut or rules.same_windows != self.rules.same_windows:
            self.counted = []
            self.begun = (self.known, self.carried)
        self.here, self.sources, self.rules = [], [], rules


def _same(one: Print, other: Print) -> bool:
    return (one.period, one.value, one.source, one.stand_in, one.late) == (
        other.period,
        other.value,
        other.source,
        other.stand_in,
        other.late,
    )


def table_of(case: dict[str, Any]) -> tuple[list[int | None], list[int]]:
    """What each decision of a case of `tables.json` earns, and the values after all of them."""
    table = case["index"]
    base_day = number_of(date.fromisoformat(table["base_day"]))
    log = Log(rules_of(table), base_day, int(Decimal(table["base_value"]) * MILLION))
    refusals = []
    for step in case["steps"]:
        if "change" in step:
            log.change(step["change"])
        elif step["decision"] == 2:
            refusals.append(log.take_source(step["number"], step["content"][0]))
        else:
            value, source, stand_in, late, _ = step["content"]
            lates = [(period, change) for period, change in late]
            refusals.append(log.take(Print(step["number"], value, source, stand_in == 1, lates)))
    return refusals, log.values()


def unit_of(case: dict[str, Any]) -> list[int]:
    """The millionths of a case of `units.json`."""
    rules = Rules("unit", 0, 0, case["definition"])
    known, value = number_of(date.fromisoformat(case["start"][0])), Decimal(case["start"][1])
    scale = 10 ** int(case["definition"]["decimals"])
    found: list[int] = []
    for texts in case["prints"]:
        numbers = [int(Decimal(text) * scale) for text in texts]
        printed: Printed = numbers[0] if len(numbers) == 1 else numbers[::-1]
        first, last = rules.window(rules.period_of(known + 1))
        days, value = rules.window_values(known, value, first, last, rules.factor(printed))
        found, known = found + days, last
    return found
