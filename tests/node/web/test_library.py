"""The libraries of the pages: copied whole or not at all, served beside the pages, not needed."""

import asyncio
import json
import logging
import re
from pathlib import Path

import aiohttp
import pytest

from node.logs import LOGGER
from node.web import library
from node.web.library import LibraryIncomplete, copy_library, is_here, main, places
from node.web.site import load_site
from tests.builders import build_federation
from tests.node.running import running_nodes

ROOT = Path(__file__).parents[3]


def a_folder_of_npm(root: Path, **texts: str) -> Path:
    """Every file that is copied, empty but for those whose text is given by its name."""
    for source in places():
        (root / source).parent.mkdir(parents=True, exist_ok=True)
        (root / source).write_text(texts.get(Path(source).stem, ""))
    return root


def test_imports_are_found_beside_each_other_and_explanations_are_left_out(tmp_path: Path) -> None:
    text = (
        "/**\n * What it does.\n */\n/*! MIT License (c) somebody */\n// why\n"
        "import { a } from '@noble/hashes/utils.js';\nexport { b } from \"./curve.js\";\n"
    )
    modules = a_folder_of_npm(tmp_path / "npm", montgomery=text, jsQR="/** kept */\nlet a;\n")
    copy_library(modules, tmp_path / "here")
    assert is_here(tmp_path / "here")
    assert (tmp_path / "here/noble/curves/abstract/montgomery.js").read_text() == (
        "/*! MIT License (c) somebody */\n"
        'import { a } from "../../hashes/utils.js";\nexport { b } from "./curve.js";\n'
    )
    assert (tmp_path / "here/jsqr/dist/jsQR.js").read_text() == "/** kept */\nlet a;\n"
    assert (tmp_path / "here/noble/curves/LICENSE").is_file()


def test_what_is_missing_is_named_and_nothing_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = a_folder_of_npm(tmp_path / "npm")
    (modules / "jsqr/dist/jsQR.js").unlink()
    monkeypatch.setattr(library, "FOLDER", tmp_path / "here")
    with pytest.raises(SystemExit, match=r"not copied: .*jsqr/dist/jsQR\.js is not there"):
        main(str(modules))
    assert not is_here(tmp_path / "here")
    modules = a_folder_of_npm(tmp_path / "npm", salsa='import { a } from "./aes.js";')
    with pytest.raises(LibraryIncomplete, match=r"salsa\.js imports \./aes\.js, which is not"):
        copy_library(modules, tmp_path / "here")
    assert not (tmp_path / "here").exists()


def test_without_npm_a_sentence_says_what_that_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    main()
    assert "can't keep a wallet" in capsys.readouterr().err


def test_versions_are_exact_and_the_lock_has_hashes_and_no_host() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert wanted.keys() == library.PACKAGES.keys()
    text = (ROOT / "package-lock.json").read_text()
    locked = json.loads(text)["packages"]
    for name, version in wanted.items():
        package = locked[f"node_modules/{name}"]
        assert package["version"] == version and re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert package["integrity"].startswith("sha512-")
    assert len(locked) == len(wanted) + 1
    assert '"resolved"' not in text


def test_a_node_without_them_says_so_and_serves_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(library, "FOLDER", tmp_path / "none")

    async def visit() -> int:
        async with (
            running_nodes(tmp_path, build_federation(coops=1), 1) as nodes,
            aiohttp.ClientSession() as session,
            session.get(nodes[1].url + "/wallet") as answer,
        ):
            return answer.status

    monkeypatch.setattr(LOGGER, "propagate", True)
    load_site.cache_clear()
    try:
        with caplog.at_level(logging.WARNING, LOGGER.name):
            assert asyncio.run(visit()) == 200
    finally:
        load_site.cache_clear()
    assert "pages_without_library" in caplog.messages


@pytest.mark.needs_page_library
def test_a_node_serves_each_file_and_nothing_beside_them(tmp_path: Path) -> None:
    async def visit() -> dict[str, int]:
        scripts = [f"/web/library/{place}" for place in places().values() if place.endswith(".js")]
        found = {}
        async with (
            running_nodes(tmp_path, build_federation(coops=1), 1) as nodes,
            aiohttp.ClientSession() as session,
        ):
            for path in (*scripts, "/web/library/noble/curves/LICENSE", "/web/library/a/b/c.js"):
                async with session.get(nodes[1].url + path) as answer:
                    found[path] = answer.status
        return found

    found = asyncio.run(visit())
    assert found.pop("/web/library/noble/curves/LICENSE") == 404
    assert found.pop("/web/library/a/b/c.js") == 404
    assert set(found.values()) == {200} and len(found) == 15
