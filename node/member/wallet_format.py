"""The layout of a wallet file: its values, and how they become bytes and come back.

The file is JSON that a person can read:

    format     "fiado wallet"
    version    1
    public     who this is: key, federation, coop, account, handle, node
    secret     how the seed is encrypted, and the encrypted seed
    checksum   SHA-256 of the rest; finds damage without the passphrase

The associated data of the encryption is the file's content without `checksum` and the encrypted
seed, as JSON with sorted keys, no blanks and ASCII only. So nobody without the passphrase can
change the public part, such as the node's URL, and go unseen once the wallet is unlocked.

The file's exact layout is fixed too: what does not render to the same bytes again is damaged. So
every changed byte is found.

No encryption and no input or output here; `wallet_file` does both.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FORMAT: Final = "fiado wallet"
VERSION: Final = 1
LARGEST_FILE: Final = 16_384
"""Bytes; a wallet file has about a thousand."""

KEY_LENGTH: Final = 32
SEED_LENGTH: Final = 32
NONCE_LENGTH: Final = 24
SALT_LENGTH: Final = 16
_TAG_LENGTH: Final = 16
_MOST_PASSES: Final = 64
_MOST_MEMORY_BYTES: Final = 2**30
_LEAST_MEMORY_BYTES: Final = 2**13
_LARGEST_ACCOUNT: Final = 2**32 - 1
_LONGEST_TEXT: Final = 2_048


class WalletError(Exception):
    """Base of what can be wrong with a wallet file; each says which file."""


@dataclass(eq=False)
class WalletDamaged(WalletError):
    """The file is not as a wallet was written: `problem` says where that shows, in a few words."""

    path: Path
    problem: str


@dataclass(eq=False)
class WalletVersionUnknown(WalletError):
    """The file says that it has a version of the format that this program does not know."""

    path: Path
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPart:
    """Who the owner is. Only the key is known from the start; joining a coop adds the rest."""

    public_key: bytes
    """The Ed25519 public key, 32 bytes."""
    federation: bytes | None = None
    """The federation id, 32 bytes: the SHA-256 of its charter."""
    coop: str | None = None
    """The name of the home cooperative."""
    account: int | None = None
    """The number of the account in the home cooperative, 0 to 2^32 - 1."""
    handle: str | None = None
    """The name before the `@` of the member's address."""
    node_url: str | None = None
    """Where the home cooperative's node answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStretching:
    """How much work Argon2id makes of a passphrase: passes over memory, and its bytes."""

    passes: int
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedWallet:
    """A wallet as its file has it. The public part is unproven until the wallet is unlocked."""

    path: Path
    public: PublicPart
    stretching: KeyStretching
    salt: bytes
    nonce: bytes
    encrypted_seed: bytes


def render_wallet(wallet: LockedWallet) -> bytes:
    """The exact bytes of the wallet's file."""
    document = _authenticated(wallet)
    document["secret"]["encrypted_seed"] = wallet.encrypted_seed.hex()
    checksum = hashlib.sha256(_compact(document)).hexdigest()
    ordered = {name: document[name] for name in ("format", "version", "public", "secret")} | {
        "checksum": checksum
    }
    return (json.dumps(ordered, indent=2, ensure_ascii=True) + "\n").encode("ascii")


def associated_data(wallet: LockedWallet) -> bytes:
    """What the encryption authenticates besides the seed; `encrypted_seed` plays no part."""
    return _compact(_authenticated(wallet))


def parse_wallet(data: bytes, *, path: Path) -> LockedWallet:
    """Read a wallet file's bytes; `path` is only for errors.

    Raises `WalletDamaged` or `WalletVersionUnknown`.
    """
    try:
        document = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError):
        raise WalletDamaged(path, "it is not JSON") from None
    reader = _Reader(path)
    reader.check_version(document)
    public = reader.section(document, "public")
    secret = reader.section(document, "secret")
    wallet = LockedWallet(
        path=path,
        public=PublicPart(
            public_key=reader.hexadecimal(public, "public_key", length=KEY_LENGTH),
            federation=reader.optional_hexadecimal(public, "federation", length=KEY_LENGTH),
            coop=reader.optional_text(public, "coop"),
            account=reader.optional_integer(public, "account", largest=_LARGEST_ACCOUNT),
            handle=reader.optional_text(public, "handle"),
            node_url=reader.optional_text(public, "node_url"),
        ),
        stretching=KeyStretching(
            passes=reader.integer(secret, "passes", least=1, largest=_MOST_PASSES),
            # A file from a stranger must not make this machine run out of memory.
            memory_bytes=reader.integer(
                secret, "memory_bytes", least=_LEAST_MEMORY_BYTES, largest=_MOST_MEMORY_BYTES
            ),
        ),
        salt=reader.hexadecimal(secret, "salt", length=SALT_LENGTH),
        nonce=reader.hexadecimal(secret, "nonce", length=NONCE_LENGTH),
        encrypted_seed=reader.hexadecimal(
            secret, "encrypted_seed", length=SEED_LENGTH + _TAG_LENGTH
        ),
    )
    if render_wallet(wallet) != data:
        raise WalletDamaged(path, "its checksum or layout does not fit its content")
    return wallet


def _authenticated(wallet: LockedWallet) -> dict[str, Any]:
    public = wallet.public
    return {
        "format": FORMAT,
        "version": VERSION,
        "public": {
            "federation": public.federation.hex() if public.federation is not None else None,
            "coop": public.coop,
            "account": public.account,
            "handle": public.handle,
            "node_url": public.node_url,
            "public_key": public.public_key.hex(),
        },
        "secret": {
            "key_stretching": "argon2id",
            "passes": wallet.stretching.passes,
            "memory_bytes": wallet.stretching.memory_bytes,
            "salt": wallet.salt.hex(),
            "cipher": "xchacha20-poly1305",
            "nonce": wallet.nonce.hex(),
        },
    }


def _compact(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode(
        "ascii"
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes typed values out of untrusted JSON; a wrong type or range is damage."""

    path: Path

    def check_version(self, document: object) -> None:
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise WalletDamaged(self.path, "it is not a fiado wallet")
        version = self.integer(document, "version", least=0, largest=2**53 - 1)
        if version != VERSION:
            raise WalletVersionUnknown(self.path, version)

    def section(self, document: Mapping[str, object], name: str) -> dict[str, object]:
        value = document.get(name)
        if not isinstance(value, dict):
            raise self._damage(name)
        return value

    def integer(self, section: Mapping[str, object], name: str, *, least: int, largest: int) -> int:
        value = section.get(name)
        # In Python a JSON `true` is an integer too.
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= largest:
            raise self._damage(name)
        return value

    def optional_integer(
        self, section: Mapping[str, object], name: str, *, largest: int
    ) -> int | None:
        if section.get(name) is None:
            return None
        return self.integer(section, name, least=0, largest=largest)

    def hexadecimal(self, section: Mapping[str, object], name: str, *, length: int) -> bytes:
        value = section.get(name)
        if not isinstance(value, str) or len(value) != 2 * length:
            raise self._damage(name)
        try:
            return bytes.fromhex(value)
        except ValueError:
            raise self._damage(name) from None

    def optional_hexadecimal(
        self, section: Mapping[str, object], name: str, *, length: int
    ) -> bytes | None:
        if section.get(name) is None:
            return None
        return self.hexadecimal(section, name, length=length)

    def optional_text(self, section: Mapping[str, object], name: str) -> str | None:
        value = section.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
            raise self._damage(name)
        return value

    def _damage(self, name: str) -> WalletDamaged:
        return WalletDamaged(self.path, f"its field {name} is missing or wrong")
