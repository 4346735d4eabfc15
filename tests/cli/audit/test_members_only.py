"""`fiado audit URL` of a node that gives its log to its members: that is told, and is no fault of the log."""

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner

from cli.main import main
from cli.shell.exit_codes import ExitCode
from tests.node.http.towns import one_node
from tests.node.loops import on_loop
from tests.node.running import QUICK


@on_loop
async def test_a_log_for_members_is_not_called_wrong(tmp_path: Path) -> None:
    settings = QUICK + "[http]\nlog_for_members = true\n"
    async with one_node(tmp_path, settings=settings) as town:
        words = ["audit", town.node.url, "--json"]
        result = await asyncio.to_thread(CliRunner().invoke, main, words)
        assert result.exit_code == ExitCode.REFUSED, result.output
        error = json.loads(result.output.splitlines()[-1])["error"]
        assert error["name"] == "log_for_members" and "--as-member" in error["remedy"]
        assert "NOT RIGHT" not in result.output
