"""What is wrong with a node is said on its pages, in every language, and every kind of it has words."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from jinja2 import Environment

from node.engine.health.troubles import TroubleKind
from node.web.site import load_site
from node.words.codes import NAMES
from tests.builders import build_federation
from tests.node.running import running_nodes


def words(environment: Environment) -> dict[str, str]:
    """The words of the pages by kind."""
    found: dict[str, str] = dict(environment.get_template("troubles.html").module.WORDS)  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("language", NAMES)
def test_every_kind_of_trouble_is_worded(language: str) -> None:
    found = words(load_site().environments[language])
    missing = {kind.value for kind in TroubleKind} - found.keys()
    assert missing == set(), "node/web/templates/troubles.html words what is wrong for the pages"


def test_the_open_books_say_what_is_wrong(tmp_path: Path) -> None:
    async def visit() -> str:
        federation = build_federation(coops=2)
        async with (
            running_nodes(tmp_path, federation, 1) as nodes,
            aiohttp.request("GET", nodes[1].url + "/?lang=en") as answer,
        ):
            return await answer.text()

    assert "This node knows no other cooperative" in asyncio.run(visit())
