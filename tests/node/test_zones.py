"""Days in time zones: none overlaps another, none leaves a gap, whatever clocks do."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from node import zones
from node.zones import FALLBACK_ZONE, ZoneUnknown, day_begins, day_of, find_zone, machine_zone


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("UTC", date(2026, 11, 21), 24),
        ("America/Argentina/Buenos_Aires", date(2026, 11, 21), 24),
        ("America/Santiago", date(2026, 9, 6), 23),  # midnight itself is left out
        ("America/Santiago", date(2026, 4, 4), 25),  # and comes back an hour later
        ("America/Havana", date(2026, 11, 1), 25),  # midnight comes twice
        ("Europe/Madrid", date(2026, 3, 29), 23),
        ("Europe/Madrid", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Kathmandu", date(2026, 3, 29), 24),
    ],
)
def test_a_day_lasts_from_its_first_midnight_to_the_next(
    zone: str, day: date, hours: float
) -> None:
    there = find_zone(zone)
    begins, ends = day_begins(day, there), day_begins(day + timedelta(days=1), there)
    assert ends - begins == hours * 3600
    assert [day_of(moment, there) for moment in (begins, ends - 1)] == [day, day]
    assert day_of(begins - 1, there) == day - timedelta(days=1)
    assert day_of(ends, there) == day + timedelta(days=1)


def test_midnights_are_those_of_the_zone() -> None:
    # 2026-11-21 00:00 in Buenos Aires is 03:00 in UTC.
    utc, there = find_zone("UTC"), find_zone("America/Argentina/Buenos_Aires")
    day = date(2026, 11, 21)
    assert day_begins(day, there) == day_begins(day, utc) + 3 * 3600


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("America/Goose_Bay", date(2010, 1, 1)),  # clocks went back over midnight
        ("America/Santiago", date(2024, 1, 1)),
        ("America/Havana", date(2024, 1, 1)),
        ("Asia/Beirut", date(2022, 1, 1)),
        ("America/Sao_Paulo", date(2018, 1, 1)),
    ],
)
def test_days_follow_each_other_and_every_moment_is_on_one(zone: str, first: date) -> None:
    there = find_zone(zone)
    days = [first + timedelta(days=n) for n in range(800)]
    begins = [day_begins(day, there) for day in days]
    for day, start, end in zip(days, begins, begins[1:], strict=False):
        assert start < end
        assert {day_of(moment, there) for moment in range(start, end, 1_799)} == {day}


def test_a_day_that_a_zone_left_out_has_no_moment() -> None:
    there = find_zone("Pacific/Apia")
    left_out = date(2011, 12, 30)
    assert day_begins(left_out, there) == day_begins(left_out + timedelta(days=1), there)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nowhere",
        "America",
        "America/",
        "../UTC",
        "/etc/UTC",
        "UTC\0",
        "right/UTC",
        "A" * 70,
        "utc",
    ],
)
def test_other_names_are_no_zones(name: str) -> None:
    with pytest.raises(ZoneUnknown):
        find_zone(name)


def test_the_machine_says_its_zone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    linked = tmp_path / "zoneinfo" / "America" / "Lima"
    linked.parent.mkdir(parents=True)
    linked.touch()
    localtime = tmp_path / "localtime"
    localtime.symlink_to(linked)
    monkeypatch.setattr(zones, "_LOCALTIME", localtime)
    for said, zone in ((":America/Lima", "America/Lima"), ("EST5EDT4,M3", "America/Lima")):
        monkeypatch.setenv("TZ", said)
        assert machine_zone() == zone
    monkeypatch.delenv("TZ")
    monkeypatch.setattr(zones, "_LOCALTIME", tmp_path / "missing")
    assert machine_zone() == FALLBACK_ZONE
