"""The pages over HTTP: headers, sizes, requests that can't be read, markup, codes."""

import asyncio
import json
import re
from pathlib import Path

import aiohttp
import pytest
from multidict import MultiDict

from node.web.assets import PAGE_SCRIPTS
from node.web.modules import FOLDER, in_order
from node.web.requests import PaymentRequest, RequestUnreadable, read_request
from node.web.service_worker import edition
from node.web.site import CONTENT_SECURITY_POLICY, SAFE_HEADERS, WALLET_POLICY, load_site
from node.web.statics import FOR_EVER
from tests.builders import build_federation
from tests.node.running import People, client_of, running_nodes

PAGES = (
    "/",
    "/wallet",
    "/pay?to=member1@norte&amount=12.50",
    "/me",
    "/votes",
    "/guarantees",
    "/keys",
    "/owners",
    "/till",
    "/selling",
    "/desk",
    "/verify",
)
MOST_BYTES = 50_000
MOST_FILES = 3
MARKUP = "<script>alert(1)</script>"


async def _visit(root: Path, *paths: str) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """Each page's status, headers and body, from a node with one member."""
    federation = build_federation(coops=1)
    found = {}
    async with (
        running_nodes(root, federation, 1) as nodes,
        client_of(nodes[1]) as client,
        aiohttp.ClientSession(auto_decompress=True) as session,
    ):
        await People(federation, 1, client).admit(1)
        for path in paths:
            async with session.get(nodes[1].url + path) as answer:
                found[path] = (answer.status, dict(answer.headers), await answer.read())
    return found


def visit(root: Path, *paths: str) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """As `_visit`, from a test without a loop."""
    return asyncio.run(_visit(root, *paths))


def test_every_page_is_answered_with_the_strict_policy(tmp_path: Path) -> None:
    paths = (*PAGES, "/service-worker.js", "/manifest.webmanifest", "/web/qr.svg?text=a")
    for path, (status, headers, body) in visit(tmp_path, *paths).items():
        assert status == 200, path
        policy = WALLET_POLICY if path == "/wallet" else CONTENT_SECURITY_POLICY
        for name, value in {**SAFE_HEADERS, "Content-Security-Policy": policy}.items():
            assert headers[name] == value, path
        assert "unsafe" not in headers["Content-Security-Policy"]
        text = body.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon[a-z]+=", text), path
        assert not re.search(r'(src|href)="(https?:)?//', text), path


def test_a_wrong_address_shows_a_page_to_people_and_a_problem_to_programs(tmp_path: Path) -> None:
    asyncio.run(_go_astray(tmp_path))


async def _go_astray(root: Path) -> None:
    async with (
        running_nodes(root, build_federation(coops=1), 1) as nodes,
        aiohttp.ClientSession() as session,
    ):
        people = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "es"}
        for path in ("/waiet", "/evidence/none", "/p/1/2"):
            async with session.get(nodes[1].url + path, headers=people) as answer:
                assert (answer.status, answer.content_type) == (404, "text/html")
                assert "Acá no hay ninguna página" in await answer.text()
                for name, value in SAFE_HEADERS.items():
                    assert answer.headers[name] == value
        for path, headers in (("/v1/none", people), ("/web/none.js", people), ("/waiet", {})):
            async with session.get(nodes[1].url + path, headers=headers) as answer:
                assert (answer.status, answer.content_type) == (404, "application/problem+json")
        async with session.post(nodes[1].url + "/waiet", headers=people) as answer:
            assert answer.content_type == "application/problem+json"


def test_a_page_with_all_that_it_loads_is_small(tmp_path: Path) -> None:
    """Bytes on the wire, compressed as browsers ask for it, translations included; and few requests."""
    found = visit(tmp_path, *(f"{path}{'&' if '?' in path else '?'}lang=es" for path in PAGES))
    for path, (_, headers, body) in found.items():
        assert headers["Content-Encoding"] == "gzip", path
        loaded = set(re.findall(r'(?:src|href)="(/web/[^"]+)"', body.decode()))
        assert all(each.startswith("/web/made/") for each in loaded), path
        assert len(loaded) <= MOST_FILES, path
        size = int(headers["Content-Length"]) + sum(_wire_size(each) for each in loaded)
        assert size < MOST_BYTES, (path, size)


def _wire_size(address: str) -> int:
    static = load_site().assets.find(address.removeprefix("/web/"))
    assert static is not None, address
    return len(static.compressed or static.body)


def _source(address: str) -> str:
    static = load_site().assets.find(address.removeprefix("/web/"))
    assert static is not None, address
    return static.body.decode("utf-8")


def test_scripts_are_served_without_comments_and_nothing_else_is_missing() -> None:
    for path in FOLDER.rglob("*.js"):
        source = path.read_text()
        kept = [line for line in source.split("\n") if not line.lstrip(" \t").startswith("//")]
        served = load_site().statics[path.relative_to(FOLDER).as_posix()].body.decode()
        assert served == "\n".join(kept)
        # A text over several lines could have a line that only looks like a comment.
        assert all(line.count("`") % 2 == 0 for line in source.split("\n")), path


def test_every_page_has_the_words_of_all_its_scripts() -> None:
    templates = (FOLDER.parent / "templates").glob("*.html")
    loaded = {
        name for path in templates for name in re.findall(r"script\('([a-z]+)'\)", path.read_text())
    }
    assert loaded == set(PAGE_SCRIPTS)
    site = load_site()
    address = site.assets.script("wallet", "es")
    later = site.assets.loaded_by("wallet", "es") - {address}
    page, *parts = (_source(each) for each in (address, *later))
    assert "Escribí un importe." in page and '"Paid": "Pagado"' in page  # of words.js, of wallet.js
    # Of recovery.js, which is loaded with its words when it is needed.
    objecting = '"Object: it wasn\'t me": "'
    assert objecting not in page and any(objecting in part for part in parts)
    assert "You have signed this." not in "".join([page, *parts])  # of the desk


def test_the_service_worker_keeps_all_that_its_pages_load(tmp_path: Path) -> None:
    path = "/service-worker.js?lang=pt"
    ((_, _, body),) = visit(tmp_path, path).values()
    told = dict(re.findall(r"const (EDITION|LANGUAGE|KEPT) = (.+);", body.decode()))
    kept = json.loads(told["KEPT"])
    assert json.loads(told["LANGUAGE"]) == "pt"
    assets = load_site().assets
    for page in ("wallet", "verify", "me"):
        assert f"/{page}" in kept
        assert assets.loaded_by(page, "pt") < set(kept)
    assert any("/recovery-" in address for address in kept)  # what is loaded when it is needed
    found = visit(tmp_path / "again", *kept, *(f"/{page}?lang=pt" for page in ("wallet", "me")))
    assert all(status == 200 for status, _, _ in found.values())
    edition = json.loads(told["EDITION"])
    for page in ("/wallet?lang=pt", "/me?lang=pt"):
        _, headers, body = found[page]
        assert headers["Fiado-Edition"] == edition
        assert f'data-edition="{edition}"' in body.decode()
        assert set(re.findall(r'(?:src|href)="(/web/[^"]+)"', body.decode())) < set(kept)


def test_an_edition_is_another_when_anything_is_that_is_kept() -> None:
    given = {"of": "abc 1 Norte", "code": "es", "kept": ("/a-1.js", "/b-1.js"), "worker": "w"}
    other: list[dict[str, object]] = [
        {"of": "abc 2 Norte"},
        {"code": "pt"},
        {"kept": ("/a-1.js", "/b-2.js")},
        {"worker": "v"},
    ]
    found = {edition(**{**given, **more}) for more in ({}, *other)}
    assert len(found) == 5
    assert edition(**given) in found


def test_what_pages_load_is_kept_for_ever_and_an_older_page_is_loaded_anew(tmp_path: Path) -> None:
    script = load_site().assets.script("wallet", "es")
    older = re.sub(r"-[0-9a-f]{16}", "-0123456789abcdef", script)
    nothing = "/web/made/none-0123456789abcdef.js"
    found = visit(tmp_path, script, older, nothing, "/web/made/fiado-0123456789abcdef.css")
    _, headers, _ = found[script]
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Encoding"] == "gzip"
    status, headers, body = found[older]
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert b"location.reload()" in body
    assert [status for status, _, _ in found.values()] == [200, 200, 404, 404]


def test_a_node_that_has_just_started_has_what_open_pages_load(tmp_path: Path) -> None:
    assets = load_site().assets
    kept = {each for page in PAGE_SCRIPTS for each in assets.loaded_by(page, "pt")}
    fresh = load_site.__wrapped__().assets
    kept |= {assets.address("fiado.css"), assets.address("icon.svg")}
    for address in sorted(kept, reverse=True):
        static = fresh.find(address.removeprefix("/web/"))
        assert static is not None and static.caching == FOR_EVER, address


def test_scripts_import_only_from_rooms_below_their_own() -> None:
    """Pages from parts and protocol, parts from protocol; the protocol knows no page and no network."""
    rooms = ("protocol", "parts", "pages")
    outside = re.compile(r"\bfetch\(|\bdocument\.(get|query)|\bindexedDB\.")
    for path in FOLDER.glob("*/*.js"):
        below = rooms[: rooms.index(path.parent.name) + 1]
        for place in in_order([path.relative_to(FOLDER).as_posix()]):
            assert Path(place).parent.name in below, (path.name, place)
        if path.parent.name == "protocol":
            assert not outside.search(path.read_text()), path.name


@pytest.mark.parametrize(
    "path",
    [
        f"/pay?to={MARKUP}",
        f"/pay?to=member1@norte&amount={MARKUP}",
        f"/pay?to=member1@norte&for={MARKUP}",
        f"/pay?to=member1@norte&ref={MARKUP}",
        f'/pay?to=member1@norte&for="onmouseover="alert(1)&{MARKUP}={MARKUP}',
        f"/?lang={MARKUP}&{MARKUP}=1",
    ],
)
def test_markup_in_an_address_is_rendered_harmless(tmp_path: Path, path: str) -> None:
    ((_, _, body),) = visit(tmp_path, path).values()
    assert b"<script>" not in body
    assert b'"onmouseover' not in body


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    found = visit(
        tmp_path,
        "/pay?to=nobody@norte",
        "/pay?to=a@luna",
        "/pay",
        "/web/nothing.js",
        "/web/..%2Fsite.py",
        "/web/qr.svg",
        "/web/qr.svg?text=" + "a" * 401,
    )
    assert [status for status, _, _ in found.values()] == [404, 404, 400, 404, 404, 400, 400]


def test_a_payment_link_fits_a_code_that_cheap_phones_read(tmp_path: Path) -> None:
    link = f"https://node.cooperativa.example/pay?to=panaderia@norte&amount=1250.00&ref={'a' * 64}"
    ((_, headers, body),) = visit(tmp_path, "/web/qr.svg?text=" + link.replace("&", "%26")).values()
    assert int(headers["Fiado-Qr-Version"]) <= 7
    assert body.startswith(b"<svg")


def test_a_request_is_read_strictly() -> None:
    read = read_request({"to": " Ana@Norte ", "amount": "12,5", "for": "x" * 200})
    assert read == PaymentRequest(
        handle="ana", coop="norte", amount=1250, purpose="x" * 140, reference=None
    )
    bill = f"https://shop.example/p/{'ab' * 16}"
    assert read_request({"to": "ana@norte", "bill": bill}).bill == bill
    with pytest.raises(RequestUnreadable, match="twice"):
        read_request(MultiDict([("to", "ana@norte"), ("amount", "1"), ("amount", "100")]))
    for query, field in (
        ({}, "to"),
        ({"to": "ana"}, "to"),
        ({"to": "ana@norte", "amount": "1.250,00"}, "amount"),
        ({"to": "ana@norte", "amount": "-1"}, "amount"),
        ({"to": "ana@norte", "amount": "0"}, "amount"),
        ({"to": "ana@norte", "amount": "٣"}, "amount"),
        ({"to": "ana@norte", "amount": "90071992547409.92"}, "amount"),
        ({"to": "ana@norte", "ref": "ab"}, "ref"),
        ({"to": "ana@norte", "bill": "javascript:alert(1)//x/p/" + "ab" * 16}, "bill"),
        ({"to": "ana@norte", "bill": "https://shop.example/p/ab"}, "bill"),
    ):
        with pytest.raises(RequestUnreadable, match=field):
            read_request(query)
