"""The page of what growth costs says what the arithmetic gives."""

from dataclasses import fields, replace

import pytest

from benchmarks import scale
from tests.places import PROJECT

PAGE = (PROJECT / "docs" / "SCALE.md").read_text(encoding="utf-8")


def test_the_page_has_the_tables_of_the_arithmetic() -> None:
    assert scale.table() in PAGE, f"put this into docs/SCALE.md:\n{scale.table()}"
    assert scale.units_table() in PAGE, f"put this into docs/SCALE.md:\n{scale.units_table()}"


def test_every_unit_says_what_measures_it() -> None:
    assert set(scale.UNIT_ROWS) == {field.name for field in fields(scale.Units)}


ONE = scale.Federation(
    coops=10, members=100, payments_per_member_day=1, abroad=0.25, years=1, active_s=36_000
)
UNITS = scale.Units(
    payment_bytes=90,
    anchor_bytes=120,
    disk_beyond=10,
    disk_of_history=200,
    account_bytes=250,
    checked_per_s=1_000,
    bystander_ms=36,
    idle_bytes_minute=1_000,
    probe_bytes_minute=100,
    sent_bytes_payment=2_000,
)


def test_an_example_that_was_counted_by_hand() -> None:
    # A coop and day: 100 payments, 25 of them abroad, 75 anchors in turns: 200 entries, 21,000 bytes.
    costs = scale.costs(ONE, UNITS)
    assert costs["payments_gb"] == pytest.approx(10 * 100 * 90 * 365.25 / 1e9)
    assert costs["anchors_for_payees_gb"] == pytest.approx(10 * 25 * 120 * 365.25 / 1e9)
    assert costs["anchors_in_turns_gb"] == pytest.approx(10 * 75 * 120 * 365.25 / 1e9)
    assert costs["disk_gb"] == pytest.approx((10 * 21_000 + 2_000 * 10 + 200 * 200) * 365.25 / 1e9)
    assert costs["catchup_minutes"] == pytest.approx(2_000 * 365.25 / 1_000 / 60)
    assert costs["received_mb_day"] == pytest.approx(0.21)
    assert costs["processor_share"] == pytest.approx(1_000 * 0.036 / 36_000)
    assert costs["sent_mb_day"] == pytest.approx(2)
    assert costs["idle_mb_day"] == pytest.approx(1.9 * 1.44)


def test_anchors_in_turns_stop_growing_with_the_payments() -> None:
    busy = replace(ONE, payments_per_member_day=1_000)
    assert scale.costs(busy, UNITS)["anchors_in_turns_gb"] == pytest.approx(
        10 * 1_200 * 120 * 365.25 / 1e9
    )
