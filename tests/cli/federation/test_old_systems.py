"""Exports of other systems: what is read of them, and what is refused, with its line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.federation import old_systems
from cli.federation.moving_plan import make_plan, read_plan, render_plan
from cli.federation.old_systems import SYSTEMS, ImportProblem, OldBooks, read_old_books
from cli.main import main
from cli.steward.draft_file import DraftError, ReasonText
from ledger.government.opening import MAX_BALANCES, OpenBooks
from ledger.transactions import Admit
from tests.builders import build_federation, signing_key

CYCLOS = """Full name;Login name;Group;E-mail;Balance;Credit limit
Ana Paz;anapaz;Members;ana@x.org;1.234,50;100,00
Kiosco Luna;kiosco.luna;Business;;-20,00;
Beto Sáenz;beto_saenz;Members;;0;50,00
"""
KOMUNITIN = """code,balance,creditLimit,maximumBalance,created,updated
NET10001,12.50,100,0,2020-01-01,2024-01-01
NET10002,-12.5,,0,2020-01-01,2024-01-01
"""
TIMEOVERFLOW = """N\tUsername\tEmail\tPhone\tAlt phone\tBalance
1\tAna María Gómez\tana@x.org\t\t\t2:30
2\tAna María Gómez\t\t\t\t-1:45
12\tJosé Núñez\t\t\t\t0
"""


def read(tmp_path: Path, text: str | bytes, system: str = "cyclos") -> OldBooks:
    file = tmp_path / "export.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_old_books(file, SYSTEMS[system])


def facts(books: OldBooks) -> list[tuple[str, int, int | None, bool]]:
    return [(each.handle, each.balance, each.limit, each.is_organisation) for each in books.members]


def test_cyclos(tmp_path: Path) -> None:
    books = read(tmp_path, CYCLOS)
    assert facts(books) == [
        ("anapaz", 123_450, 10_000, False),
        ("kiosco.luna", -2_000, None, True),
        ("beto_saenz", 0, 5_000, False),
    ]
    assert books.unknown_columns == ("E-mail",) and books.total == 121_450


def test_komunitin(tmp_path: Path) -> None:
    books = read(tmp_path, KOMUNITIN, "komunitin")
    assert facts(books) == [
        ("net10001", 1_250, 10_000, False),
        ("net10002", -1_250, None, False),
    ]


def test_timeoverflow(tmp_path: Path) -> None:
    books = read(tmp_path, TIMEOVERFLOW, "timeoverflow")
    assert facts(books) == [
        ("ana.maria.gomez", 250, None, False),
        ("ana.maria.gomez-2", -175, None, False),
        ("jose.nunez", 0, None, False),
    ]


def test_marks_and_utf_16_are_read(tmp_path: Path) -> None:
    assert facts(read(tmp_path, b"\xef\xbb\xbf" + CYCLOS.encode())) == facts(read(tmp_path, CYCLOS))
    assert facts(read(tmp_path, CYCLOS.encode("utf-16"))) == facts(read(tmp_path, CYCLOS))


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("1,234.50", 123_450),
        ("1.234.567", 123_456_700),
        ("1 234,5", 123_450),
        ("\u22123", -300),
        ("-0,5", -50),
        ("+7", 700),
    ],
)
def test_amounts(tmp_path: Path, amount: str, minor: int) -> None:
    (member,) = read(tmp_path, f'Login name,Balance\nana,"{amount}"\n').members
    assert member.balance == minor


@pytest.mark.parametrize(
    ("cells", "minor"),
    [
        (["1.250", "12,50"], [125_000, 1_250]),
        (["-1.250", "1.250.000"], [-125_000, 125_000_000]),
        (["1,250", "12.5", "-3"], [125_000, 1_250, -300]),
        (["1.250", "-1.000,00"], [125_000, -100_000]),
    ],
)
def test_a_column_decides_what_a_mark_is_for(
    tmp_path: Path, cells: list[str], minor: list[int]
) -> None:
    rows = "".join(f"m{at};{cell}\n" for at, cell in enumerate(cells))
    members = read(tmp_path, "Login name;Balance\n" + rows).members
    assert [member.balance for member in members] == minor


@pytest.mark.parametrize(
    ("cells", "line", "words"),
    [
        (["12.345"], 2, "could mean 12.3450 or 12345"),
        (["7", "-3.125"], 3, "could mean -3.1250 or -3125"),
        (["1.000"], 2, "could mean 1 or 1000"),
        (["12.50", "1.005"], 3, "more than 2 decimals"),
        (["1.005", "0.500"], 2, "more than 2 decimals"),
        (["0.500"], 2, "more than 2 decimals"),
        (["12,50", "12.50", "1.250"], 4, "could mean"),
        (["007"], 2, "begins with a zero"),
    ],
)
def test_a_number_that_could_be_two_is_refused(
    tmp_path: Path, cells: list[str], line: int, words: str
) -> None:
    rows = "".join(f"m{at};{cell}\n" for at, cell in enumerate(cells))
    with pytest.raises(ImportProblem) as raised:
        read(tmp_path, "Login name;Balance\n" + rows)
    assert raised.value.line == line and words in raised.value.problem


@pytest.mark.parametrize("row", ["a,12,50", "a,12,50,", "a,1,2,3"])
@pytest.mark.parametrize("heading", ["Login name,Balance", "Login name,Balance,"])
def test_a_cell_under_no_heading_is_refused(tmp_path: Path, heading: str, row: str) -> None:
    with pytest.raises(ImportProblem) as raised:
        read(tmp_path, f"{heading}\n{row}\n")
    assert raised.value.line == 2 and "more than the headings" in raised.value.problem
    assert "decimal comma" in raised.value.remedy


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (CYCLOS + "Ana Paz;anapaz;Members;;5;5\n", 5, "twice"),
        (CYCLOS + "Eva;eva;Members;;much;5\n", 5, "not a balance"),
        (CYCLOS + "Eva;eva;Members;;;5\n", 5, "not a balance"),
        (CYCLOS + "Eva;eva;Members;;1e3;5\n", 5, "not a balance"),
        (CYCLOS + "Eva;eva;Members;;99999999999999;5\n", 5, "not a balance"),
        (CYCLOS + "Eva;;Members;;5;5\n", 5, "without a name"),
        (CYCLOS + "Eva;张;Members;;5;5\n", 5, "no handle"),
        (CYCLOS + 'Eva;"eva;Members;;5;5\n', 5, "quotes"),
        (CYCLOS + "Eva;eva;Members;;5;-5\n", 5, "below zero"),
        (CYCLOS.encode("cp1252"), 4, "UTF-8"),
        ("Full name;Balance\nAna;5\n", 1, "no column"),
        ("Login name;Balance\n", 0, "no members"),
        ("", 0, "no column"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, words: str
) -> None:
    with pytest.raises(ImportProblem) as raised:
        read(tmp_path, text)
    assert raised.value.line == line and words in raised.value.problem


def test_a_handle_that_differs_is_told(tmp_path: Path) -> None:
    rows = "ana;1\nANA;1\n#5;1\nBeto;1\n"
    members = read(tmp_path, "Login name;Balance\n" + rows).members
    changed = [(each.id, each.handle) for each in members if each.has_other_handle]
    assert changed == [("ANA", "ana-ana"), ("#5", "n5")]
    members = read(tmp_path, TIMEOVERFLOW, "timeoverflow").members
    assert [each.id for each in members if each.has_other_handle] == ["2"]


@pytest.mark.parametrize("heading", ["Balance", "Saldo"])
def test_two_columns_of_balances_are_refused(tmp_path: Path, heading: str) -> None:
    with pytest.raises(ImportProblem) as raised:
        read(tmp_path, f"Login name;Balance;{heading}\nana;1;2\n")
    assert raised.value.line == 1 and "two columns" in raised.value.problem


def test_usuario_tells_members_apart_where_nothing_else_does(tmp_path: Path) -> None:
    (member,) = read(tmp_path, "Usuario;Saldo\nana;5\n").members
    assert (member.id, member.handle) == ("ana", "ana")
    (member,) = read(tmp_path, "Usuario;Login;Saldo\nAna Paz;ana;5\n").members
    assert (member.id, member.name) == ("ana", "Ana Paz")


@pytest.mark.parametrize(
    ("cells", "is_warned"), [("5;5;5", True), ("5;-5;0", False), ("10;-8;0", False)]
)
def test_a_sum_far_from_zero_is_told(tmp_path: Path, cells: str, is_warned: bool) -> None:
    file = tmp_path / "export.csv"
    rows = "".join(f"m{at};{cell}\n" for at, cell in enumerate(cells.split(";")))
    file.write_text("Login name;Balance\n" + rows, encoding="utf-8")
    words = ["federation", "import", "check", str(file), "--from", "cyclos"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0
    assert ("a sign or a column may be wrong" in result.output) is is_warned


def test_more_than_ten_thousand_rows_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert old_systems.MOST_ROWS == 10_000
    rows = [f"m{number};1\n" for number in range(10_001)]
    assert len(read(tmp_path, "Login name;Balance\n" + "".join(rows[:10_000])).members) == 10_000
    with pytest.raises(ImportProblem) as raised:
        read(tmp_path, "Login name;Balance\n" + "".join(rows))
    assert raised.value.line == 10_002


def test_a_plan_goes_through_a_file_with_all_that_was_signed(tmp_path: Path) -> None:
    federation = build_federation(seed="moving", coops=1)
    coop = federation.charter.coops[1]
    rows = "".join(f"m{number};{number % 3 - 1}\n" for number in range(MAX_BALANCES + 1))
    books = read(tmp_path, "Login name;Balance\n" + rows)
    plan = make_plan(
        books,
        [signing_key("moving", number).seed for number in range(MAX_BALANCES + 1)],
        charter=federation.charter,
        coop=coop,
        first_account=5,
        limit=700,
        resolution=ReasonText(salt=bytes(16), text="resolved"),
    )
    parts = [part.transaction for part in plan.parts]
    assert [part.part for part in parts if isinstance(part, OpenBooks)] == [1, 2]
    signed = plan.sign(federation.steward_keys[1][0]).sign(federation.steward_keys[1][2])
    file = tmp_path / "plan.json"
    file.write_text(render_plan(signed), encoding="utf-8")
    found = read_plan(file, federation.charter, coop)
    assert found.sign(federation.steward_keys[1][2]) == found
    assert found == signed and found.signed_by == ["steward 0", "steward 2"]
    first = found.admissions[0].transaction
    assert isinstance(first, Admit) and (first.account, first.limit) == (5, 700)
    assert found.admissions[0].handle == "m0"
    file.write_text(render_plan(signed).replace('"resolved"', '"other"'), encoding="utf-8")
    with pytest.raises(DraftError):
        read_plan(file, federation.charter, coop)
