"""The wallet file: it opens with its passphrase only, and every changed byte is found."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.member.private_files import FileFault, UnsafeFile
from node.member.wallet_file import (
    UnlockedWallet,
    WalletChanged,
    WalletExists,
    WalletMissing,
    WrongPassphrase,
    change_passphrase,
    check_unchanged,
    create_wallet,
    public_key_of,
    read_wallet,
    replace_public,
    seal_wallet,
    unlock_wallet,
)
from node.member.wallet_format import (
    KeyStretching,
    LockedWallet,
    PublicPart,
    WalletDamaged,
    WalletVersionUnknown,
    parse_wallet,
    render_wallet,
)
from node.member.wallet_lock import lock_wallet
from tests.places import VECTOR_FILES

SEED = bytes(range(32))
PASSPHRASE = "cuatro palabras en un papel"
QUICK = KeyStretching(passes=1, memory_bytes=8_192)
PATH = Path("wallet.json")
MEMBER = PublicPart(
    public_key=public_key_of(SEED),
    federation=bytes(32),
    coop="norte",
    account=17,
    handle="alice",
    node_url="https://norte.example:8443/\u00f1",
)


def make(path: Path, passphrase: str = PASSPHRASE) -> UnlockedWallet:
    with lock_wallet(path) as lock:
        return create_wallet(lock, seed=SEED, passphrase=passphrase, stretching=QUICK)


@pytest.fixture
def rendered(tmp_path: Path) -> bytes:
    """The file of a member's wallet."""
    wallet = dataclasses.replace(make(tmp_path / "wallet.json"), public=MEMBER)
    return render_wallet(seal_wallet(wallet, nonce=bytes(24)))


def test_a_new_wallet_opens_with_its_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    made = make(path)
    locked = read_wallet(path)
    assert locked.public == PublicPart(public_key=public_key_of(SEED))
    assert unlock_wallet(locked, passphrase=PASSPHRASE) == made
    assert made.seed == SEED


def test_a_person_can_read_the_public_part_and_nobody_the_seed(rendered: bytes) -> None:
    public = json.loads(rendered)["public"]
    assert (public["coop"], public["handle"], public["account"]) == ("norte", "alice", 17)
    assert SEED.hex().encode() not in rendered
    assert PASSPHRASE.encode() not in rendered


def test_secrets_do_not_show_when_a_wallet_is_printed(tmp_path: Path) -> None:
    made = make(tmp_path / "wallet.json")
    assert SEED.hex() not in repr(made)
    assert repr(SEED) not in repr(made)
    assert repr(made.wrapping_key) not in repr(made)


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE[:-1], PASSPHRASE + " ", PASSPHRASE.upper()])
def test_another_passphrase_does_not_open_it(tmp_path: Path, passphrase: str) -> None:
    path = tmp_path / "wallet.json"
    make(path)
    with pytest.raises(WrongPassphrase):
        unlock_wallet(read_wallet(path), passphrase=passphrase)


def test_a_passphrase_opens_it_from_any_keyboard(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    make(path, passphrase="can\u0303o\u0301n largo")
    assert unlock_wallet(read_wallet(path), passphrase="cañón largo").seed == SEED


def test_every_changed_byte_is_found_without_the_passphrase(rendered: bytes) -> None:
    for position in range(len(rendered)):
        for flip in (0x01, 0x20, 0x80):
            changed = bytearray(rendered)
            changed[position] ^= flip
            with pytest.raises((WalletDamaged, WalletVersionUnknown)):
                parse_wallet(bytes(changed), path=PATH)


def test_every_cut_and_addition_is_found(rendered: bytes) -> None:
    for length in range(len(rendered)):
        with pytest.raises(WalletDamaged):
            parse_wallet(rendered[:length], path=PATH)
    for addition in (b"\n", b" ", b"\0", b"{}"):
        with pytest.raises(WalletDamaged):
            parse_wallet(rendered + addition, path=PATH)


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(MEMBER, node_url="https://thief.example/"),
        dataclasses.replace(MEMBER, federation=bytes([1]) + bytes(31)),
        dataclasses.replace(MEMBER, coop="sur"),
        dataclasses.replace(MEMBER, account=18),
        dataclasses.replace(MEMBER, handle=None),
        dataclasses.replace(MEMBER, public_key=public_key_of(bytes(32))),
    ],
)
def test_a_public_part_altered_with_its_checksum_does_not_unlock(
    rendered: bytes, changed: PublicPart
) -> None:
    honest = parse_wallet(rendered, path=PATH)
    forged = render_wallet(dataclasses.replace(honest, public=changed))
    with pytest.raises(WrongPassphrase):
        unlock_wallet(parse_wallet(forged, path=PATH), passphrase=PASSPHRASE)


def test_altered_secrets_with_a_right_checksum_do_not_unlock(rendered: bytes) -> None:
    honest = parse_wallet(rendered, path=PATH)
    assert unlock_wallet(honest, passphrase=PASSPHRASE).seed == SEED
    forgeries = [
        dataclasses.replace(honest, salt=bytes(16)),
        dataclasses.replace(honest, nonce=bytes([1]) + bytes(23)),
        dataclasses.replace(honest, stretching=KeyStretching(passes=2, memory_bytes=8_192)),
        dataclasses.replace(honest, encrypted_seed=bytes(48)),
    ]
    for forged in forgeries:
        with pytest.raises(WrongPassphrase):
            unlock_wallet(forged, passphrase=PASSPHRASE)


def test_a_seed_that_is_not_that_of_the_public_key_is_damage(tmp_path: Path) -> None:
    wallet = dataclasses.replace(make(tmp_path / "wallet.json"), seed=bytes(32))
    with pytest.raises(WalletDamaged):
        unlock_wallet(seal_wallet(wallet, nonce=bytes(24)), passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("secret", "memory_bytes", 2**30 + 1),
        ("secret", "memory_bytes", 8_191),
        ("secret", "memory_bytes", True),
        ("secret", "passes", 0),
        ("secret", "passes", 65),
        ("secret", "passes", 1.0),
        ("secret", "salt", "00" * 15),
        ("secret", "nonce", "zz" * 24),
        ("secret", "encrypted_seed", None),
        ("public", "public_key", None),
        ("public", "public_key", ["00" * 32]),
        ("public", "account", -1),
        ("public", "account", 2**32),
        ("public", "account", "17"),
        ("public", "handle", 5),
        ("public", "node_url", "x" * 2_049),
    ],
)
def test_values_of_a_wrong_type_or_range_are_damage(
    rendered: bytes, section: str, name: str, value: object
) -> None:
    document = json.loads(rendered)
    document[section][name] = value
    with pytest.raises(WalletDamaged, match=name):
        parse_wallet(json.dumps(document).encode(), path=PATH)


def test_a_later_version_is_not_called_damage(rendered: bytes) -> None:
    document = json.loads(rendered) | {"version": 2}
    with pytest.raises(WalletVersionUnknown) as refused:
        parse_wallet(json.dumps(document).encode(), path=PATH)
    assert refused.value.version == 2


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 10_000, b'{"format": "other"}']
)
def test_what_is_no_wallet_is_damage(data: bytes) -> None:
    with pytest.raises(WalletDamaged):
        parse_wallet(data, path=PATH)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_a_typed_way(data: bytes) -> None:
    with pytest.raises(WalletDamaged):
        parse_wallet(data, path=PATH)


def test_joining_changes_the_public_part_only(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    made = make(path)
    with lock_wallet(path) as lock:
        replace_public(lock, made, public=MEMBER)
        with pytest.raises(ValueError, match="another key"):
            replace_public(lock, made, public=PublicPart(public_key=bytes(32)))
    again = read_wallet(path)
    assert again.public == MEMBER
    assert unlock_wallet(again, passphrase=PASSPHRASE).seed == SEED


def test_another_account_or_passphrase_is_seen_before_it_is_overwritten(tmp_path: Path) -> None:
    first = make(tmp_path / "wallet.json")
    with lock_wallet(first.path) as lock:
        moved = dataclasses.replace(first.public, node_url="http://elsewhere:8440")
        replace_public(lock, first, public=moved)
        check_unchanged(first)
        joined = replace_public(lock, first, public=MEMBER)
        with pytest.raises(WalletChanged):
            check_unchanged(first)
        change_passphrase(lock, joined, passphrase="otra frase", stretching=QUICK)
        with pytest.raises(WalletChanged):
            check_unchanged(joined)


def test_every_writing_takes_a_new_nonce(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    made = make(path)
    nonces = {read_wallet(path).nonce}
    with lock_wallet(path) as lock:
        for _ in range(3):
            replace_public(lock, made, public=MEMBER)
            nonces.add(read_wallet(path).nonce)
    assert len(nonces) == 4


def test_a_changed_passphrase_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    made = make(path)
    with lock_wallet(path) as lock:
        change_passphrase(lock, made, passphrase="otra distinta", stretching=QUICK)
    again = read_wallet(path)
    assert again.salt != made.salt
    assert unlock_wallet(again, passphrase="otra distinta").seed == SEED
    with pytest.raises(WrongPassphrase):
        unlock_wallet(again, passphrase=PASSPHRASE)


def test_a_new_wallet_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    made = make(path)
    before = path.read_bytes()
    with pytest.raises(WalletExists):
        make(path)
    assert path.read_bytes() == before
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(WalletExists):
        make(link)
    other = tmp_path / "other.json"
    with lock_wallet(other) as lock, pytest.raises(ValueError, match="does not cover"):
        replace_public(lock, made, public=MEMBER)


def test_a_missing_or_unsafe_wallet_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    with pytest.raises(WalletMissing):
        read_wallet(path)
    make(path)
    path.chmod(0o644)
    with pytest.raises(UnsafeFile) as refused:
        read_wallet(path)
    assert refused.value.fault is FileFault.OPEN_TO_OTHERS


def test_rendering_and_parsing_are_inverse(rendered: bytes) -> None:
    wallet = parse_wallet(rendered, path=PATH)
    assert isinstance(wallet, LockedWallet)
    assert render_wallet(wallet) == rendered
    assert wallet.public == MEMBER


def test_an_older_program_can_rely_on_these_bytes() -> None:
    """A wallet file once written must open for ever: a fixed one, made by version 1."""
    file = VECTOR_FILES / "wallet_version_1.json"
    wallet = parse_wallet(file.read_bytes(), path=file)
    assert unlock_wallet(wallet, passphrase="una frase de prueba").seed == SEED
