"""Journals add up, whatever people have written, and both programs come to the same balances."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import CalledProcessError
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.account import statement as member_words
from cli.account.statement import ACCOUNTS, WORDS
from cli.commons import books as coop_words
from cli.shell.language import speaking
from node.flows import FLOWS
from node.member.bookkeeping.beancount import beancount_text
from node.member.bookkeeping.bookings import ROOTS, Kind, Statement, StatementWords, journal_of
from node.member.bookkeeping.coop_books import Sums, coop_journal
from node.member.bookkeeping.hledger import hledger_text
from node.member.bookkeeping.journal import Journal, Name, Plain, Posting, commodity_of
from node.zones import day_begins, day_of
from tests.node.member.bookkeeping.programs import beancount_balances, hledger_balances
from tests.node.member.bookkeeping.statements import DAY, random_books, random_statement

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
LANGUAGES = ("en", "es", "pt")
OWN = "Assets:Fiado:Norte-ana-la-del-horno"


def expected(statement: Statement, words: StatementWords | None = None) -> dict[str, int]:
    """What every account of the journal has in the end, by the bookings alone."""
    words = words or member_words.words_here()
    found = {OWN: statement.closing, "Equity:Opening-Balances": -statement.opening}
    for each in statement.bookings:
        name = str(words.counterpart(each.kind))
        found[name] = found.get(name, 0) - each.amount
    return {name: amount for name, amount in found.items() if amount}


def without_nothing(balances: dict[str, int]) -> dict[str, int]:
    return {name: amount for name, amount in balances.items() if amount}


@pytest.mark.needs_bookkeeping
@pytest.mark.parametrize("seed", range(2))
def test_both_programs_come_to_the_balances_of_a_statement(seed: int, tmp_path: Path) -> None:
    statement = random_statement(seed)
    journal = journal_of(statement, ZONE, member_words.words_here())
    assert without_nothing(hledger_balances(hledger_text(journal), tmp_path)) == expected(statement)
    found = beancount_balances(beancount_text(journal), tmp_path)
    assert without_nothing(found) == expected(statement)


@pytest.mark.needs_bookkeeping
@pytest.mark.parametrize("seed", range(2))
def test_both_programs_come_to_the_balances_of_a_coop(seed: int, tmp_path: Path) -> None:
    statement = random_books(seed)
    journal = coop_journal(statement, ZONE, coop_words.words_here())
    asked = {
        str(name): amount
        for name, amount in statement.closing.balances(coop_words.words_here()).items()
        if amount
    }
    assert without_nothing(hledger_balances(hledger_text(journal), tmp_path)) == asked
    assert without_nothing(beancount_balances(beancount_text(journal), tmp_path)) == asked


@pytest.mark.needs_bookkeeping
def test_a_wrong_balance_is_refused_by_both(tmp_path: Path) -> None:
    """What the files assert is looked at: else equal balances would prove little."""
    journal = journal_of(random_statement(1), ZONE, member_words.words_here())
    broken = Journal(
        title=journal.title,
        commodity=journal.commodity,
        since=journal.since,
        until=journal.until,
        entries=journal.entries,
        closing={name: amount + 1 for name, amount in journal.closing.items()},
        said=journal.said,
    )
    with pytest.raises(Exception, match="exit status"):
        hledger_balances(hledger_text(broken), tmp_path)
    with pytest.raises(AssertionError, match="Balance failed"):
        beancount_balances(beancount_text(broken), tmp_path)


@given(st.integers(0, 2**32), st.integers(0, 30))
def test_every_statement_adds_up_in_both_formats(seed: int, size: int) -> None:
    """Read as lines: no text of anybody's is a line, a posting or a directive of its own."""
    statement = random_statement(seed, size=size)
    journal = journal_of(statement, ZONE, member_words.words_here())
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
    """In every language, and none is that of another kind."""
    assert ROOTS.keys() == set(Kind) == WORDS.keys() == ACCOUNTS.keys()
    for code in LANGUAGES:
        with speaking(code):
            words = member_words.words_here()
        assert len({words.counterpart(kind) for kind in Kind}) == len(Kind)
        assert Posting(name=words.counterpart(Kind.LEVY), amount=1).balance is None


def included(texts: Sequence[str], folder: Path) -> str:
    """A file of beancount that includes each of these, as a bookkeeper keeps a file a month."""
    lines = [next(line for line in texts[0].splitlines() if "operating_currency" in line)]
    for number, text in enumerate(texts, 1):
        (folder / f"month-{number}.beancount").write_text(text, encoding="utf-8")
        lines.append(f'include "month-{number}.beancount"')
    return "\n".join([*lines, ""])


def in_two(statement: Statement) -> tuple[Statement, Statement]:
    """Two statements of the same: up to a day, and from then on."""
    half = statement.bookings[len(statement.bookings) // 2]
    split = day_begins(day_of(half.time, ZONE), ZONE)
    before = [each for each in statement.bookings if each.time < split]
    after = statement.bookings[len(before) :]
    reached = before[-1].balance
    return (
        replace(statement, until=split, closing=reached, bookings=before),
        replace(statement, since=split, opening=reached, bookings=after),
    )


@pytest.mark.needs_bookkeeping
@pytest.mark.parametrize("seed", range(2))
def test_files_of_two_months_are_read_together(seed: int, tmp_path: Path) -> None:
    """Joined they come to the balances of one file; each alone, or the second one twice, is refused."""
    statement = random_statement(seed)
    first, second = in_two(statement)
    journals = (
        journal_of(first, ZONE, member_words.words_here()),
        journal_of(second, ZONE, member_words.words_here(continues=True), continues=True),
    )
    for write, balances in (
        (hledger_text, hledger_balances),
        (beancount_text, beancount_balances),
    ):
        texts = [write(each) for each in journals]
        assert without_nothing(balances("\n".join(texts), tmp_path)) == expected(statement)
        assert "opening balance" not in texts[1].partition("no opening balance")[2]
        if write is beancount_text:
            assert without_nothing(beancount_balances(included(texts, tmp_path), tmp_path)) == (
                expected(statement)
            )
        for broken in (texts[1], "\n".join([*texts, texts[1]])):
            with pytest.raises((AssertionError, CalledProcessError)):
                balances(broken, tmp_path)


def in_months(statement: Statement) -> list[Statement]:
    """The same in as many parts as it has fourths, the last of them without a booking."""
    parts, rest = [], statement
    for _ in range(2):
        part, rest = in_two(rest)
        parts.append(part)
    end = rest.bookings[-1].time + DAY
    split = day_begins(day_of(end, ZONE), ZONE)
    return [
        *parts,
        replace(rest, until=split),
        replace(rest, since=split, until=split + 40 * DAY, opening=rest.closing, bookings=[]),
    ]


@pytest.mark.needs_bookkeeping
@pytest.mark.parametrize("code", LANGUAGES)
def test_files_of_several_months_are_included_in_every_language(code: str, tmp_path: Path) -> None:
    """Also where a later month is the first with something of a kind, or has nothing."""
    statement = random_statement(4)
    with speaking(code):
        first, *later = in_months(statement)
        words = member_words.words_here()
        journals = [
            journal_of(first, ZONE, words),
            *(
                journal_of(each, ZONE, member_words.words_here(continues=True), continues=True)
                for each in later
            ),
        ]
    texts = [beancount_text(each) for each in journals]
    assert {*kinds_of(first)} < {*kinds_of(statement)}
    for text in texts[1:]:
        assert " open " not in text
    found = beancount_balances(included(texts, tmp_path), tmp_path)
    assert without_nothing(found) == expected(statement, words)
    joined = "\n".join(hledger_text(each) for each in journals)
    assert without_nothing(hledger_balances(joined, tmp_path)) == expected(statement, words)


def test_the_first_file_opens_what_later_ones_use() -> None:
    words = member_words.words_here()
    nothing = replace(random_statement(0), bookings=[], closing=0, opening=0)
    opened = set(re.findall(r" open (\S+) ", beancount_text(journal_of(nothing, ZONE, words))))
    assert opened == {OWN, *(str(words.counterpart(kind)) for kind in Kind)}
    assert " open " not in beancount_text(journal_of(nothing, ZONE, words, continues=True))


def test_a_coops_later_file_opens_what_no_earlier_one_has() -> None:
    words = coop_words.words_here()
    books = random_books(5)
    began = Sums(members=0, commons=0, positions={"sur": 0, "este": 5})
    journal = coop_journal(replace(books, opening=began), ZONE, words, continues=True)
    used = {str(name) for name in journal.names()}
    opened = set(re.findall(r" open (\S+) ", beancount_text(journal)))
    assert opened == used - {str(name) for name in began.balances(words)}
    assert opened and "Assets:Coops:Sur" in used


def kinds_of(statement: Statement) -> set[Kind]:
    return {each.kind for each in statement.bookings}


@pytest.mark.parametrize("code", ["es", "pt"])
def test_a_journal_is_in_its_readers_language(code: str) -> None:
    """Comments, what each line was, and the words of accounts below their roots."""
    ours = random_statement(0)
    quiet = replace(
        ours, unit="fiado", bookings=[replace(each, memo="", other="") for each in ours.bookings]
    )
    words = "opening|closing|balance of|read it|together|returned|levies|payments|members|coops"
    english = re.compile(rf"\b({words})\b", re.IGNORECASE)
    with speaking(code):
        texts = [
            write(journal)
            for write in (hledger_text, beancount_text)
            for continues in (False, True)
            for journal in (
                journal_of(
                    quiet, ZONE, member_words.words_here(continues=continues), continues=continues
                ),
                coop_journal(
                    random_books(1),
                    ZONE,
                    coop_words.words_here(continues=continues),
                    continues=continues,
                ),
            )
        ]
    for text in texts:
        shown = text.replace("Equity:Opening-Balances", "")  # both programs look for that one
        assert not english.search(shown), english.search(shown)


@pytest.mark.needs_bookkeeping
def test_a_coops_files_of_two_months_are_read_together(tmp_path: Path) -> None:
    books = random_books(5)
    time = books.lines[len(books.lines) // 2].time
    split = day_begins(day_of(time, ZONE), ZONE)
    before = [line for line in books.lines if line.time < split]
    sums: dict[str, int] = {"members": 0, "commons": 0}
    positions: dict[str, int] = {}
    for line in before:
        signs = FLOWS[line.flow]
        sums["members"] += signs.members * line.amount
        sums["commons"] += signs.commons * line.amount
        if line.coop:
            positions[line.coop] = positions.get(line.coop, 0) + signs.position * line.amount
    reached = Sums(members=sums["members"], commons=sums["commons"], positions=positions)
    parts = (
        coop_journal(
            replace(books, until=split, closing=reached, lines=before),
            ZONE,
            coop_words.words_here(),
        ),
        coop_journal(
            replace(books, since=split, opening=reached, lines=books.lines[len(before) :]),
            ZONE,
            coop_words.words_here(continues=True),
            continues=True,
        ),
    )
    asked = {
        str(name): amount
        for name, amount in books.closing.balances(coop_words.words_here()).items()
        if amount
    }
    for write, balances in (
        (hledger_text, hledger_balances),
        (beancount_text, beancount_balances),
    ):
        texts = [write(each) for each in parts]
        assert without_nothing(balances("\n".join(texts), tmp_path)) == asked
        if write is beancount_text:
            found = beancount_balances(included(texts, tmp_path), tmp_path)
            assert without_nothing(found) == asked


def test_each_file_says_at_its_head_how_it_is_read() -> None:
    journal = journal_of(random_statement(0), ZONE, member_words.words_here())
    for text in (hledger_text(journal), beancount_text(journal)):
        head = [line for line in text.splitlines()[:4] if line.startswith("; ")]
        assert any("files joined would count that twice" in line for line in head)
    assert "LC_ALL=C.UTF-8" in hledger_text(journal)
    later = journal_of(
        random_statement(0), ZONE, member_words.words_here(continues=True), continues=True
    )
    for text in (hledger_text(later), beancount_text(later)):
        assert "read it together with the file that ends on the day before" in text
