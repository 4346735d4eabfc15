"""The pages over HTTP: headers, sizes, requests that can't be read, markup, codes."""

import asyncio
import json
import re
from pathlib import Path

import aiohttp
import pytest
from multidict import MultiDict

from node.web import library
from node.web.requests import PaymentRequest, RequestUnreadable, read_request
from node.web.service_worker import made_worker
from node.web.site import CONTENT_SECURITY_POLICY, SAFE_HEADERS, WALLET_POLICY, load_site
from node.web.statics import FOLDER, PAGE_SCRIPTS, WORKER, with_imports
from tests.builders import build_federation
from tests.node.running import People, client_of, running_nodes

PAGES = (
    "/",
    "/wallet",
    "/pay?to=member1@norte&amount=12.50",
    "/me",
    "/votes",
    "/guarantees",
    "/desk",
    "/verify",
)
MOST_BYTES = 54_000
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
    """Bytes on the wire, compressed as browsers ask for it, words of the language included."""
    found = visit(tmp_path, *PAGES)
    statics = _wire_sizes()
    for path, (_, headers, body) in found.items():
        assert headers["Content-Encoding"] == "gzip", path
        scripts = re.findall(r'src="/web/([a-z/]+\.js)"', body.decode())
        size = int(headers["Content-Length"]) + statics["fiado.css"]
        size += sum(statics[f"words-es-{Path(name).stem}.json"] for name in scripts)
        size += sum(statics[name] for name in with_imports(*scripts))
        assert size < MOST_BYTES, (path, size)


def test_scripts_are_served_without_comments_and_nothing_else_is_missing() -> None:
    for path in FOLDER.rglob("*.js"):
        source = path.read_text()
        kept = [line for line in source.split("\n") if not line.lstrip(" \t").startswith("//")]
        served = load_site().statics[path.relative_to(FOLDER).as_posix()].body.decode()
        # Before the service worker's own lines stands what is made for it.
        assert served == "\n".join(kept) or (
            path.name == WORKER and served.endswith("\n".join(kept))
        )
        # A text over several lines could have a line that only looks like a comment.
        assert all(line.count("`") % 2 == 0 for line in source.split("\n")), path


def test_every_page_has_the_words_of_all_its_scripts() -> None:
    templates = (FOLDER.parent / "templates").glob("*.html")
    loaded = {
        name
        for path in templates
        for name in re.findall(r'src="/web/pages/([a-z]+)\.js"', path.read_text())
    }
    assert loaded == set(PAGE_SCRIPTS)
    words = json.loads(load_site().statics["words-es-wallet.json"].body)
    assert {"Type an amount.", "Paid"} < words.keys()  # of words.js and of wallet.js
    assert "Object: it wasn't me" in words  # of recovery.js, which is loaded when it is needed
    assert "You have signed this." not in words  # of the desk


def test_no_import_is_overlooked() -> None:
    """Whatever a script is called, those who import it have its words and keep it."""
    for path in FOLDER.rglob("*.js"):
        name = path.relative_to(FOLDER).as_posix()
        named = re.findall(
            r'(?:\bfrom |\bimport\(|^import )"([^"]+)"', path.read_text(), re.MULTILINE
        )
        meant = {(path.parent / place).resolve().relative_to(FOLDER).as_posix() for place in named}
        fetched = {f"{library.ROOM}/{place}" for place in library.places().values()}
        assert meant <= with_imports(name, is_later=True) | fetched, name


def _wire_sizes() -> dict[str, int]:
    return {
        name: len(static.compressed or static.body) for name, static in load_site().statics.items()
    }


def test_the_service_worker_keeps_all_that_its_pages_load(tmp_path: Path) -> None:
    listed = re.search(r"KEPT = (.+);", load_site().statics[WORKER].body.decode())
    assert listed is not None
    kept = json.loads(listed[1])
    for page in ("wallet", "verify", "me"):
        assert f"/{page}" in kept
        assert {f"/web/{place}" for place in with_imports(f"pages/{page}.js")} < set(kept)
        assert {f"/web/words-{code}-{page}.json" for code in ("es", "pt")} < set(kept)
    assert all(status == 200 for status, _, _ in visit(tmp_path, *kept).values())


def test_the_service_worker_is_another_when_a_file_that_it_keeps_is() -> None:
    files = {"a.js": b"a", "b.js": b"b"}
    made = made_worker(b"go();", files)
    assert made.endswith(b"go();")
    assert made_worker(b"go();", dict(reversed(files.items()))) == made
    others = ({"a.js": b"a", "b.js": b"c"}, {"a.js": b"a"}, {"a.js": b"b", "b.js": b"a"})
    versions = {made_worker(b"go();", kept).split(b"\n")[0] for kept in (files, *others)}
    assert len(versions) == 4


def test_scripts_import_only_from_rooms_below_their_own() -> None:
    """Pages from parts and protocol, parts from protocol; the protocol knows no page and no network."""
    rooms = ("protocol", "parts", "pages")
    outside = re.compile(r"\bfetch\(|\bdocument\.(get|query)|\bindexedDB\.")
    for path in FOLDER.glob("*/*.js"):
        below = rooms[: rooms.index(path.parent.name) + 1]
        for place in with_imports(path.relative_to(FOLDER).as_posix()):
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
