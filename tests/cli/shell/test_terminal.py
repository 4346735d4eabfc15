"""Output: what people see, what programs see, and that foreign text can't steer the terminal."""

import ast
import io
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cli
from cli.shell.csv_text import Amount, Separator
from cli.shell.terminal import Output, display_width, printable


class Screen(io.StringIO):
    """A text stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class Streams:
    """An `Output` and what was printed to it."""

    def __init__(self, *, is_json: bool = False, is_screen: bool = False) -> None:
        self.stdout = Screen() if is_screen else io.StringIO()
        self.stderr = Screen() if is_screen else io.StringIO()
        self.output = Output(is_json=is_json, stdout=self.stdout, stderr=self.stderr)


def test_people_get_text_and_no_object() -> None:
    streams = Streams()
    streams.output.line("Balance: 12.50")
    streams.output.fields({"coop": "norte", "handle": "alice"})
    streams.output.result({"balance": 1250})
    assert streams.stdout.getvalue() == "Balance: 12.50\ncoop    norte\nhandle  alice\n"


def test_programs_get_one_object_on_one_line_and_nothing_else() -> None:
    streams = Streams(is_json=True)
    streams.output.line("Balance: 12.50")
    streams.output.fields({"coop": "norte"})
    streams.output.table(["day"], [["monday"]])
    streams.output.qr("fiado:alice@norte")
    streams.output.note("asking the node")
    streams.output.result({"balance": 1250, "memo": "pan\nñ\u2028"})
    printed = streams.stdout.getvalue()
    assert printed.splitlines() == [printed.removesuffix("\n")]
    assert json.loads(printed) == {"balance": 1250, "memo": "pan\nñ\u2028"}
    assert streams.stderr.getvalue() == "asking the node\n"


def test_a_command_has_one_result() -> None:
    streams = Streams(is_json=True)
    streams.output.result({})
    with pytest.raises(RuntimeError):
        streams.output.result({})


def test_a_table_is_aligned_also_with_accents_and_wide_letters() -> None:
    streams = Streams()
    streams.output.table(
        ["who", "amount"],
        [["alice", "12.50"], ["jose\u0301", "1000.00"], ["市場", "-3.00"]],
        right_aligned={"amount"},
    )
    assert streams.stdout.getvalue().splitlines() == [
        "who     amount",
        "alice    12.50",
        "jose\u0301   1000.00",
        "市場     -3.00",
    ]


def test_an_empty_table_shows_its_headings_and_a_ragged_one_is_a_mistake() -> None:
    streams = Streams()
    streams.output.table(["who", "amount"], [])
    assert streams.stdout.getvalue() == "who  amount\n"
    with pytest.raises(ValueError, match="zip"):
        streams.output.table(["who", "amount"], [["alice"]])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pan y miel", "pan y miel"),
        ("jose\u0301 ñ 市場 🐝", "jose\u0301 ñ 市場 🐝"),
        ("\x1b[2J", "\\x1b[2J"),
        ("one\ntwo\r", "one\\ntwo\\r"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb\u2066", "a\\u200bb\\u2066"),
        ("\x9b31m", "\\x9b31m"),
        ("\ud800", "\\ud800"),
    ],
)
def test_text_that_could_steer_the_terminal_is_shown_as_its_code(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_no_control_character_is_ever_printed(text: str) -> None:
    streams = Streams()
    streams.output.line(text)
    streams.output.fields({text: text})
    streams.output.table([text], [[text]])
    for line in streams.stdout.getvalue().split("\n"):
        assert all(unicodedata.category(letter) not in ("Cc", "Cf", "Cs") for letter in line)


def test_csv_is_for_a_file_and_harmless_on_a_terminal() -> None:
    screen, pipe = Streams(is_screen=True), Streams()
    for streams in (screen, pipe):
        streams.output.csv([["día", "\u202e=1\n\ud800"], [Amount(5)]], separator=Separator.COMMA)
    assert pipe.stdout.getvalue() == '\ufeff"día","\'\u202e=1 ?"\r\n"0.05"\r\n'
    assert screen.stdout.getvalue() == '"día","\'\\u202e=1 ?"\n"0.05"\n'


def test_width_counts_columns() -> None:
    assert display_width("ab\u0301市") == 4


def test_progress_shows_on_a_terminal_only() -> None:
    screen, pipe = Streams(is_screen=True), Streams()
    for streams in (screen, pipe):
        with streams.output.progress("Replaying", steps=10) as advance:
            advance(4)
            advance(6)
    assert "Replaying" in screen.stderr.getvalue()
    assert "100%" in screen.stderr.getvalue()
    assert pipe.stderr.getvalue() == ""
    assert screen.stdout.getvalue() == pipe.stdout.getvalue() == ""


def test_a_qr_code_is_drawn_square_for_people() -> None:
    streams = Streams()
    streams.output.qr("fiado:alice@norte?amount=12.50")
    lines = streams.stdout.getvalue().splitlines()
    columns = {len(line) for line in lines}
    assert len(columns) == 1
    # A half block is half a line high: as many modules up as across, rounded up to whole lines.
    assert len(lines) == (columns.pop() + 1) // 2
    assert set("".join(lines)) == set(" ▀▄█")


def test_a_qr_code_is_drawn_only_where_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = {}
    for columns in (200, 69, 65, 40):
        monkeypatch.setenv("COLUMNS", str(columns))
        screen = Streams(is_screen=True)
        screen.output.qr("x" * 300)
        drawn[columns] = screen.stdout.getvalue()
        if "▀" in drawn[columns]:
            assert all(len(line) <= columns for line in drawn[columns].split("\n"))
    assert ["▀" in drawn[columns] for columns in (200, 69, 65, 40)] == [True, True, True, False]
    assert "this terminal has 40" in drawn[40]


def test_no_command_puts_two_lines_into_one() -> None:
    """A line feed in a line is shown as its code, because foreign text could hold one."""
    broken = []
    for path in sorted(Path(cli.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in ("line", "note"):
                continue
            texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            if any(isinstance(text, str) and "\n" in text for text in texts):
                broken.append(f"{path.name}:{node.lineno}")
    assert broken == []
