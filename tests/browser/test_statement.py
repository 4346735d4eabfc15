"""On a phone: the statement of a month, its lines and sums, found by text, printed, and saved as a table."""

import pytest

from tests.browser.driving import Browser
from tests.browser.members import go_home, join, pay
from tests.browser.stage import Stage
from tests.browser.test_counter import _CATCH_TABLE

pytestmark = pytest.mark.needs_browser

_ROWS = """
return Array.from(document.querySelectorAll("#bookings tr"), (row) =>
  Array.from(row.children, (cell) => cell.textContent));
"""
_PRINTED = """
window.print = () => { window.printed = true; };
"""


def test_a_month_adds_up_and_is_saved(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(8))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "zoe", limit=10_000)
    for amount in ("12,50", "3,00"):
        pay(phone, "member8@norte", amount)
        go_home(phone)
    phone.open(f"{stage.urls[1]}/wallet?lang=es")
    phone.wait_text("#history", "12,50")  # what comes late moves the link
    phone.click('a[href="/statement"]')
    phone.wait_text("#address", "zoe@norte")
    phone.wait_text("#bookings", "Saldo final")
    rows = phone.run(_ROWS)
    assert [row[2] for row in rows] == ["0,00", "−12,50", "−15,50", "−15,50"]
    assert (rows[0][0], rows[-1][0]) == ("Saldo inicial", "Saldo final")
    assert all(row[0].startswith("pago · member8@norte") for row in rows[1:-1])
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.screenshot("statement-phone-es")
    phone.run(_CATCH_TABLE)
    phone.click("#csv")
    phone.wait(lambda driver: driver.execute_script("return window.table") or None, "a table")
    lines = phone.run("return window.table").removeprefix("\ufeff").splitlines()
    assert [line.split(";")[4] for line in lines[1:]] == [
        f'"{row[2].replace("−", "-")}"' for row in rows
    ]
    phone.run(_PRINTED)
    phone.click("#print")
    assert phone.run("return window.printed") is True
    phone.type("#find", "norte/nothing")
    phone.click("#period button.primary")
    phone.wait_text("#bookings", "Movimientos sin este texto que no se muestran: 2.")
    assert len(phone.run(_ROWS)) == 3  # that sentence between the balances
    phone.run("document.getElementById('first').value = '2999-01-01'")
    phone.click("#period button.primary")
    phone.wait_text("#period-error", "después del último")
    assert phone.console_errors() == []
