"""A node's folder: written once, read strictly, and a secret that others can read is refused."""

from pathlib import Path

import pytest

from ledger.charter import Charter
from ledger.codec import encode
from ledger.rules.amendments import amend
from node.folder.files import FolderError
from node.folder.loading import absolute_store, load_folder, read_node_key
from node.folder.making import create_node_key, init_folder, install_charter
from node.folder.settings import parse_settings
from tests.builders import build_federation, coop_name
from tests.charters import joining, with_newcomer
from tests.node.running import make_folder

FEDERATION = build_federation(coops=2)


def test_a_new_folder_is_read_back(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, FEDERATION, 1, peers={"sur": "http://10.0.0.2:8440"})
    read = load_folder(folder)
    assert read.founding == FEDERATION.founding
    assert (read.coop.name, read.settings.listen.port, read.settings.listen.host) == (
        "norte",
        0,
        "127.0.0.1",
    )
    assert read.peers == {2: "http://10.0.0.2:8440"}
    assert read.key == FEDERATION.node_keys[1]
    assert read.store_address == f"sqlite:///{folder / 'node.db'}"
    assert (folder / "node.key").stat().st_mode & 0o777 == 0o600
    assert FEDERATION.node_keys[1].seed.hex() not in repr(read)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, FEDERATION, 1)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(FolderError, match=r"node\.key: already in"):
        create_node_key(folder, bytes(32))
    with pytest.raises(FolderError, match=r"node\.toml: already in"):
        init_folder(folder, coop="sur")
    other = build_federation(seed="another", coops=2)
    with pytest.raises(FolderError, match=r"charter\.toml: already in"):
        install_charter(
            folder, charter=other.founding.source, signatures=other.charter_signatures()
        )
    # The same charter again is no fault: it may be installed twice.
    install_charter(
        folder,
        charter=FEDERATION.founding.source,
        signatures=FEDERATION.charter_signatures(),
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, FEDERATION, 1)
    (folder / "node.key").chmod(0o640)
    with pytest.raises(FolderError, match=r"node\.key: others can read this secret"):
        load_folder(folder)


@pytest.mark.parametrize("content", ["", "zz" * 32, "AB" * 32, "ab" * 31, "ab" * 33, "ñ" * 64])
def test_a_damaged_key_is_refused_and_not_shown(content: str, tmp_path: Path) -> None:
    path = tmp_path / "node.key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(FolderError, match="must be 64 hex digits") as refused:
        read_node_key(tmp_path)
    assert not content or content not in str(refused.value)


def test_the_key_must_be_the_charters(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, FEDERATION, 1)
    (folder / "node.key").unlink()
    create_node_key(folder, FEDERATION.node_keys[2].seed)
    with pytest.raises(FolderError, match="not the key that the charter names for coop norte"):
        load_folder(folder)


@pytest.mark.parametrize(
    "name", ["charter.toml", "charter.signatures.toml", "node.key", "node.toml"]
)
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    folder = make_folder(tmp_path, FEDERATION, 1)
    (folder / name).unlink()
    with pytest.raises(FolderError, match=rf"{name}: missing in"):
        load_folder(folder)


def test_a_charter_that_not_all_signed_is_refused(tmp_path: Path) -> None:
    signatures = FEDERATION.charter_signatures().partition(b"\n\n")[0] + b"\n"
    with pytest.raises(FolderError, match=r"charter\.signatures\.toml: coop sur has not signed"):
        install_charter(tmp_path, charter=FEDERATION.founding.source, signatures=signatures)
    with pytest.raises(FolderError, match=r"charter\.toml: "):
        install_charter(tmp_path, charter=b"fiado = 2", signatures=signatures)
    assert list(tmp_path.iterdir()) == []


BAD_SETTINGS = {
    'coop = "norte"\nextra = 1': "extra: is not a setting",
    "coop = 5": "coop: must be a text",
    "": "coop: must be a text",
    'coop = "norte"\n[listen]\nport = 70000': "listen.port: must be a whole number from 0 to 65535",
    'coop = "norte"\n[listen]\nport = "1"': "listen.port: must be a whole number",
    'coop = "norte"\n[engine]\nspeed = 1': "engine.speed: is not a setting",
    'coop = "norte"\n[engine]\nrestored = 1': "engine.restored: must be true or false",
    'coop = "norte"\n[http]\nsessions = -1': "http.sessions: must be a whole number from 0",
    'coop = "norte"\n[peers]\nsur = "10.0.0.2:8440"': "peers.sur: “10.0.0.2:8440” does not begin with http://",
    'coop = "norte"\n[peers]\nsur = "http://a/b"': "peers.sur: “http://a/b” is the address of a page",
    'coop = "norte"\n[engine]\ngossip_interval_ms = 1.0': "engine.gossip_interval_ms: must be a whole",
    'coop = "norte"\npeers = 1': "peers: must be a table",
    'coop = "norte"\n[peers]\nsur = 1': "peers.sur: must be a text",
    'coop = "norte"\nlisten = "here"': "listen: must be a table",
    'coop = "norte"\n[listen]\nhostname = "x"': "listen.hostname: is not a setting",
    'coop = "norte"\n[listen]\nhost = "http://norte.example"': (
        "listen.host: “http://norte.example” is not a host alone. Write a name or a number without"
    ),
    'coop = "norte"\n[store]\nurl = "mysql://h/x"': "store.url: A node can't keep its data in a mysql",
    "coop = ": "not a TOML file",
}


@pytest.mark.parametrize("source", BAD_SETTINGS)
def test_bad_settings_are_named(source: str) -> None:
    with pytest.raises(FolderError) as refused:
        parse_settings(source.encode("utf-8"))
    assert f"node.toml: {BAD_SETTINGS[source]}" in str(refused.value)


def test_settings_of_all_parts_are_taken_over() -> None:
    settings = parse_settings(
        b'coop = "norte"\n[engine]\nrestored = true\n[runner]\nrequests = 7\n'
        b"[http]\nfirst_limit = 8\n[link]\nheartbeat_ms = 9\n"
        b'[store]\nurl = "postgresql://fiado@db/norte"\n'
    )
    assert settings.engine.restored
    assert settings.runner.requests == 7
    assert settings.http.first_limit == 8
    assert settings.link.heartbeat_ms == 9
    assert absolute_store(settings.store.url, Path("/x")) == "postgresql://fiado@db/norte"


def test_a_peer_is_another_coop(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, FEDERATION, 1, peers={"norte": "http://a:1"})
    with pytest.raises(FolderError, match="norte is this node itself"):
        load_folder(folder)


def test_a_peer_that_no_charter_has_yet_is_one_when_its_coop_has_joined(tmp_path: Path) -> None:
    newcomer = with_newcomer(FEDERATION, 9)
    folder = load_folder(make_folder(tmp_path, FEDERATION, 1, peers={coop_name(9): "http://a:1"}))
    assert folder.peers == {}
    after = amend(folder.known, joining(newcomer, 9))
    assert isinstance(after, Charter)
    assert folder.peers_in(after) == {9: "http://a:1"}


def test_changes_beside_the_founding_file_are_checked(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, FEDERATION, 1)
    (folder / "charter.changes").write_bytes(encode([13, 1]))
    with pytest.raises(FolderError, match=r"charter\.changes: .*not a change of a charter"):
        load_folder(folder)
    (folder / "charter.changes").write_bytes(b"\xc1")
    with pytest.raises(FolderError, match=r"charter\.changes"):
        load_folder(folder)


def test_texts_that_would_break_the_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        init_folder(tmp_path, coop='norte"\n[http]\nsessions = 1')
    assert list(tmp_path.iterdir()) == []
