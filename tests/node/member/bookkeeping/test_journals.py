"""Journals add up, whatever people have written, and both programs come to the same balances."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.account.statement import WORDS
from cli.commons.books import FLOW_WORDS
from node.member.bookkeeping.beancount import beancount_text
from node.member.bookkeeping.bookings import COUNTERPARTS, Kind, Statement, journal_of
from node.member.bookkeeping.coop_books import coop_journal
from node.member.bookkeeping.hledger import hledger_text
from node.member.bookkeeping.journal import Journal, Name, Plain, Posting, commodity_of
from tests.node.member.bookkeeping.programs import beancount_balances, hledger_balances
from tests.node.member.bookkeeping.statements import random_books, random_statement

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
OWN = "Assets:Fiado:Norte-ana-la-del-horno"


def expected(statement: Statement) -> dict[str, int]:
    """What every account of the journal has in the end, by the bookings alone."""
    found = {OWN: statement.closing, "Equity:Opening-Balances": -statement.opening}
    for each in statement.bookings:
        name = str(COUNTERPARTS[each.kind])
        found[name] = found.get(name, 0) - each.amount
    return {name: amount for name, amount in found.items() if amount}


def without_nothing(balances: dict[str, int]) -> dict[str, int]:
    return {name: amount for name, amount in balances.items() if amount}


@pytest.mark.needs_bookkeeping
@pytest.mark.parametrize("seed", range(2))
def test_both_programs_come_to_the_balances_of_a_statement(seed: int, tmp_path: Path) -> None:
    statement = random_statement(seed)
    journal = journal_of(statement, ZONE, WORDS)
    assert without_nothing(hledger_balances(hledger_text(journal), tmp_path)) == expected(statement)
    found = beancount_balances(beancount_text(journal), tmp_path)
    assert without_nothing(found) == expected(statement)


@pytest.mark.needs_bookkeeping
@pytest.mark.parametrize("seed", range(2))
def test_both_programs_come_to_the_balances_of_a_coop(seed: int, tmp_path: Path) -> None:
    statement = random_books(seed)
    journal = coop_journal(statement, ZONE, FLOW_WORDS)
    asked = {str(name): amount for name, amount in statement.closing.balances().items() if amount}
    assert without_nothing(hledger_balances(hledger_text(journal), tmp_path)) == asked
    assert without_nothing(beancount_balances(beancount_text(journal), tmp_path)) == asked


@pytest.mark.needs_bookkeeping
def test_a_wrong_balance_is_refused_by_both(tmp_path: Path) -> None:
    """What the files assert is looked at: else equal balances would prove little."""
    journal = journal_of(random_statement(1), ZONE, WORDS)
    broken = Journal(
        title=journal.title,
        commodity=journal.commodity,
        since=journal.since,
        until=journal.until,
        entries=journal.entries,
        closing={name: amount + 1 for name, amount in journal.closing.items()},
    )
    with pytest.raises(Exception, match="exit status"):
        hledger_balances(hledger_text(broken), tmp_path)
    with pytest.raises(AssertionError, match="Balance failed"):
        beancount_balances(beancount_text(broken), tmp_path)


@given(st.integers(0, 2**32), st.integers(0, 30))
def test_every_statement_adds_up_in_both_formats(seed: int, size: int) -> None:
    """Read as lines: no text of anybody's is a line, a posting or a directive of its own."""
    statement = random_statement(seed, size=size)
    journal = journal_of(statement, ZONE, WORDS)
    openings = 1 if statement.opening else 0
    for text, entry in (
        (hledger_text(journal), r"\d{4}-\d\d-\d\d \*"),
        (beancount_text(journal), r"\d{4}-\d\d-\d\d \*"),
    ):
        lines = text.removesuffix("\n").split("\n")
        closings = 1 if "closing balance" in text else 0
        assert len(text.splitlines()) == len(lines), (
            "nothing else that a program takes for a line end"
        )
        assert sum(bool(re.match(entry, line)) for line in lines) == size + openings + closings
        own = re.compile(rf" +{OWN} +(-?\d+)\.(\d\d) ")
        found = [match for line in lines if (match := own.match(line))]
        assert sum(int(each[1] + each[2]) for each in found) == statement.closing
        posted = [line for line in lines if re.match(r" +(Assets|Equity|Expenses|Income)", line)]
        assert len(posted) == 2 * (size + openings) + closings


@given(st.text())
def test_a_text_is_one_line_without_what_nobody_sees(text: str) -> None:
    plain = Plain.of(text).text
    assert len(plain.splitlines()) <= 1
    assert Plain.of(plain).text == plain
    assert plain.encode("utf-8").decode("utf-8") == plain


@given(st.text(), st.text())
def test_a_name_and_a_commodity_are_what_both_programs_take(name: str, unit: str) -> None:
    assert re.fullmatch(r"Assets:[A-Z][A-Za-z0-9-]*", str(Name.of("Assets", name)))
    assert re.fullmatch(r"[A-Z][A-Z0-9-]{0,22}[A-Z0-9]", commodity_of(unit))


def test_what_was_not_made_plain_does_not_get_in() -> None:
    for text in ("two\nlines", "\u2028", "\u202e"):
        with pytest.raises(AssertionError):
            Plain(text)
    with pytest.raises(AssertionError):
        Name(("Assets", "x:y"))


def test_every_kind_has_its_account() -> None:
    assert COUNTERPARTS.keys() == set(Kind) == WORDS.keys()
    assert len(set(COUNTERPARTS.values())) == len(Kind)
    assert Posting(name=COUNTERPARTS[Kind.LEVY], amount=1).balance is None


def test_each_file_says_at_its_head_that_it_is_read_alone() -> None:
    journal = journal_of(random_statement(0), ZONE, WORDS)
    for text in (hledger_text(journal), beancount_text(journal)):
        head = [line for line in text.splitlines()[:4] if line.startswith("; ")]
        assert any("files joined would count that twice" in line for line in head)
    assert "LC_ALL=C.UTF-8" in hledger_text(journal)
