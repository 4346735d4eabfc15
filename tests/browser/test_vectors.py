"""The pages' modules give the protocol's bytes in a real browser, with its own WebCrypto."""

import pytest

from tests.browser.driving import Browser
from tests.browser.stage import Stage
from tests.node.web.script_vectors import CHECK, MODULES, gather_vectors

pytestmark = pytest.mark.needs_browser


def test_vectors_in_chromium(stage: Stage, desktop: Browser) -> None:
    desktop.open(f"{stage.urls[1]}/verify?lang=en")
    result = desktop.run(
        f"const check = {CHECK.read_text()};"
        "const modules = {};"
        "for (const [name, place] of Object.entries(args[0]))"
        "  modules[name] = await import(`/web/${place}`);"
        "return check(modules, args[1]);",
        MODULES,
        gather_vectors(),
    )
    assert result["differences"] == []
    assert result["checked"] > 200
