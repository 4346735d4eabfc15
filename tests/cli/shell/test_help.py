"""The help of every command in another language: no English sentence, no name of a place left in English."""

from collections.abc import Iterator
from functools import cache

import click
import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.help_texts import PLACES
from node.words.codes import NAMES, SOURCE_LANGUAGE
from tests.cli.english import english_in

TRANSLATED = [code for code in NAMES if code != SOURCE_LANGUAGE]
THE_SAME = {"CURSOR", "ITEM"}
"""Places that are called so in a translation too."""


def commands(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """All commands, by the words that are typed."""
    yield path
    if isinstance(command, click.Group):
        for name in command.commands:
            yield from commands(command.commands[name], *path, name)


@cache
def help_of(code: str, *path: str) -> str:
    """What `--help` prints, as one line for each paragraph or option."""
    return CliRunner().invoke(main, ["--lang", code, *path, "--help"]).output


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_help_has_an_english_sentence(code: str) -> None:
    found = {path: english_in(help_of(code, *path)) for path in commands(main)}
    assert len(found) > 100
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_is_to_be_typed_is_named_in_the_language(code: str) -> None:
    left = {
        (path, place)
        for path in commands(main)
        for place in set(PLACES) - THE_SAME
        if place in help_of(code, *path).replace("|", " ").replace("]", " ").split()
    }
    assert left == set()


def test_a_help_text_names_the_same_place_as_its_usage_line() -> None:
    told = help_of("es", "guarantee", "offer")
    assert "NOMBRE IMPORTE" in told.splitlines()[0]
    assert "HANDLE" not in told
    assert "HANDLE AMOUNT" in help_of("en", "guarantee", "offer").splitlines()[0]
