"""Whatever time the rules allow, it can be shown; and how many of something there are."""

import time

import pytest

from cli.shell.describing import counted_payments, describe
from cli.shell.forms import moment, when
from ledger.codec import MAX
from ledger.entries import LAST_TIME, decode_transaction
from ledger.refusals import Refusal
from node.plain import BEYOND_CALENDARS
from tests.builders import build_federation
from tests.guarantee_builders import guarantee


def test_a_time_of_the_ledger_is_told_up_to_where_calendars_end() -> None:
    assert moment(0) == "1970-01-01 00:00 UTC"
    assert moment(LAST_TIME) == "9999-12-31 23:59 UTC"
    assert moment(LAST_TIME + 1) == moment(MAX) == BEYOND_CALENDARS


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT-14", "Etc/GMT+12"])
def test_a_local_time_is_told_in_every_time_zone(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        assert when(1_767_225_600)[:4] in ("2025", "2026")
        for seconds in (LAST_TIME, LAST_TIME + 1, MAX):
            assert when(seconds).startswith("9999-12-31") or when(seconds) == BEYOND_CALENDARS
    time.tzset()


def test_a_limit_that_ends_beyond_calendars_is_told() -> None:
    federation = build_federation()
    change = decode_transaction(
        federation.limit(1, 7, revision=1, limit=500, from_=LAST_TIME + 1, until=MAX, after=0)
    )
    assert not isinstance(change, Refusal)
    lines = describe(change, charter=federation.charter, coop=1)
    assert sum(BEYOND_CALENDARS in line for line in lines) == 2


def test_a_single_payment_is_told_as_one() -> None:
    assert [counted_payments(number) for number in (0, 1, 2)] == [
        "0 payments",
        "1 payment",
        "2 payments",
    ]


def test_who_answers_for_another_reads_the_worst_case() -> None:
    federation = build_federation()
    given = decode_transaction(guarantee(federation, 1, 7, 8, 50_000))
    assert not isinstance(given, Refusal)
    names = {(1, 7): "ana", (1, 8): "beto"}
    lines = describe(given, charter=federation.charter, coop=1, names=names)
    assert "ana@norte may have to pay up to that much" in lines[1]
    assert "500.00" in lines[0]
    withdrawn = decode_transaction(guarantee(federation, 1, 7, 8, 0, until=None))
    assert not isinstance(withdrawn, Refusal)
    assert "no more" in describe(withdrawn, charter=federation.charter, coop=1, names=names)[0]
