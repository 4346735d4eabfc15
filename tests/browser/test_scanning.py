"""Codes are read with the camera in browsers that have no reader of their own, by the library."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.browser.driving import PHONE, Browser, browser
from tests.browser.firefox import firefox
from tests.browser.members import join, pay
from tests.browser.stage import Stage

pytestmark = [pytest.mark.needs_page_library]

NO_READER = "delete globalThis.BarcodeDetector;"
CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  const picture = new Image();
  picture.src = window.scene;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [960, 720];
  const context = canvas.getContext("2d");
  const draw = () => {
    context.fillStyle = "#888";
    context.fillRect(0, 0, 960, 720);
    context.drawImage(picture, 230, 110, 500, 500);
  };
  draw();
  setInterval(draw, 50);
  return canvas.captureStream(20);
};
"""
"""A camera before which somebody holds the picture at `window.scene`."""


@pytest.fixture(
    params=[
        pytest.param("chromium", marks=pytest.mark.needs_browser),
        pytest.param("firefox", marks=pytest.mark.needs_firefox),
    ]
)
def driven(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Each browser, without a reader of codes and with a camera."""
    with browser(PHONE) if request.param == "chromium" else firefox(PHONE) as one:
        one.before_pages(NO_READER + CAMERA)
        yield one


def hold_up(driven: Browser, address: str) -> None:
    """Hold a picture before the camera."""
    driven.run("window.scene = args[0]", address)


def test_a_link_and_a_receipt_are_scanned(stage: Stage, driven: Browser) -> None:
    stage.run(stage.people(1).admit(7))
    join(driven, stage, 1, "ana", limit=50_000)
    link = f"{stage.urls[1]}/pay?to=member7@norte&amount=12.50&for=pan"
    driven.click('a[href="#pay"]')
    hold_up(driven, f"/web/qr.svg?text={quote(link, safe='')}")
    driven.click("#scan")
    driven.wait(
        lambda driver: driven.find("#pay-amount").get_attribute("value") == "12.50",
        "the link was read",
    )
    assert driven.find("#pay-to").get_attribute("value") == "member7@norte"
    assert not driven.run("return document.getElementById('camera').srcObject")
    driven.open(f"{stage.urls[1]}/wallet?lang=en")
    pay(driven, "member7@norte", "3")
    code = driven.find("#receipt-qr").get_attribute("src")
    assert code is not None
    driven.open(f"{stage.urls[1]}/verify?lang=en")
    driven.find("#scan")
    hold_up(driven, code)
    driven.click("#scan")
    driven.wait_text("#result", "3.00")


@pytest.mark.needs_browser
def test_without_the_library_words_say_what_is_possible(stage: Stage, phone: Browser) -> None:
    phone.before_pages(NO_READER + CAMERA)
    phone.block("*/web/library/*")
    join(phone, stage, 1, "ana")
    phone.click('a[href="#pay"]')
    phone.click("#scan")
    phone.wait_text("#pay-to-error", "Type or paste the link instead.")
