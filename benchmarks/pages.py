"""What a member waits for on a slow phone: the wallet's page until a payment can be typed, a bill until it
is paid.

A headless Chromium of a phone's size, slowed down by its own developer tools: 400 ms before each answer,
400 kbit/s, and a processor six times slower. "First" is a phone that has the wallet, and nothing of the
pages any more; "second" the same phone when it comes back. Nobody thinks between two taps, and the nodes
stand beside the browser. The service worker is not slowed down; what it asks the network for nobody waits
for.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.measuring import Options, check
from node.web import library
from tests.browser.bills import Till
from tests.browser.driving import PHONE, Browser, browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.builders import build_federation
from tests.needs import missing_browser
from tests.node.web.script_vectors import WITHOUT_ED25519

ROUNDS: Final = 5
LATENCY_MS: Final = 400
BYTES_PER_SECOND: Final = 400_000 // 8
SLOWER: Final = 6
MOST_TAPS: Final = 3

_WATCH: Final = """
const seen = new MutationObserver(() => {
  for (const id of ["pay-amount", "review-pay"]) {
    if (document.getElementById(id)?.checkVisibility()) window.readyAt ??= performance.now();
  }
});
seen.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["hidden"] });
"""
_LOADED: Final = """
const found = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ startTime }) => startTime <= window.readyAt);
return { requests: found.length, bytes: found.reduce((sum, { transferSize }) => sum + transferSize, 0) };
"""
_FORGET: Final = """
for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
for (const name of await caches.keys()) await caches.delete(name);
"""
_KEPT: Final = """
const ready = await navigator.serviceWorker.ready;
return ready.active.state === "activated" && (await caches.keys()).length > 0;
"""


def run(options: Options) -> dict[str, object]:
    """Medians in milliseconds, of a first and a second visit, and the taps from a bill back to the shop."""
    check(missing_browser() is None, str(missing_browser()))
    rounds = 1 if options.small else ROUNDS
    federation = build_federation(coops=2, clearing_limit=1_000_000)
    with (
        TemporaryDirectory() as root,
        Stage(Path(root), federation) as stage,
        browser(PHONE) as phone,
    ):
        till = Till(stage, 2)
        join(phone, stage, 1, "ana", limit=50_000)
        phone.open(f"{stage.urls[1]}/?lang=es")  # with translations, as most have it
        phone.before_pages(_WATCH)
        visits = [_visit_twice(phone, f"{stage.urls[1]}/wallet#pay") for _ in range(rounds)]
        first, second = visits[-1]
        return {
            "rounds": rounds,
            "slow_phone": {
                "latency_ms": LATENCY_MS,
                "bytes_per_second": BYTES_PER_SECOND,
                "slower": SLOWER,
            },
            "requests": first["requests"],
            "kilobytes": round(first["bytes"] / 1000, 1),
            "ready_ms": _median(first["ready"] for first, _ in visits),
            "second_requests": second["requests"],
            "second_kilobytes": round(second["bytes"] / 1000, 1),
            "second_ready_ms": _median(second["ready"] for _, second in visits),
            **_from_bill_to_shop(phone, stage, till),
            "without_ed25519": _older_phone(stage, till),
        }


def _older_phone(stage: Stage, till: Till) -> dict[str, object]:
    """The same for a browser that signs by the library of the pages; nothing where that is not here."""
    if not library.is_here():
        return {}
    with browser(PHONE) as phone:
        phone.before_pages(WITHOUT_ED25519)
        join(phone, stage, 1, "eva", limit=50_000)
        phone.before_pages(_WATCH)
        first, second = _visit_twice(phone, f"{stage.urls[1]}/wallet#pay")
        return {
            "requests": first["requests"],
            "ready_ms": _median([first["ready"]]),
            "second_ready_ms": _median([second["ready"]]),
            **_from_bill_to_shop(phone, stage, till),
        }


def _median(values: Any) -> int:
    return int(statistics.median(values))


def _visit_twice(phone: Browser, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A visit without anything of the pages kept, and one with what the first has left."""
    phone.run(_FORGET)
    phone.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    first = _visit(phone, url)
    phone.wait(lambda _: phone.run(_KEPT) or None, "the pages are kept")
    return first, _visit(phone, url)


def _visit(phone: Browser, url: str) -> dict[str, Any]:
    phone.open("about:blank")
    _slow_down(phone, is_slow=True)
    phone.open(url)
    ready = phone.wait(lambda _: phone.run("return window.readyAt"), "a payment can be typed")
    loaded: dict[str, Any] = phone.run(_LOADED)
    _slow_down(phone, is_slow=False)
    return {**loaded, "ready": ready}


def _slow_down(phone: Browser, *, is_slow: bool) -> None:
    rate = {"rate": SLOWER if is_slow else 1}
    phone.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", rate)
    if is_slow:
        phone.driver.set_network_conditions(
            offline=False,
            latency=LATENCY_MS,
            download_throughput=BYTES_PER_SECOND,
            upload_throughput=BYTES_PER_SECOND,
        )
    else:
        phone.driver.delete_network_conditions()


def _from_bill_to_shop(phone: Browser, stage: Stage, till: Till) -> dict[str, object]:
    """A member of another coop, who has been at the own wallet: from the bill's page back to the shop."""
    shop = f"{stage.urls[2]}/verify"
    bill = till.make(redirect_url=shop)
    steps: list[tuple[str, Callable[[], str]]] = [
        (f'[data-home="{stage.urls[1]}"]', lambda: phone.find("#review-pay").text),
        ("#review-pay", lambda: phone.find("#receipt-back").text),
        ("#receipt-back", lambda: phone.find("#check-form, form").tag_name),
    ]
    _slow_down(phone, is_slow=True)
    start = time.perf_counter()
    phone.open(bill["link"])
    seconds = []
    for tapped, arrived in steps:
        phone.click(tapped)
        arrived()
        seconds.append(time.perf_counter() - start)
    _slow_down(phone, is_slow=False)
    check(phone.driver.current_url == shop, "the payer is not back at the shop")
    till.until(bill, "settled")
    check(len(steps) <= MOST_TAPS, "too many taps")
    return {
        "taps": len(steps),
        "bill_review_ms": round(1000 * seconds[0]),
        "bill_paid_ms": round(1000 * seconds[1]),
        "back_at_shop_ms": round(1000 * seconds[2]),
    }
