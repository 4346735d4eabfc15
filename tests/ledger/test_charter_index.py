"""The charter's `[index]`: what is read, and the error of each field by name."""

from dataclasses import replace

import pytest

from cli.index.unit_files import bundled_units
from ledger.errors import CharterError
from ledger.founding import parse_founding
from ledger.index.days import Method, day_from_text
from ledger.index.definitions import CER
from tests.builders import build_federation
from tests.index_builders import index_lines
from tests.ledger.index.examples import UI

PLAIN = build_federation(seed="charter", coops=4).founding.source.decode("utf-8")


def source_with(lines: list[str]) -> bytes:
    return (PLAIN + "\n".join([*lines, ""])).encode("utf-8")


def error_of(lines: list[str]) -> str:
    with pytest.raises(CharterError) as caught:
        parse_founding(source_with(lines))
    return str(caught.value)


def test_a_charter_without_the_table_has_no_index() -> None:
    assert parse_founding(PLAIN.encode()).genesis.index is None


def test_the_table_is_read() -> None:
    lines = index_lines(
        "survey",
        base_day="2026-01-04",
        base_value="1234.567891",
        publishers=[4, 1, 2],
        source_quorum=3,
        step_cap=150,
        stand_in_limit=2,
        quote_days=3,
        observations_needed=2,
        lead_days=5,
        pace_weeks=6,
    )
    index = parse_founding(source_with(lines)).genesis.index
    assert index is not None
    assert index.publishers == (1, 2, 4)
    assert index.source == "the statistics office"
    read = index.parameters
    assert (read.method, read.currency) == (Method.SURVEY, "ARS")
    assert (read.base_day, read.base_value) == (day_from_text("2026-01-04"), 1_234_567_891)
    assert (read.quorum, read.source_quorum) == (2, 3)
    assert (read.step_cap, read.stand_in_limit, read.quote_days) == (150, 2, 3)
    assert (read.observations_needed, read.lead_days, read.pace_weeks) == (2, 5, 6)


def test_all_coops_publish_unless_the_table_names_some() -> None:
    index = parse_founding(source_with(index_lines(coops=4))).genesis.index
    assert index is not None
    assert index.publishers == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('method = "cer"', 'method = "dollar"', "index.method: must be one of cer, uf, survey"),
        ('currency = "ARS"', 'currency = "ar$"', "index.currency must be three capital letters"),
        ('"2025-12-15"', '"15-12-2025"', "index.base_day: must be a date"),
        ('"2025-12-15"', '"1999-12-31"', "index.base_day: must be from 2000-01-01 to 2999-12-31"),
        ('"2025-12-15"', '"3000-01-01"', "index.base_day: must be from 2000-01-01 to 2999-12-31"),
        ('"1000.000000"', '"1000.00"', "index.base_value: must have six decimals"),
        ('"1000.000000"', '"0.999999"', "index.base_value must be"),
        ('"1000.000000"', '"9007199254.740992"', "index.base_value must be"),
        ("quorum = 3\nsource", "quorum = 2\nsource", "index.quorum: must be from 3 to 4"),
        ("quorum = 3\nsource", "quorum = 5\nsource", "index.quorum: must be from 3 to 4"),
        ("source_quorum = 3", "source_quorum = 2", "index.source_quorum: must be from 3 to 4"),
        ("step_cap = 300", "step_cap = 0", "index.step_cap"),
        ("step_cap = 300", "step_cap = 10001", "index.step_cap must be"),
        ("stand_in_limit = 0", "stand_in_limit = 13", "index.stand_in_limit must be"),
        ("quote_days = 7", "quote_days = 367", "index.quote_days must be"),
        ("quote_days = 7", "", "index.quote_days: expected a whole number"),
        ('source = "the statistics office"', "", "index.source: expected a text"),
        ("quote_days = 7", "quote_days = 7\nmore = 1", "index.more: not a field"),
        ("quote_days = 7", "quote_days = 7\nlead_days = 1", "index.lead_days: not a field"),
        (
            "quote_days = 7",
            "quote_days = 7\npublishers = [1, 1, 2]",
            "publishers: two are the same",
        ),
        ("quote_days = 7", "quote_days = 7\npublishers = [1, 5]", "a number that no coop has"),
        ("quote_days = 7", 'quote_days = 7\npublishers = ["1"]', "expected whole numbers"),
        ("quote_days = 7", "quote_days = 7\npublishers = []", "must be 1 to 64 coops"),
    ],
)
def test_each_field_has_its_error(old: str, new: str, message: str) -> None:
    text = "\n".join(index_lines(coops=4))
    assert old in text
    assert message in error_of(text.replace(old, new).split("\n"))


@pytest.mark.parametrize("field", ["observations_needed", "lead_days", "pace_weeks"])
def test_a_survey_needs_its_own_fields(field: str) -> None:
    lines = [line for line in index_lines("survey", coops=4) if not line.startswith(field)]
    assert f"index.{field}: expected a whole number" in error_of(lines)


def test_the_uf_begins_at_whole_cents() -> None:
    assert "whole cents" in error_of(index_lines("uf", coops=4, base_value="1000.001000"))
    assert parse_founding(source_with(index_lines("uf", coops=4))).genesis.index is not None


def test_a_unit_is_read_with_all_its_fields() -> None:
    lines = index_lines("unit", coops=4, unit=UI, base_value="100.123400")
    index = parse_founding(source_with(lines)).genesis.index
    assert index is not None
    assert index.parameters.unit == index.parameters.definition == UI
    exact = index_lines("unit", coops=4, unit=replace(CER, decimals=3))
    assert parse_founding(source_with(exact)).genesis.index is not None


@pytest.mark.parametrize("name", sorted(bundled_units()))
def test_every_official_unit_may_be_in_a_charter(name: str) -> None:
    unit = bundled_units()[name].definition
    lines = index_lines("unit", coops=4, unit=unit, base_value="1000.000000")
    index = parse_founding(source_with(lines)).genesis.index
    assert index is not None
    assert index.parameters.definition == unit


def test_a_survey_has_a_week_or_the_length_that_it_says() -> None:
    for days in (None, 7, 1, 28):
        lines = index_lines("survey", coops=4, period_days=days)
        index = parse_founding(source_with(lines)).genesis.index
        assert index is not None
        assert index.parameters.period_days == (days or 7)


@pytest.mark.parametrize(
    ("method", "days", "message"),
    [
        ("survey", 0, "index.period_days"),
        ("survey", 29, "index.period_days must be 1 to 28"),
        ("cer", 7, "index.period_days: not a field"),
    ],
)
def test_a_length_that_can_not_be_is_refused(method: str, days: int, message: str) -> None:
    lines = [*index_lines(method, coops=4), f"period_days = {days}"]
    assert message in error_of(lines)


@pytest.mark.parametrize(
    ("line", "instead", "path"),
    [
        ("decimals = 2", "decimals = 5", "index.unit.decimals"),
        ("decimals = 2", "decimals = true", "index.unit.decimals"),
        ("starts = [6]", "starts = []", "index.unit.starts"),
        ("starts = [6]", "starts = [26, 6]", "index.unit.starts"),
        ("starts = [6]", "starts = [6, 6]", "index.unit.starts: windows overlap"),
        ("starts = [6]", "starts = [6, 16, 26]", "index.unit.starts"),
        ("starts = [6]", "starts = [29]", "index.unit.starts"),
        ("lag_months = 1", "lag_months = 0", "index.unit.lag_months"),
        ('round = [4, "half_up"]', 'round = [-4, "half_up"]', "index.unit.round"),
        ('round = [4, "half_up"]', 'round = [3, "half_up"]', "index.base_value"),
        ('round = [4, "half_up"]', "", "index.unit.carry"),
        ('input = "change"', 'input = "levels"', "index.unit.input"),
        ('input = "change"', "", "index.unit.input"),
        ('input = "change"', 'input = "change"\nof = "uf"', "index.unit.of"),
        ('method = "unit"', 'method = "cer"', "unit"),
    ],
)
def test_a_unit_that_can_not_be_is_refused_by_its_field(line: str, instead: str, path: str) -> None:
    lines = index_lines("unit", coops=4, unit=UI, base_value="100.123400")
    assert line in lines
    wrong = [instead if each == line else each for each in lines]
    with pytest.raises(CharterError) as caught:
        parse_founding(source_with(wrong))
    assert path in str(caught.value)


def test_the_method_unit_needs_its_table() -> None:
    with pytest.raises(CharterError, match=r"index\.unit"):
        parse_founding(source_with(index_lines("unit", coops=4)))
