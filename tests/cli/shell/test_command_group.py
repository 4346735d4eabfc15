"""Each way a command can end gives its exit code, words for people and an object for programs."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.main import READING, main
from cli.shell.command_group import CommandGroup
from cli.shell.exit_codes import ExitCode
from cli.shell.parameters import (
    ADDRESS,
    AMOUNT,
    LIMIT,
    output_option,
    passphrase_options,
    wallet_option,
)
from cli.shell.passphrase import PassphraseError, PassphraseFault, PassphraseSource, read_passphrase
from cli.shell.terminal import Output
from node.member.addresses import Address
from node.member.pending_journal import PaymentPending
from node.member.wallet_file import read_wallet
from tests.places import PROJECT


@click.group(cls=CommandGroup)
def program() -> None:
    """A program with one command for each way to end."""


@program.command()
@click.argument("payee", type=ADDRESS)
@click.argument("amount", type=AMOUNT)
@click.option("--limit", type=LIMIT, default="0")
@output_option
def pay(payee: Address, amount: int, limit: int, output: Output) -> None:
    output.line(f"{payee} gets {amount}")
    output.result({"payee": str(payee), "amount": amount, "limit": limit})


@program.command()
@wallet_option
@passphrase_options
def wallet(wallet: Path, passphrase: PassphraseSource) -> None:
    read_passphrase(passphrase, is_new=False, prompt=nobody)
    read_wallet(wallet)


@program.command()
@click.argument("how")
@click.option("--json", is_flag=True)
@click.pass_context
def end(context: click.Context, how: str, json: bool) -> None:
    if how == "interrupted":
        raise KeyboardInterrupt
    if how == "pending":
        raise PaymentPending(7)
    if how == "audit":
        context.exit(ExitCode.AUDIT_FAILED)
    if how == "mistake":
        raise LookupError("boom\x1b[2J")


@program.command()
def flood() -> None:
    for _ in range(200_000):
        click.echo("line")


def nobody(label: str, *, confirm: bool) -> str:
    raise PassphraseError(PassphraseFault.NO_TERMINAL)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(program, arguments, prog_name="fiado", env={"FIADO_WALLET": None})
    return result.exit_code, result.stdout, result.stderr


def test_a_command_that_works_ends_with_zero() -> None:
    assert run("pay", "Alice@norte", "12,50") == (0, "alice@norte gets 1250\n", "")
    code, printed, _ = run("pay", "alice@norte", "12.50", "--limit", "1250", "--json")
    assert code == 0
    assert json.loads(printed) == {"payee": "alice@norte", "amount": 1250, "limit": 125_000}


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (("pay", "alice@norte", "1.250"), ExitCode.USAGE, "amount_thousands_mark"),
        (("pay", "alice@norte", "0"), ExitCode.USAGE, "amount_zero"),
        (("pay", "alice", "1"), ExitCode.USAGE, "address_malformed"),
        (("pay", "alice@norte"), ExitCode.USAGE, "usage"),
        (("pay", "alice@norte", "1", "--nonsense"), ExitCode.USAGE, "usage"),
        (("nonsense",), ExitCode.USAGE, "usage"),
        (("end", "interrupted"), ExitCode.INTERRUPTED, "interrupted"),
        (("end", "pending"), ExitCode.OUTCOME_UNKNOWN, "payment_pending"),
        (("end", "mistake"), ExitCode.INTERNAL, "internal"),
    ],
)
def test_an_error_is_worded_for_people_and_for_programs(
    arguments: tuple[str, ...], code: ExitCode, name: str
) -> None:
    ended, printed, said = run(*arguments)
    assert (ended, printed) == (code, "")
    assert "Error: " in said
    ended, printed, _ = run(*arguments, "--json")
    assert ended == code
    error = json.loads(printed.splitlines()[-1])["error"]
    assert (error["name"], error["exit_code"]) == (name, code)
    assert f"Error: {error['message']}" in said
    assert error["remedy"] in said


def test_a_command_may_choose_its_code() -> None:
    assert run("end", "audit") == (ExitCode.AUDIT_FAILED, "", "")


def test_help_and_version_end_with_zero() -> None:
    code, printed, _ = run("pay", "--help")
    assert code == 0
    assert "PAYEE AMOUNT" in printed


def test_a_group_alone_shows_its_help() -> None:
    code, printed, said = run()
    assert (code, printed) == (ExitCode.USAGE, "")
    assert "Commands:\n" in said
    assert "Error" not in said


def test_a_mistake_in_the_program_shows_where_it_is() -> None:
    _, _, said = run("end", "mistake")
    assert "Traceback" in said
    assert "LookupError: boom\\x1b[2J" in said
    assert "\x1b" not in said


def test_a_passphrase_comes_from_one_place_and_a_missing_wallet_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("cuatro palabras\n", encoding="utf-8")
    secret.chmod(0o600)
    missing = tmp_path / "wallet.json"
    given = ("--passphrase-file", str(secret))
    code, _, said = run("wallet", "--wallet", str(missing), *given)
    assert code == ExitCode.WALLET
    assert f"There is no wallet at {missing}." in said
    assert run("wallet", *given, "--passphrase-fd", "3")[0] == ExitCode.USAGE
    code, _, said = run("wallet")
    assert code == ExitCode.WALLET
    assert "--passphrase-file" in said


def test_no_option_takes_a_secret() -> None:
    code, printed, _ = run("wallet", "--help")
    assert code == 0
    options = {word for word in printed.split() if word.startswith("--pass")}
    assert options == {"--passphrase-file", "--passphrase-fd"}


def test_a_reader_that_goes_away_does_not_look_like_a_refusal() -> None:
    command = "from tests.cli.shell.test_command_group import program; program(['flood'])"
    with subprocess.Popen(
        [sys.executable, "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "line\n"
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == ExitCode.INPUT_OUTPUT
    assert "went away" in said
    assert "Traceback" not in said


def test_what_changes_nothing_ends_quietly_when_nobody_reads_on() -> None:
    """Such as `fiado history | head -2`."""
    command = (
        "from tests.cli.shell.test_command_group import program; program.reading = {'flood'}; "
    )
    with subprocess.Popen(
        [sys.executable, "-c", command + "program(['flood'])"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "line\n"
        process.stdout.close()
        said = process.stderr.read()
    assert said == ""
    assert process.returncode == ExitCode.INPUT_OUTPUT


def test_a_command_of_a_group_ends_quietly_too() -> None:
    program.reading = {"box look"}
    try:
        for words, is_quiet in ((["box", "look"], True), (["box", "put"], False)):
            program._typed = words
            assert program.only_reads() is is_quiet
    finally:
        program.reading = ()


@pytest.mark.parametrize("name", sorted(READING))
def test_what_is_said_to_change_nothing_is_a_command(name: str) -> None:
    found: click.Command | None = main
    for word in name.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)
    assert found is not None


@pytest.mark.parametrize(
    "words",
    [("pay", "alice@norte", "-5"), ("pay", "alice@norte", "-0.50"), ("pay", "a@b", "-12,5")],
)
def test_a_number_with_a_minus_sign_is_not_called_an_option(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(program, [*words, "--json"])
    assert result.exit_code == ExitCode.USAGE
    error = json.loads(result.stdout)["error"]
    assert error["name"] == "amount_negative"
    assert "without a sign" in error["remedy"]


def test_an_option_that_there_is_not_is_named() -> None:
    result = CliRunner().invoke(program, ["pay", "alice@norte", "5", "-x"])
    assert result.exit_code == ExitCode.USAGE
    assert "'-x'" in result.stderr
