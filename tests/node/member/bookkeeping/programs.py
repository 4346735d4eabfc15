"""Runs hledger and beancount over a journal, and reads the balances that they come to."""

import csv
import io
import subprocess
from pathlib import Path


def hledger_balances(text: str, folder: Path) -> dict[str, int]:
    """The balances of all accounts in minor units, by hledger, which checks all that the file asserts."""
    file = folder / "books.journal"
    file.write_text(text, encoding="utf-8")
    command = ["hledger", "--strict", "-f", str(file)]
    subprocess.run([*command, "check"], check=True, capture_output=True, env=_PLACE)
    shown = ["balance", "--flat", "--empty", "--no-total", "-O", "csv"]
    rows = csv.reader(io.StringIO(_run([*command, *shown])))
    return {name: _minor(amount) for name, amount in list(rows)[1:]}


def beancount_balances(text: str, folder: Path) -> dict[str, int]:
    """The same by beancount; an account in which nothing is left may be missing."""
    file = folder / "books.beancount"
    file.write_text(text, encoding="utf-8")
    checked = subprocess.run(
        ["bean-check", str(file)], check=False, capture_output=True, text=True, env=_PLACE
    )
    assert checked.returncode == 0, checked.stderr or checked.stdout
    query = "SELECT account, number(only('X', sum(position))) GROUP BY account"
    commodity = text.partition('"operating_currency" "')[2].partition('"')[0]
    rows = csv.reader(
        io.StringIO(_run(["bean-query", "-f", "csv", str(file), query.replace("X", commodity)]))
    )
    return {name.strip(): _minor(amount) for name, amount in list(rows)[1:]}


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env=_PLACE).stdout


_PLACE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def _minor(amount: str) -> int:
    """An amount as a program prints it, without its commodity."""
    number = amount.strip().split(" ")[0].replace('"', "") if amount.strip() else "0"
    whole, _, decimals = number.lstrip("-").partition(".")
    minor = int(whole or "0") * 100 + int(decimals.ljust(2, "0")[:2] or "0")
    return -minor if number.startswith("-") else minor
