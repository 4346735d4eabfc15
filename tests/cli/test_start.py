"""A command loads what it needs and nothing else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.main import PLACES, main
from cli.shell.lazy_commands import LazyCommands

SERVERS = {"aiohttp", "sqlalchemy", "jinja2", "node.engine.engine", "node.server", "node.store"}
"""Parts of a node, which no wallet needs."""
PICTURES = {"babel", "matplotlib", "numpy", "segno"}
OTHERS = {
    *("cli.audit", "cli.demo", "cli.federation", "cli.index", "cli.merchant", "cli.node"),
    "cli.steward",
}
"""Rooms of other commands, with their words."""
COMMANDS = {
    "cli.paying.commands",
    "cli.account.balance",
    "cli.account.commands",
    "cli.paying.words",
    "urllib3",
    "nacl",
}
"""What only some commands need."""


def loaded_by(program: str, *arguments: str) -> set[str]:
    """The modules that are loaded when a program has run, in an interpreter of its own."""
    report = "\nimport json, sys; print(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program + report, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_command_line_itself_loads_almost_nothing() -> None:
    loaded = loaded_by("import cli.main")
    assert not loaded & (SERVERS | PICTURES | OTHERS | COMMANDS)


@pytest.mark.parametrize("typed", [("balance",), ("pay", "alice@norte", "1"), ("history",)])
def test_a_members_command_loads_no_node_and_no_other_command(
    typed: tuple[str, ...], tmp_path: Path
) -> None:
    program = (
        "from cli.main import main\n"
        "try:\n    main(prog_name='fiado')\n"
        "except SystemExit as ended:\n    assert ended.code == 5, ended.code"
    )
    loaded = loaded_by(program, *typed, "--wallet", str(tmp_path / "none.json"))
    assert "cli.wallet.words" in loaded, "it was not run up to its error"
    assert not loaded & (SERVERS | PICTURES | OTHERS)


def test_a_nodes_settings_are_read_without_its_engine() -> None:
    assert not loaded_by("import node.folder.settings") & SERVERS


@pytest.mark.parametrize("name", sorted(PLACES))
def test_every_command_is_where_it_is_said_to_be(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"], prog_name="fiado")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: fiado {name} ")


def test_help_lists_all_commands_and_a_slip_is_understood() -> None:
    listed = CliRunner().invoke(main, ["--help"], prog_name="fiado").stdout
    assert all(f"\n  {name} " in listed for name in PLACES)
    slip = CliRunner().invoke(main, ["balanse"], prog_name="fiado")
    assert slip.exit_code == 2
    assert "balance" in slip.stderr


class TestLazyCommands:
    @pytest.fixture
    def commands(self) -> Iterator[LazyCommands]:
        yield LazyCommands({"pay": "cli.paying.commands:pay", "lost": "cli.commands.nowhere:lost"})

    def test_only_what_is_asked_for_is_imported(self, commands: LazyCommands) -> None:
        assert list(commands) == ["pay", "lost"]
        assert "lost" in commands and len(commands) == 2
        assert commands["pay"] is commands["pay"]
        with pytest.raises(ModuleNotFoundError):
            commands["lost"]
        assert commands.get("nonsense") is None

    def test_commands_can_be_added_and_taken_away(self, commands: LazyCommands) -> None:
        added = click.Command("added")
        commands["added"] = added
        assert commands["added"] is added
        del commands["lost"], commands["added"]
        assert list(commands) == ["pay"]
