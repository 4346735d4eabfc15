"""A play goes on after an act that failed, and says why it did, to people and to programs."""

import json
from pathlib import Path

import click
import pytest

from cli.demo.play import run_play
from cli.demo.plays import Play
from cli.demo.world import World
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.terminal import Output


@pytest.mark.parametrize("is_json", [True, False])
def test_why_an_act_was_not_played_is_told(
    is_json: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(World, "wait", lambda *_: None)  # there is no node to audit

    def fail(_: World) -> None:
        raise CliError(ExitCode.REFUSED, "oven_cold", "The oven is cold.", "Light it.")

    play = Play(acts=(("bread is baked", fail), ("people eat", lambda _: None)))
    assert not run_play(play, tmp_path, program=click.Group(), output=Output(is_json=is_json))
    told = capsys.readouterr().out
    assert "The oven is cold." in told
    if is_json:
        found = json.loads(told.splitlines()[-1])
        assert found["not_played"] == ["bread is baked"]
        assert "The oven is cold." in found["problems"]["bread is baked"]
