"""Which sites may show a bill in a frame: exactly those that its merchant lists, and only the bill's page."""

from pathlib import Path

import pytest

from node.merchant.origins import LONGEST_ORIGIN, MOST_ORIGINS, check_origin
from node.merchant.refusals import MerchantRefusal, NotDone
from node.web.site import CONTENT_SECURITY_POLICY
from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, PAYER, Stall, a_stall
from tests.node.running import Answer, JsonObject

ORIGINS = "/v1/merchant/origins"
SHOP = "https://shop.example"
OTHER = "https://other.example:8443"
READ_BY = "Access-Control-Allow-Origin"

TAKEN = {
    SHOP: SHOP,
    "HTTPS://Shop.Example": SHOP,
    "https://shop.example:443": SHOP,
    OTHER: OTHER,
    "https://xn--pn-via.example": "https://xn--pn-via.example",
    "http://localhost:8080": "http://localhost:8080",
    "http://127.0.0.1:80": "http://127.0.0.1",
}
REFUSED = (
    "",
    "null",
    "*",
    "https://*",
    "https://*.shop.example",
    "https://shop.example/",
    "https://shop.example/pay",
    "https://shop.example?x",
    "https://shop.example#x",
    "https://shop.example\n",
    "https://shop.example; script-src *",
    "https://shop.example https://evil.example",
    "https://shop.example,https://evil.example",
    "https://shop.example:*",
    "https://shop.example:0",
    "https://shop.example:65536",
    "https://a:b@shop.example",
    "https://shop..example",
    "https://-shop.example",
    "https://" + ".".join(["a" * 60] * 5),
    "https://[::1]",
    "https://pãn.example",
    "http://shop.example",
    "shop.example",
    "//shop.example",
    "data:text/html",
    "'self'",
    "https:",
)


@pytest.mark.parametrize(("text", "kept"), TAKEN.items())
def test_an_origin_is_kept_as_browsers_write_it(text: str, kept: str) -> None:
    assert check_origin(text, pointer="/origins/0") == kept


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(MerchantRefusal) as refused:
        check_origin(text, pointer="/origins/3")
    assert (refused.value.code, refused.value.pointer) == (NotDone.ORIGIN_REFUSED, "/origins/3")


async def listed(stall: Stall, *origins: str, account: int = MERCHANT) -> Answer:
    """The account's owner lists these."""
    token = await stall.town.people.member(account)
    return await stall.town.client.post(ORIGINS, {"origins": origins}, token=token)


async def bill_page(stall: Stall, bill: JsonObject, origin: str | None) -> tuple[str, str | None]:
    """Who may show the bill's page, and who may read it, as a page of `origin` is told."""
    headers = {"Accept": "text/html"} | ({} if origin is None else {"Origin": origin})
    path = f"/p/{bill['id']}"
    async with stall.town.client.session.get(stall.town.node.url + path, headers=headers) as answer:
        assert answer.status == 200
        assert "Origin" in answer.headers["Vary"]
        policy = answer.headers["Content-Security-Policy"]
        strict, ancestors = policy.split("; frame-ancestors ")
        assert f"{strict}; frame-ancestors 'none'" == CONTENT_SECURITY_POLICY
        return ancestors, answer.headers.get(READ_BY)


@on_loop
async def test_only_the_sites_that_the_merchant_lists_may_show_and_read_a_bill(
    tmp_path: Path,
) -> None:
    async with a_stall(tmp_path) as stall:
        bill = await stall.invoice()
        assert await bill_page(stall, bill, SHOP) == ("'none'", None)
        assert (await listed(stall, "https://shop.example:443", OTHER, SHOP)).ok() == {
            "origins": [SHOP, OTHER]
        }
        both = f"{SHOP} {OTHER}"
        assert await bill_page(stall, bill, SHOP) == (both, SHOP)
        assert await bill_page(stall, bill, OTHER) == (both, OTHER)
        wrong = ("null", "*", "https://evil.example", f"{SHOP}.evil.example", "http://shop.example")
        for origin in (None, *wrong, f"{SHOP}/", f"{SHOP}:8443", both):
            assert await bill_page(stall, bill, origin) == (both, None), origin
        (await listed(stall)).ok()
        assert await bill_page(stall, bill, SHOP) == ("'none'", None)


@on_loop
async def test_a_list_is_one_accounts_and_serves_no_other_page(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        bill = await stall.invoice()
        (await listed(stall, SHOP, account=PAYER)).ok()
        assert await bill_page(stall, bill, SHOP) == ("'none'", None)
        (await listed(stall, SHOP)).ok()
        for path in ("/", "/wallet", "/pos", "/selling", "/pay?to=member1@norte", "/p/none"):
            async with stall.town.client.session.get(
                stall.town.node.url + path, headers={"Origin": SHOP, "Accept": "text/html"}
            ) as answer:
                assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
                assert READ_BY not in answer.headers, path


@on_loop
async def test_what_is_refused_changes_nothing(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        (await listed(stall, SHOP)).ok()
        for wrong in ("null", "*", "https://*.example", f"{SHOP}/", "http://shop.example"):
            refused = await listed(stall, OTHER, wrong)
            assert (refused.status, refused.problem()) == (422, "origin_refused"), wrong
            assert refused.json["pointer"] == "/origins/1"
        many = [f"https://shop{number}.example" for number in range(MOST_ORIGINS + 1)]
        assert (await listed(stall, *many)).problem() == "request_malformed"
        long = "https://" + "a" * LONGEST_ORIGIN
        assert (await listed(stall, long)).problem() == "request_malformed"
        key = await stall.key("invoices", "read", "webhooks")
        client = stall.town.client
        assert (await client.post(ORIGINS, {"origins": []}, token=key)).status == 401
        assert (await client.post(ORIGINS, {"origins": []})).problem() == "unauthorized"
        token = await stall.town.people.member(MERCHANT)
        assert (await client.get(ORIGINS, token=token)).ok() == {"origins": [SHOP]}
        assert len((await listed(stall, *many[:-1])).ok()["origins"]) == MOST_ORIGINS
