"""The wallet: a member's signing seed in a file, encrypted under a passphrase.

The 32-byte Ed25519 seed is encrypted with XChaCha20-Poly1305 under a key that Argon2id makes of the
passphrase (in Unicode form NFKC, as UTF-8), with the public part of the file as associated data.
`wallet_format` has the layout.

Whatever writes a wallet needs its `WalletLock`. A new wallet never replaces a file.

What this does not do: keep words or passphrases, know sequence numbers (`pending_journal` does),
talk to a node. Losing the file costs nothing to somebody who has the words.
"""

import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from nacl.bindings import crypto_sign_seed_keypair
from nacl.bindings.crypto_aead import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.utils import random

from node.member.private_files import DiskFiles, PrivateFiles
from node.member.wallet_format import (
    KEY_LENGTH,
    LARGEST_FILE,
    NONCE_LENGTH,
    SALT_LENGTH,
    KeyStretching,
    LockedWallet,
    PublicPart,
    WalletDamaged,
    WalletError,
    associated_data,
    parse_wallet,
    render_wallet,
)
from node.member.wallet_lock import WalletLock

DEFAULT_STRETCHING: Final = KeyStretching(passes=4, memory_bytes=64 * 1024 * 1024)
"""Well under a second on an old laptop, within a cheap phone's memory. Each file stores its own."""


@dataclass(eq=False)
class WalletMissing(WalletError):
    """There is no wallet file at `path`."""

    path: Path


@dataclass(eq=False)
class WalletExists(WalletError):
    """There is a file at `path` already, and a new wallet never replaces one."""

    path: Path


@dataclass(eq=False)
class WrongPassphrase(WalletError):
    """The passphrase does not open the wallet.

    The same happens when somebody altered the file and, on purpose, its checksum too.
    """

    path: Path


@dataclass(eq=False)
class WalletChanged(WalletError):
    """Another command changed the wallet at `path` while this one was waiting."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockedWallet:
    """A wallet with its seed, and the key to encrypt the seed when it is written again."""

    path: Path
    public: PublicPart
    stretching: KeyStretching
    salt: bytes
    seed: bytes = field(repr=False)
    wrapping_key: bytes = field(repr=False)


def public_key_of(seed: bytes) -> bytes:
    """The Ed25519 public key, 32 bytes, that belongs to a 32-byte seed."""
    public_key: bytes = crypto_sign_seed_keypair(seed)[0]
    return public_key


def create_wallet(
    lock: WalletLock,
    *,
    seed: bytes,
    passphrase: str,
    stretching: KeyStretching = DEFAULT_STRETCHING,
    files: PrivateFiles | None = None,
) -> UnlockedWallet:
    """Write a new wallet for `seed` at the path of `lock`; it is durable when this returns.

    Raises `WalletExists`, and what `PrivateFiles.replace` raises.
    """
    if lock.path.is_symlink() or lock.path.exists():
        raise WalletExists(lock.path)
    salt = random(SALT_LENGTH)
    wallet = UnlockedWallet(
        path=lock.path,
        public=PublicPart(public_key=public_key_of(seed)),
        stretching=stretching,
        salt=salt,
        seed=seed,
        wrapping_key=_stretch(passphrase, salt=salt, stretching=stretching),
    )
    _write(wallet, files or DiskFiles())
    return wallet


def read_wallet(path: Path, *, files: PrivateFiles | None = None) -> LockedWallet:
    """Read a wallet without its passphrase.

    Raises `WalletMissing`, `WalletDamaged`, `WalletVersionUnknown`, and what `PrivateFiles.read`
    raises.
    """
    data = (files or DiskFiles()).read(path, largest=LARGEST_FILE)
    if data is None:
        raise WalletMissing(path)
    return parse_wallet(data, path=path)


def unlock_wallet(wallet: LockedWallet, *, passphrase: str) -> UnlockedWallet:
    """Decrypt the seed and prove the public part.

    Raises `WrongPassphrase`, or `WalletDamaged` when the seed is not that of the public key.
    """
    wrapping_key = _stretch(passphrase, salt=wallet.salt, stretching=wallet.stretching)
    try:
        seed = crypto_aead_xchacha20poly1305_ietf_decrypt(
            wallet.encrypted_seed, associated_data(wallet), wallet.nonce, wrapping_key
        )
    except CryptoError:
        raise WrongPassphrase(wallet.path) from None
    if public_key_of(seed) != wallet.public.public_key:
        raise WalletDamaged(wallet.path, "its seed belongs to another public key")
    return UnlockedWallet(
        path=wallet.path,
        public=wallet.public,
        stretching=wallet.stretching,
        salt=wallet.salt,
        seed=seed,
        wrapping_key=wrapping_key,
    )


def check_unchanged(wallet: UnlockedWallet, *, files: PrivateFiles | None = None) -> None:
    """Raise `WalletChanged` when the file is of another account or passphrase by now; call it under the lock.

    A wallet is unlocked before its lock is taken, because a person may be asked for the passphrase. Where the
    node is may have changed: a command that finds the node at another address remembers that at once.
    """
    now = read_wallet(wallet.path, files=files)
    whose = [replace(public, node_url=None) for public in (now.public, wallet.public)]
    if whose[0] != whose[1] or now.salt != wallet.salt:
        raise WalletChanged(wallet.path)


def replace_public(
    lock: WalletLock,
    wallet: UnlockedWallet,
    *,
    public: PublicPart,
    files: PrivateFiles | None = None,
) -> UnlockedWallet:
    """Write the wallet again with another public part, such as after joining a coop.

    Key and passphrase stay. Raises what `PrivateFiles.replace` raises, and `ValueError`, a mistake
    in the program, for the lock of another wallet or another public key.
    """
    lock.check_covers(wallet.path)
    if public.public_key != wallet.public.public_key:
        raise ValueError("the public part names another key than the wallet's")
    changed = replace(wallet, public=public)
    _write(changed, files or DiskFiles())
    return changed


def change_passphrase(
    lock: WalletLock,
    wallet: UnlockedWallet,
    *,
    passphrase: str,
    stretching: KeyStretching = DEFAULT_STRETCHING,
    files: PrivateFiles | None = None,
) -> UnlockedWallet:
    """Write the wallet again under a new passphrase and a new salt.

    Copies of the old file still open with the old passphrase. Raises as `replace_public` does.
    """
    lock.check_covers(wallet.path)
    salt = random(SALT_LENGTH)
    wrapping_key = _stretch(passphrase, salt=salt, stretching=stretching)
    changed = replace(wallet, stretching=stretching, salt=salt, wrapping_key=wrapping_key)
    _write(changed, files or DiskFiles())
    return changed


def seal_wallet(wallet: UnlockedWallet, *, nonce: bytes) -> LockedWallet:
    """Encrypt the seed; `nonce` is 24 random bytes that never serve one wrapping key twice."""
    blank = LockedWallet(
        path=wallet.path,
        public=wallet.public,
        stretching=wallet.stretching,
        salt=wallet.salt,
        nonce=nonce,
        encrypted_seed=b"",
    )
    encrypted_seed = crypto_aead_xchacha20poly1305_ietf_encrypt(
        wallet.seed, associated_data(blank), nonce, wallet.wrapping_key
    )
    return replace(blank, encrypted_seed=encrypted_seed)


def _write(wallet: UnlockedWallet, files: PrivateFiles) -> None:
    files.replace(wallet.path, render_wallet(seal_wallet(wallet, nonce=random(NONCE_LENGTH))))


def _stretch(passphrase: str, *, salt: bytes, stretching: KeyStretching) -> bytes:
    # One passphrase typed on two keyboards can be two sequences of code points; NFKC makes them
    # one.
    password = unicodedata.normalize("NFKC", passphrase).encode()
    return argon2id.kdf(
        KEY_LENGTH,
        password,
        salt,
        opslimit=stretching.passes,
        memlimit=stretching.memory_bytes,
    )
