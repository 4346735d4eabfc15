"""What a node answers while it waits for its place in the charter: that it runs, and what it waits for.

It has no engine and no links yet (`node.joining`). Without this its port would be closed, and whoever looked
could not tell a node that waits from one that was never started.
"""

import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from ledger import __version__
from ledger.validators.choose import chosen_name
from node.engine.health.status import Readiness
from node.engine.health.troubles import Severity, TroubleKind
from node.errors import ListenFault
from node.folder.files import SETTINGS_FILE, NotInCharter, read_file
from node.folder.loading import load_folder
from node.folder.settings import NodeSettings, parse_settings
from node.http.base import shapes
from node.http.base.api import json_response, problem_response
from node.http.base.heads import IDLE_MS
from node.http.base.problem import Problem
from node.http.base.problems import NOT_READY
from node.http.books.shapes import Health, Ready

_REQUEST_ID: Final = "0" * 16
"""Nothing is looked up by it: these answers are always the same."""


def what_is_missing(folder: Path) -> str | None:
    """Why the node of a folder has no place in the charter yet, in words; None when it has one.

    Raises `FolderError` for a folder that can't be used at all.
    """
    try:
        load_folder(folder)
    except NotInCharter as missing:
        return str(missing)
    return None


@asynccontextmanager
async def waiting_room(folder: Path, missing: str) -> AsyncIterator[None]:
    """Answer at the node's own address, for the `with` block. Raises `FolderError`, `ListenFault`."""
    settings = parse_settings(read_file(folder / SETTINGS_FILE))
    app = _app(settings, missing)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=IDLE_MS / 1000)
    await runner.setup()
    listen = settings.listen
    try:
        try:
            await web.TCPSite(runner, listen.host, listen.port).start()
        except OSError as error:
            raise ListenFault(
                listen.host,
                listen.port,
                os.strerror(error.errno) if error.errno and error.errno > 0 else str(error),
                is_taken=error.errno == errno.EADDRINUSE,
            ) from error
        yield
    finally:
        await runner.cleanup()


def waiting_words(coop: str, missing: str) -> tuple[str, str]:
    """What a node that waits says of itself, and what helps."""
    return (
        f"The node of {coop} runs, and waits until the federation has decided on its place ({missing}).",
        "Nothing has to be done here: it asks the nodes under [peers] every few seconds, and goes on by "
        "itself. `fiado federation show URL`, with the address of one of them, says how far the decision is.",
    )


def _app(settings: NodeSettings, missing: str) -> web.Application:
    detail, remedy = waiting_words(settings.coop, missing)
    health = Health(
        status="alive", validator=chosen_name(), version=__version__, coop=settings.coop
    )
    trouble = shapes.Trouble(
        kind=TroubleKind.JOINING,
        severity=Severity.STOPS,
        coop=None,
        other=None,
        seconds=0,
        values={},
        detail=detail,
        remedy=remedy,
    )
    ready = Ready(ready=False, readiness=Readiness.JOINING, troubles=[trouble])
    problem = Problem(NOT_READY, detail, remedy=remedy, retryable=False)

    async def tell_health(_: web.Request) -> web.Response:
        return json_response(health)

    async def tell_ready(_: web.Request) -> web.Response:
        return json_response(ready, status=503)

    async def tell_the_rest(_: web.Request) -> web.Response:
        return problem_response(problem, _REQUEST_ID)

    app = web.Application()
    app.router.add_get("/health", tell_health)
    app.router.add_get("/ready", tell_ready)
    app.router.add_route("*", "/{rest:.*}", tell_the_rest)
    return app
