"""What a command prints: for people by default, one JSON object for programs with `--json`.

With `--json`, standard output gets the result as one JSON object on one line, the last one, and nothing
for people. Without, it gets lines, aligned tables and QR codes. Notes and progress go to standard
error either way, progress only when that is a terminal.

Names, memos and whatever else came from somebody else may hold control characters that would move the
cursor, hide text or turn its direction; every line is made harmless before it is printed.
"""

import json
import shutil
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TextIO

import click

from cli.shell.csv_text import BYTE_ORDER_MARK, Cell, Separator, csv_text
from cli.shell.language import say

_MOST_PROGRESS_STEPS: Final = 200
_COLUMN_GAP: Final = "  "
_HARMFUL_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_WIDE: Final = frozenset({"W", "F"})


class Output:
    """Where one command prints to."""

    def __init__(
        self, *, is_json: bool, stdout: TextIO | None = None, stderr: TextIO | None = None
    ) -> None:
        self._is_json = is_json
        self._stdout = stdout if stdout is not None else sys.stdout
        self._stderr = stderr if stderr is not None else sys.stderr
        self._has_result = False

    @property
    def is_json(self) -> bool:
        """Whether a program reads the output."""
        return self._is_json

    def line(self, text: str = "") -> None:
        """Print one line for people."""
        if not self._is_json:
            print(printable(text), file=self._stdout)

    def note(self, text: str) -> None:
        """Print one line beside the result, to standard error: what is being done, a warning."""
        print(printable(text), file=self._stderr)

    def fields(self, fields: Mapping[str, str]) -> None:
        """Print names and values for people, one a line, the values aligned."""
        width = max((display_width(printable(name)) for name in fields), default=0)
        for name, value in fields.items():
            self.line(_padded(printable(name), width) + _COLUMN_GAP + value)

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        right_aligned: Collection[str] = (),
    ) -> None:
        """Print a table for people; the columns whose headings are in `right_aligned` hold numbers.

        Raises `ValueError` when a row has another number of cells than there are headings.
        """
        cells = [[printable(cell) for cell in row] for row in (headings, *rows)]
        widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            padded = [
                _padded(cell, width, is_right=heading in right_aligned)
                for cell, width, heading in zip(row, widths, headings, strict=True)
            ]
            self.line(_COLUMN_GAP.join(padded).rstrip())

    def csv(self, rows: Iterable[Sequence[Cell]], *, separator: Separator) -> None:
        """Print a table as CSV, for a spreadsheet; `csv_text` has the form.

        On a terminal there is no byte order mark, and lines are made harmless as all others.
        """
        text = csv_text(rows, separator=separator).encode("utf-8", "replace").decode("utf-8")
        if self._stdout.isatty():
            for line in text.removeprefix(BYTE_ORDER_MARK).removesuffix("\r\n").split("\r\n"):
                self.line(line)
        elif not self._is_json:
            self._stdout.write(text)

    def file(self, text: str) -> None:
        """Print a file that another program reads; on a terminal lines are made harmless as all others."""
        whole = text.encode("utf-8", "replace").decode("utf-8")
        if self._stdout.isatty():
            for line in whole.removesuffix("\n").split("\n"):
                self.line(line)
        elif not self._is_json:
            self._stdout.write(whole)

    def qr(self, text: str) -> None:
        """Draw a QR code of `text` for people, for terminals with light letters on dark.

        What does not fit the terminal is drawn with less to spare, and if that does not help not at all:
        a code whose lines are broken is none. Then it is said what would help.
        """
        if self._is_json:
            return
        import segno  # Only here: it loads an HTTP client for a feature that nobody uses.

        columns = shutil.get_terminal_size().columns if self._stdout.isatty() else None
        width = 0
        for error, border in (("m", 4), ("l", 4), ("l", 2)):
            code = segno.make(text, error=error, micro=False)
            width = int(code.symbol_size(border=border)[0])
            if columns is None or width <= columns:
                code.terminal(out=self._stdout, border=border, compact=True)
                return
        self.line(
            say(
                "Its code is {width} columns wide and this terminal has {columns}: make it wider or "
                "its letters smaller, and run this again.",
                width=width,
                columns=columns,
            )
        )

    @contextmanager
    def progress(self, label: str, *, steps: int) -> Iterator[Callable[[int], None]]:
        """Show a progress bar during the `with` block; call what it gives with the steps just done."""
        if not self._stderr.isatty():
            yield lambda done: None
            return
        with click.progressbar(
            length=steps,
            label=printable(label),
            file=self._stderr,
            update_min_steps=max(1, steps // _MOST_PROGRESS_STEPS),
        ) as bar:
            yield bar.update

    @contextmanager
    def waiting(self, once: str) -> Iterator[Callable[[str], None] | None]:
        """Say on standard error that one waits, during the `with` block.

        On a terminal this gives a function that writes one line, again and again in the same place, and
        the line goes away at the end. Elsewhere `once` is printed and there is no function; with `--json`
        nothing is printed.
        """
        if self._is_json or not self._stderr.isatty():
            if not self._is_json:
                self.note(once)
            yield None
            return
        columns = shutil.get_terminal_size().columns - 1

        def write(text: str) -> None:
            self._stderr.write("\r" + _padded(printable(text)[:columns], columns))
            self._stderr.flush()

        try:
            yield write
        finally:
            write("")
            self._stderr.write("\r")
            self._stderr.flush()

    def result(self, fields: Mapping[str, object]) -> None:
        """Print the result for programs: with `--json`, one object on one line; otherwise nothing.

        Call it once, at the end. Values are what JSON has; amounts are integers in minor units.
        Raises `RuntimeError`, a mistake in the program, the second time.
        """
        if self._has_result:
            raise RuntimeError("a command has one result")
        self._has_result = True
        if self._is_json:
            print(json.dumps(dict(fields), allow_nan=False), file=self._stdout)


def printable(text: str) -> str:
    """The text with everything that could steer a terminal shown as its code, such as `\\x1b`."""
    return "".join(_shown(character) for character in text)


def display_width(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    return sum(_width(character) for character in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HARMFUL_CATEGORIES:
        return character
    return character.encode("unicode_escape").decode("ascii")


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _padded(text: str, width: int, *, is_right: bool = False) -> str:
    blanks = " " * (width - display_width(text))
    return blanks + text if is_right else text + blanks


def refuse_two_forms(format_: str, output: Output) -> None:
    """A file in the form that `--format` names, or JSON: both can't be printed. Raises `click.UsageError`."""
    if output.is_json and format_ != "table":
        raise click.UsageError(say("Give --json or --format {format}, not both.", format=format_))
