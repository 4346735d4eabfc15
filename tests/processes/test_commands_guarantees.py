"""Answering for another by commands, against a real node: shown before, told of, withdrawn."""

import datetime
from pathlib import Path

from cli.demo.founding import Founded
from cli.demo.processes import RunningNode
from cli.shell.exit_codes import ExitCode
from tests.processes.test_commands import Desk, alice, beto, desk, founded, nodes

__all__ = ["alice", "beto", "desk", "founded", "nodes"]

UNTIL = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=90)).date().isoformat()


def test_a_guarantee_is_offered_shown_and_withdrawn(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path, beto: Path
) -> None:
    room = desk.ok(["balance"], "--wallet", alice)["available"]
    assert isinstance(room, int) and room >= 5_000
    none = ["guarantee", "withdraw", "beto", "--yes"]
    error = desk.refused(ExitCode.REFUSED, none, "--wallet", alice)
    assert error["name"] == "guarantee_unchanged" and "You don't answer" in error["message"]
    offer = ["guarantee", "offer", "beto", "30", "--until", UNTIL, "--yes"]
    shown = desk.run(offer, "--wallet", alice).stdout
    assert "At worst you pay 30" in shown and "fiado guarantee withdraw beto" in shown
    assert desk.ok(["balance"], "--wallet", alice)["available"] == room - 3_000
    error = desk.refused(ExitCode.REFUSED, offer, "--wallet", alice)
    assert error["name"] == "guarantee_unchanged"
    much = ["guarantee", "offer", "beto", "9000000", "--until", UNTIL, "--yes"]
    error = desk.refused(ExitCode.REFUSED, much, "--wallet", alice)
    assert error["name"] == "guarantee_beyond_room"

    mine = desk.ok(["guarantee", "list"], "--wallet", alice)
    assert [each["cap"] for each in mine["given"]] == [3_000]
    desk.ok(["guarantee", "offer", "alice", "1", "--until", UNTIL, "--yes"], "--wallet", beto)
    theirs = desk.run(["guarantee", "list"], "--wallet", beto).stdout
    assert "For beto@" in theirs and "In a circle" in theirs
    key = desk.steward(founded, nodes[0].url, 1, 0)
    of_all = desk.ok(["steward", "guarantees"], "--key", key)
    assert (of_all["count"], of_all["pledged"]) == (2, 3_100)
    assert "For beto@" in desk.run(["steward", "guarantees", "beto"], "--key", key).stdout

    desk.ok(["pay", "alice@norte", "20"], "--wallet", beto)
    left = desk.ok(["guarantee", "withdraw", "beto", "--yes"], "--wallet", alice)
    assert (left["cap"], left["wanted"], left["needed"]) == (2_000, 0, 2_000)
    error = desk.refused(ExitCode.REFUSED, none, "--wallet", alice)
    assert "withdrawn it already" in error["message"]
    assert "would pay now" in desk.run(["guarantee", "list"], "--wallet", alice).stdout
    told = desk.run(["balance"], "--wallet", alice).stdout
    assert "You answer for others with 20" in told
    desk.ok(["steward", "freeze", "beto", "--reason", "a look", "--yes"], "--key", key)
    pending = desk.ok(["steward", "pending"], "--key", key)["drafts"]
    second = desk.steward(founded, nodes[0].url, 1, 2)
    desk.ok(["steward", "sign", pending[0]["id"], "--yes"], "--key", second)
    told = desk.run(["balance"], "--wallet", alice).stdout
    assert "the account of beto@norte is frozen; you answer up to 20" in told
    stays = desk.run(["guarantee", "show", "beto"], "--wallet", alice).stdout
    assert "as soon as no debt needs it" in stays
