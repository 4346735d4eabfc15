"""Pages that are kept: without a network, on a way on which nothing arrives, and when the node has a newer
edition."""

from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver

from node.web import assets as assets_of_pages
from node.web.bundles import page_bundle
from node.web.site import Site, load_site
from node.web.statics import WORKER
from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.slow_way import SlowWay
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser

OLDER = Path(__file__).parent / "older_service_worker.js"
"""The worker of an edition that had all scripts in one folder, in a list that was written by hand."""
_CACHES = "return caches.keys()"
_IS_CONTROLLED = "return navigator.serviceWorker.controller !== null"
_EDITION = "return globalThis.edition"
_END_OF_INSTALL = """
const {installing} = await navigator.serviceWorker.register("/service-worker.js");
return new Promise((done) => { installing.onstatechange = () => {
  if (["activated", "redundant"].includes(installing.state)) done(installing.state);
}; });
"""
_UPDATE = "await (await navigator.serviceWorker.getRegistration()).update()"


def wait_for_edition(phone: Browser, *, beside: tuple[str, ...] = ()) -> str:
    """Wait until the worker of an edition that is not among these answers and has kept everything; its
    cache's name."""

    def look(_: webdriver.Chrome) -> str | None:
        found: list[str] = phone.run(_CACHES)
        fresh = [name for name in found if name not in beside]
        is_ready = phone.run(
            "const found = await navigator.serviceWorker.getRegistration();"
            "return found?.active?.state === 'activated' && !found.installing && !found.waiting"
        )
        return fresh[0] if is_ready and len(fresh) == 1 else None

    name = phone.wait(look, f"the worker of another edition than {beside}")
    assert name is not None
    return name


def make_newer(patched: pytest.MonkeyPatch, edition: int) -> None:
    """Let nodes have a newer edition of style and scripts, and no file of the one before."""
    site = load_site()
    style = site.statics["fiado.css"]
    body = style.body + b".newer-%d {}" % edition
    patched.setitem(site.statics, "fiado.css", replace(style, body=body))

    def newer_bundle(*given: object) -> bytes:
        return page_bundle(*given) + b"globalThis.edition = %d;" % edition  # type: ignore[arg-type]

    patched.setattr(assets_of_pages, "page_bundle", newer_bundle)
    # All at once, there and back: the node answers meanwhile.
    fresh = vars(site.assets) | {"_made": {}, "_scripts": {}, "_later": {}}
    patched.setattr(site.assets, "__dict__", fresh)


def test_a_new_edition_takes_over_from_an_older_worker(
    stage: Stage, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    statics = load_site().statics
    with monkeypatch.context() as patched:
        patched.setitem(statics, WORKER, replace(statics[WORKER], body=OLDER.read_bytes()))
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        phone.wait(lambda _: phone.run(_IS_CONTROLLED), "the older worker answers")
        assert wait_for_edition(phone) == "fiado-1"
        phone.driver.refresh()
        phone.find("#welcome")
    # The older one is still there when the node serves the new edition.
    phone.driver.refresh()
    phone.find("#welcome")
    wait_for_edition(phone, beside=("fiado-1",))
    stage.stop(1)
    for page, shown in (("wallet", "#welcome"), ("verify", "form"), ("me", "main")):
        phone.open(f"{stage.urls[1]}/{page}")
        phone.find(shown)
        phone.settle()  # all that the page loads came from what is kept


def test_a_page_of_an_older_edition_works_and_is_loaded_anew_unless_it_is_in_use(
    stage: Stage, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    older = wait_for_edition(phone)
    phone.driver.refresh()
    phone.find("#welcome")
    make_newer(monkeypatch, 1)
    # In use: the page stays as it is, and what it loads only now is still there.
    phone.click("#begin-restore")
    phone.run(_UPDATE)
    newer = wait_for_edition(phone, beside=(older,))
    phone.type("#restore-words", "none of these are words")
    phone.click("#restore-form .primary")
    phone.wait_text("#restore-error", "twelve or twenty-four words")
    assert phone.run(_EDITION) is None
    phone.driver.refresh()
    phone.find("#welcome")
    phone.wait(lambda _: phone.run(_EDITION) == 1, "the newer edition")
    make_newer(monkeypatch, 2)
    # Nobody has touched it: the page that is kept comes at once, and then that of the node's edition.
    phone.driver.refresh()
    phone.find("#welcome")
    phone.run(_UPDATE)
    wait_for_edition(phone, beside=(newer, older))
    phone.wait(lambda _: phone.run(_EDITION) == 2, "the page was loaded anew")
    assert phone.console_errors() == []


def test_a_page_that_is_older_than_its_node_is_loaded_anew(
    stage: Stage, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a browser goes back to a page of yesterday, and no worker has kept what that loaded."""
    phone.before_pages("delete Navigator.prototype.serviceWorker")
    given = load_site().environments["en"].globals
    asked: list[str] = []

    def script(page: str) -> str:
        asked.append(page)
        first = f"/web/made/{page}-en-0123456789abcdef.js"
        return first if len(asked) == 1 else load_site().assets.script(page, "en")

    monkeypatch.setitem(given, "script", script)
    phone.open(f"{stage.urls[1]}/verify?lang=en")
    phone.find("#verify-form")
    assert asked == ["verify", "verify"]


def test_a_worker_keeps_no_page_of_a_language_that_was_chosen_meanwhile(
    stage: Stage, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    spanish, worker = load_site().languages["es"], Site.worker
    with monkeypatch.context() as patched:
        patched.setattr(Site, "worker", lambda site, api, _: worker(site, api, spanish))
        phone.open(f"{stage.urls[1]}/coops?lang=en")
        assert phone.run(_END_OF_INSTALL) == "redundant"
        assert phone.run(_CACHES) == []
    phone.open(f"{stage.urls[1]}/wallet?lang=es")
    phone.wait_text("#welcome", "palabras")
    wait_for_edition(phone)
    phone.open(f"{stage.urls[1]}/wallet?lang=es")
    phone.wait_text("#welcome", "palabras")


def test_a_way_on_which_nothing_arrives_is_no_worse_than_none(stage: Stage, phone: Browser) -> None:
    way = stage.run(_opened(stage.urls[1]))
    stage.urls[1] = way.url
    phone.open(f"{way.url}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    wait_for_edition(phone)
    stage.run(way.stall())
    phone.open("about:blank")
    phone.open(f"{way.url}/wallet")
    assert phone.text("#balance-words") == "You are at zero"
    assert "asking" in phone.text("#as-of")
    phone.click('a[href="#pay"]')
    phone.type("#pay-amount", "1")
    phone.open(f"{way.url}/verify")
    phone.find("form")
    stage.run(way.close())


async def _opened(url: str) -> SlowWay:
    way = SlowWay(url)
    await way.open()
    return way
