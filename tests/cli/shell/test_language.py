"""Which language a command line is answered in, and how it writes amounts, days and answers there."""

import json
from collections.abc import Mapping, Sequence

import click
import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.consent import agree_to_sign
from cli.shell.errors import CliError
from cli.shell.forms import day, in_units, marked, moment
from cli.shell.language import chosen, language, later, say, speaking, without_choice
from ledger.entries import LAST_TIME


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [
        ((), {}, "en"),
        ((), {"LANG": "es_AR.UTF-8"}, "es"),
        ((), {"LANG": "pt_BR"}, "pt"),
        ((), {"LANG": "de_DE.UTF-8"}, "en"),
        ((), {"LANG": "C.UTF-8"}, "en"),
        ((), {"LANG": "es_AR.UTF-8", "LC_ALL": "C"}, "en"),
        ((), {"LANG": "en_US", "LC_MESSAGES": "pt_BR.UTF-8"}, "pt"),
        ((), {"LANG": "en_US", "LC_ALL": "", "FIADO_LANG": "es"}, "es"),
        ((), {"LC_ALL": "pt_BR", "FIADO_LANG": "es"}, "es"),
        ((), {"LANG": "../../es"}, "en"),
        (("--lang", "pt", "balance"), {"LANG": "es_AR"}, "pt"),
        (("--lang=en", "balance"), {"LANG": "es_AR"}, "en"),
        (("--lang", "xx"), {"LANG": "es_AR"}, "es"),
        (("--lang",), {"LANG": "es_AR"}, "es"),
        (("pay", "a@norte", "--memo", "--lang", "pt"), {}, "en"),
    ],
)
def test_the_language_of_a_command_line(
    arguments: Sequence[str], environment: Mapping[str, str], code: str
) -> None:
    assert chosen(arguments, environment) == code


def test_a_command_is_recognized_whatever_language_is_asked_for() -> None:
    assert without_choice(["--lang", "es", "node", "status"]) == ["node", "status"]
    assert without_choice(["--lang=es", "balance"]) == ["balance"]
    assert without_choice(["balance"]) == ["balance"]


def test_another_language_is_spoken_for_a_while_only() -> None:
    text = later("Nobody has an account yet.")
    with speaking("es"):
        assert say(text) == "Todavía nadie tiene cuenta." and language() == "es"
        with speaking("pt"):
            assert say(text) == "Ninguém tem conta ainda."
    assert say(text) == text and language() == "en"


def test_what_no_catalogue_has_is_said_in_english_with_its_values() -> None:
    with speaking("es"):
        assert say("never {heard} of", heard="{of}") == "never {of} of"


@pytest.mark.parametrize(
    ("code", "amount", "shown_day", "shown_time", "percent"),
    [
        ("en", "-1234567.05", "2026-01-01", "2026-01-01 00:00 UTC", "2.5"),
        ("es", "-1.234.567,05", "1 ene 2026", "1 ene 2026, 00:00 UTC", "2,5"),
        ("pt", "-1.234.567,05", "1 jan. 2026", "1 jan. 2026, 00:00 UTC", "2,5"),
    ],
)
def test_amounts_and_times_are_written_as_people_there_do(
    code: str, amount: str, shown_day: str, shown_time: str, percent: str
) -> None:
    with speaking(code):
        assert in_units(-123_456_705) == amount
        assert (day(20_454), moment(1_767_225_600), marked("2.5")) == (
            shown_day,
            shown_time,
            percent,
        )
        assert "9999" in moment(LAST_TIME + 1)


class TestCommands:
    def run(self, *words: str, **environment: str) -> tuple[int, str]:
        result = CliRunner(env=environment).invoke(main, words, prog_name="fiado")
        return result.exit_code, result.output

    def test_help_and_the_words_of_click_are_in_the_language(self) -> None:
        _, told = self.run("--lang", "es", "pay", "--help")
        assert told.startswith("Uso: fiado pay [OPCIONES]")
        assert "Opciones:" in told and "Mostrar este mensaje y salir." in told
        assert not any(word in told for word in ("Usage", "Options", " the ", "Show "))

    def test_a_slip_is_explained_in_the_language(self) -> None:
        code, told = self.run("pay", FIADO_LANG="pt")
        assert (code, told) == (
            2,
            "Erro: Falta o argumento 'A_QUEM'.\n`fiado pay --help` explica o que escrever.\n",
        )

    def test_the_help_of_a_command_within_a_group_too(self) -> None:
        _, told = self.run("steward", "key", "new", "--help", LANG="es_AR.UTF-8", FIADO_LANG="")
        assert "Hace la clave de un responsable" in told and "words that bring" not in told

    def test_english_is_itself_again_afterwards(self) -> None:
        self.run("--lang", "es", "pay", "--help")
        assert self.run("pay", "--help")[1].startswith("Usage: fiado pay [OPTIONS]")

    def test_programs_read_the_same_in_every_language(self) -> None:
        told = [self.run("--lang", code, "pay", "--json") for code in ("en", "es", "pt")]
        assert told[0] == told[1] == told[2]
        assert json.loads(told[0][1])["error"]["message"] == "Missing argument 'PAYEE'."

    def test_an_unknown_language_is_refused_by_name(self) -> None:
        code, told = self.run("--lang", "xx", "balance", FIADO_LANG="es")
        assert code == 2 and told.startswith("Error: El valor de '--lang' no vale: 'xx' no es")


@pytest.mark.parametrize(
    ("code", "typed", "agreed"),
    [
        *(("es", word, True) for word in ("s", "S", "sí", "si", "y", "yes")),
        *(("es", word, False) for word in ("", "n", "no")),
        *(("pt", word, True) for word in ("s", "sim", "y")),
        *(("pt", word, False) for word in ("", "n", "não", "nao", "no")),
        *(("en", word, True) for word in ("y", "Yes")),
        *(("en", word, False) for word in ("", "n", "NO")),
    ],
)
def test_people_agree_in_their_language(code: str, typed: str, agreed: bool) -> None:
    @click.command()
    def ask() -> None:
        with speaking(code):
            agree_to_sign("?")

    error = CliRunner().invoke(ask, input=f"{typed}\n").exception
    assert (error is None) is agreed
    assert agreed or isinstance(error, CliError)


def test_what_is_neither_yes_nor_no_is_asked_again() -> None:
    @click.command()
    def ask() -> None:
        with speaking("es"):
            agree_to_sign("¿Firmar?")

    result = CliRunner().invoke(ask, input="quizás\ns\n")
    assert result.exit_code == 0
    assert result.output.count("¿Firmar? [s/N]: ") == 2
