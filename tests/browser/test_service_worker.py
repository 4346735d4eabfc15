"""A browser that visited an older edition of the pages gets the new one, and has it without a network."""

from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver

from node.web.site import load_site
from node.web.statics import WORKER
from tests.browser.driving import Browser
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser

OLDER = Path(__file__).parent / "older_service_worker.js"
"""The worker of an edition that had all scripts in one folder, in a list that was written by hand."""
_CACHES = "return caches.keys()"
_IS_CONTROLLED = "return navigator.serviceWorker.controller !== null"


def wait_for_caches(phone: Browser, *names: str | None) -> None:
    """Wait until the worker keeps its files in one place, and this is it; None is any but the older's."""

    def look(_: webdriver.Chrome) -> bool:
        found: list[str] = phone.run(_CACHES)
        return len(found) == 1 and (found[0] in names or (None in names and found != ["fiado-1"]))

    phone.wait(look, f"the worker of {names}")


def test_a_new_edition_takes_over_from_an_older_worker(
    stage: Stage, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    statics = load_site().statics
    older = OLDER.read_bytes()
    with monkeypatch.context() as patched:
        served = replace(statics[WORKER], body=older, compressed=b"", etag='"older"')
        patched.setitem(statics, WORKER, served)
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        phone.wait(lambda _: phone.run(_IS_CONTROLLED), "the older worker answers")
        wait_for_caches(phone, "fiado-1")
        phone.driver.refresh()
        phone.find("#welcome")
    # The older one is still there when the node serves the new edition.
    phone.driver.refresh()
    phone.find("#welcome")
    wait_for_caches(phone, None)
    stage.stop(1)
    for page, shown in (("wallet", "#welcome"), ("verify", "form"), ("me", "main")):
        phone.open(f"{stage.urls[1]}/{page}?lang=es")
        phone.find(shown)
        phone.settle()  # every script that the page imports came from what is kept


def test_a_file_that_is_not_served_any_more_comes_from_what_is_kept(
    stage: Stage, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.wait(lambda _: phone.run(_IS_CONTROLLED), "the worker answers")
    wait_for_caches(phone, None)
    with monkeypatch.context() as patched:
        patched.delitem(load_site().statics, "parts/history.js")
        phone.driver.refresh()
        phone.find("#welcome")
        phone.settle()
