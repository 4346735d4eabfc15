"""Statements of where nodes answer: what can be said, and that only the coop itself can say it."""

import json
from pathlib import Path

import pytest

from ledger.codec import MAX, Value
from ledger.entries import LAST_TIME
from ledger.errors import ProofError
from node.address_file import (
    ADDRESS_FILE,
    move,
    own_address,
    read_own_address,
    write_address,
)
from node.addresses import (
    NodeAddress,
    address_from_json,
    check_address,
    is_address,
    read_address,
    sign_address,
    signer_of,
)
from node.folder.files import KEY_FILE, SETTINGS_FILE, FolderError, NotInCharter
from node.folder.loading import load_folder
from node.folder.making import create_node_key
from tests.builders import Federation, build_federation
from tests.node.running import make_folder

FEDERATION = build_federation(coops=2)
URL = "https://norte.example:8440"


def said(
    coop: int = 1, serial: int = 7, *, url: str = URL, federation: Federation = FEDERATION
) -> NodeAddress:
    """A coop's statement."""
    return sign_address(
        federation.node_keys[coop],
        federation=federation.charter.federation,
        coop=coop,
        serial=serial,
        time=1_767_225_600,
        url=url,
    )


def test_a_statement_is_checked_with_the_charter_alone() -> None:
    statement = said()
    check_address(FEDERATION.charter, statement)
    assert read_address(statement.value()) == statement
    assert address_from_json(json.loads(json.dumps(statement.as_json()))) == statement


@pytest.mark.parametrize("place", range(5))
def test_every_part_of_it_is_signed(place: int) -> None:
    value = said().value()
    assert isinstance(value, list)
    changes: list[Value] = [2, 8, 1_767_225_601, "https://norte.example:8441", b"\1" * 64]
    value[place] = changes[place]
    changed = read_address(value)
    assert changed is not None
    with pytest.raises(ProofError):
        check_address(FEDERATION.charter, changed)


def test_a_statement_of_another_federation_or_coop_is_none_here() -> None:
    other = build_federation(seed="another", coops=3)
    for statement in (said(federation=other), said(3, federation=other)):
        with pytest.raises(ProofError):
            check_address(FEDERATION.charter, statement)


@pytest.mark.parametrize(
    "url",
    ["http://norte", "https://norte.example", URL, "http://[::1]:8440", "http://127.0.0.1:1",
     "http://norte_node:65535", "http://" + "a" * 193],
)  # fmt: skip
def test_what_an_address_may_be(url: str) -> None:
    assert is_address(url)
    assert said(url=url).url == url


@pytest.mark.parametrize(
    "url",
    ["", "norte.example", "ftp://norte", "https://norte/", "https://norte/a", "https://norte?a",
     "https://a@norte", "https://NORTE", "https://norte:0", "https://norte:65536", "https://norte:",
     "https://nor te", "https://norte\n", "https://ñorte", "http://" + "a" * 194, "https://:1"],
)  # fmt: skip
def test_what_no_address_is(url: str) -> None:
    assert not is_address(url)
    with pytest.raises(ValueError, match="can't be told"):
        said(url=url)


@pytest.mark.parametrize(
    "value",
    [
        None, [], [1, 7, 0, URL], [1, 7, 0, URL, b"\0" * 63], [1, 0, 0, URL, b"\0" * 64],
        [1, MAX + 1, 0, URL, b"\0" * 64], [1, 7, LAST_TIME + 1, URL, b"\0" * 64],
        [-1, 7, 0, URL, b"\0" * 64], [1, 7, -1, URL, b"\0" * 64], [1, 7, 0, b"http", b"\0" * 64],
        [2**32, 7, 0, URL, b"\0" * 64], [1, 7, 0, URL, b"\0" * 64, 1],
    ],
)  # fmt: skip
def test_another_shape_is_no_statement(value: object) -> None:
    assert read_address(value) is None


@pytest.mark.parametrize(
    "change",
    [{"signature": "zz"}, {"signature": None}, {"serial": "7"}, {"url": 5}, {"coop_number": [1]}],
)
def test_json_of_another_shape_is_no_statement(change: dict[str, object]) -> None:
    assert address_from_json({**said().as_json(), **change}) is None
    assert address_from_json([said().as_json()]) is None
    assert address_from_json({}) is None


class TestFolder:
    def test_serial_numbers_rise_whatever_the_clock_does(self, tmp_path: Path) -> None:
        folder = load_folder(make_folder(tmp_path, FEDERATION, 1))
        assert read_own_address(folder) is None
        first = move(folder, URL, now=1_000)
        assert first.serial == 1_000
        assert read_own_address(folder) == first
        second = move(folder, "https://other.example", now=10)
        assert (second.serial, second.time) == (1_001, 10)
        assert read_own_address(folder) == second
        check_address(FEDERATION.charter, second)

    def test_a_file_that_is_not_this_nodes_word_is_refused(self, tmp_path: Path) -> None:
        folder = load_folder(make_folder(tmp_path, FEDERATION, 1))
        forged = {**said().as_json(), "url": "https://thief.example"}
        for content in ("", "{}", "[" * 5_000, json.dumps(said(2).as_json()), json.dumps(forged)):
            (folder.folder / ADDRESS_FILE).write_text(content, encoding="utf-8")
            with pytest.raises(FolderError, match=r"node\.address"):
                read_own_address(folder)

    def test_a_word_on_another_coop_is_refused_even_by_this_nodes_key(self, tmp_path: Path) -> None:
        folder = load_folder(make_folder(tmp_path, FEDERATION, 1))
        statement = sign_address(
            folder.key,
            federation=FEDERATION.charter.federation,
            coop=2,
            serial=7,
            time=1_767_225_600,
            url=URL,
        )
        write_address(folder.folder, statement)
        with pytest.raises(FolderError, match="not an address of this node"):
            read_own_address(folder)

    def test_a_word_under_a_key_that_was_replaced_is_none_any_more(self, tmp_path: Path) -> None:
        folder = load_folder(make_folder(tmp_path, FEDERATION, 1))
        move(folder, URL, now=1_000)
        new = make_folder(tmp_path / "new", FEDERATION, 1)
        (new / KEY_FILE).unlink()
        key = create_node_key(new, bytes(32))
        (new / ADDRESS_FILE).write_bytes((folder.folder / ADDRESS_FILE).read_bytes())
        with pytest.raises(NotInCharter):
            load_folder(new)
        found = load_folder(new, any_key=True)
        assert read_own_address(found) is None
        said_anew = move(found, URL, now=1_000)
        assert signer_of(said_anew, federation=FEDERATION.id, keys=[key.public_key])
        assert read_own_address(found) == said_anew


def with_public_url(tmp_path: Path, url: str) -> Path:
    """A node's folder whose settings say that; an earlier one with other settings."""
    folder = tmp_path / "norte"
    settings = f'[merchant]\npublic_url = "{url}"\n' if url else ""
    if not folder.exists():
        return make_folder(tmp_path, FEDERATION, 1, settings=settings)
    text = (folder / SETTINGS_FILE).read_text(encoding="utf-8").partition("[merchant]")[0]
    (folder / SETTINGS_FILE).write_text(text + settings, encoding="utf-8")
    return folder


class TestByItself:
    """What a node says of itself where nobody has said it (decision 0080)."""

    def test_the_public_address_of_its_settings(self, tmp_path: Path) -> None:
        folder = load_folder(with_public_url(tmp_path, "https://Norte.example/"))
        said = own_address(folder, now=1_000)
        assert said is not None and said.url == "https://norte.example"
        check_address(FEDERATION.charter, said)
        assert own_address(folder, now=2_000) == said == read_own_address(folder)

    def test_and_anew_when_that_has_changed(self, tmp_path: Path) -> None:
        with_public_url(tmp_path, URL)
        assert own_address(load_folder(tmp_path / "norte"), now=1_000)
        folder = load_folder(with_public_url(tmp_path, "https://other.example"))
        said = own_address(folder, now=10)
        assert said is not None and (said.url, said.serial) == ("https://other.example", 1_001)
        without = load_folder(with_public_url(tmp_path, ""))
        assert own_address(without, now=2_000) == said

    def test_what_a_person_has_said_stands(self, tmp_path: Path) -> None:
        folder = load_folder(with_public_url(tmp_path, "https://other.example"))
        said = move(folder, URL, now=1_000)
        assert own_address(folder, now=2_000) == said

    def test_a_person_corrects_it(self, tmp_path: Path) -> None:
        folder = load_folder(with_public_url(tmp_path, "https://other.example"))
        own_address(folder, now=1_000)
        said = move(folder, URL, now=1_000)
        assert own_address(folder, now=2_000) == said

    def test_nothing_where_no_settings_say_it_or_no_statement_can(self, tmp_path: Path) -> None:
        folder = load_folder(make_folder(tmp_path, FEDERATION, 1))
        assert own_address(folder, now=1_000) is None
        long = load_folder(with_public_url(tmp_path, f"https://{'a' * 200}.example"))
        assert own_address(long, now=1_000) is None
        assert not (folder.folder / ADDRESS_FILE).exists()
