"""Names on this device: the vectors that the pages read too, and a file that keeps them or nothing."""

import json
from pathlib import Path

import pytest

from node.member import contacts
from node.member.addresses import parse_address
from node.member.contacts import (
    Contact,
    ContactBook,
    ContactsDamaged,
    NameUnknown,
    NameUnusable,
    TooManyContacts,
    find_contact,
    is_like_a_handle,
    is_name,
    parse_name,
)
from node.member.links import parse_payee
from tests.cli.faulty_files import Fault, FaultyFiles
from tests.places import VECTOR_FILES

VECTORS = json.loads((VECTOR_FILES / "contacts.json").read_text())
CARLA = Contact("Carla", parse_address("carla@sur"))


def test_the_vectors_of_names() -> None:
    for case in VECTORS["names"]:
        assert parse_name(case["text"]) == case["name"]
        assert parse_name(case["name"]) == case["name"]
        with pytest.raises(Exception):  # noqa: B017 - whatever it is, a name is never an address or a link
            parse_payee(case["name"])
    for text in VECTORS["refused"]:
        assert not is_name(text)
        with pytest.raises(NameUnusable):
            parse_name(text)
    for case in VECTORS["handles"]:
        assert is_like_a_handle(case["name"]) == case["handle"]


def test_the_vectors_of_finding() -> None:
    known = [Contact(name, parse_address(text)) for name, text in VECTORS["contacts"].items()]
    for case in VECTORS["finds"]:
        found = find_contact(known, case["text"])
        assert (None if found is None else str(found.address)) == case["found"], case


def test_they_are_kept_replaced_and_forgotten(tmp_path: Path) -> None:
    book = ContactBook(tmp_path / "wallet.json")
    assert book.read() == []
    assert book.put(CARLA) is None
    assert book.put(Contact("Ana B", parse_address("ana@norte"))) is None
    assert book.put(Contact("CARLA", parse_address("carla@este"))) == CARLA
    again = ContactBook(tmp_path / "wallet.json")
    assert [(each.name, str(each.address)) for each in again.read()] == [
        ("Ana B", "ana@norte"),
        ("CARLA", "carla@este"),
    ]
    assert (tmp_path / "wallet.json.contacts").stat().st_mode & 0o777 == 0o600
    assert str(again.remove("ana b").address) == "ana@norte"
    with pytest.raises(NameUnknown):
        again.find("ana b")
    with pytest.raises(NameUnknown):
        again.remove("ana b")


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b'{"format": "other", "contacts": {}}',
        b'{"format": "fiado contacts 1", "contacts": {"a@b": "carla@sur"}}',
        b'{"format": "fiado contacts 1", "contacts": {"Carla": "nobody"}}',
        b'{"format": "fiado contacts 1", "contacts": ["Carla"]}',
        b'{"format": "fiado contacts 1", "contacts": {"Carla": 7}}',
        b"[" * 100_000,
        b'{"format": "fiado contacts 1", "contacts": {"Carla": "carla@sur", "CARLA": "carla@este"}}',
        b'{"format": "fiado contacts 1", "contacts": {"Carla": "carla@sur", "Carla": "carla@este"}}',
        '{"format": "fiado contacts 1", "contacts": {"Carla\u3164": "carla@sur"}}'.encode(),
    ],
)
def test_a_damaged_file_is_said_and_left_alone(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "wallet.json.contacts"
    path.touch(mode=0o600)
    path.write_bytes(data)
    for act in (
        ContactBook(tmp_path / "wallet.json").read,
        lambda: ContactBook(tmp_path / "wallet.json").put(CARLA),
    ):
        with pytest.raises(ContactsDamaged):
            act()
    assert path.read_bytes() == data


def test_there_are_so_many_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "MOST_CONTACTS", 1)
    book = ContactBook(tmp_path / "wallet.json")
    book.put(CARLA)
    book.put(Contact("carla", parse_address("carla@este")))  # in its place
    with pytest.raises(TooManyContacts):
        book.put(Contact("Beto", parse_address("beto@norte")))
    assert [each.name for each in book.read()] == ["carla"]


@pytest.mark.parametrize("fault", Fault)
def test_a_failing_disk_leaves_the_old_names_or_the_new_ones(fault: Fault) -> None:
    files = FaultyFiles(failing=2, fault=fault)
    book = ContactBook(Path("wallet.json"), files=files)
    book.put(CARLA)
    with pytest.raises(OSError, match="error"):
        book.put(Contact("Beto", parse_address("beto@norte")))
    kept = ["Beto", "Carla"] if fault is Fault.KEPT else ["Carla"]
    assert [each.name for each in book.read()] == kept
