"""The one place that chooses between the native and the reference validator, and what goes with them.

`FIADO_VALIDATOR` may be `native`, `reference` or empty (native where it was built, else reference);
`FIADO_REQUIRE_NATIVE=1` refuses to go on without the native one. The choice is made at each call, so a
process may hold both, as the parity tests do.
"""

import os
from typing import Final

from ledger.errors import LedgerError
from ledger.founding import Founding
from ledger.receipts import Issuer, ReferenceIssuer
from ledger.signatures import SigningKey
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator

NAMES = ("native", "reference")

NATIVE_INTERFACE: Final = 15
"""Native code of this interface is called here; it has the same number in `ledger/native/python/src/lib.rs`.

Both are raised when a call changes, or when native code decides anything differently: then what was built
before is refused in words. A test knows which calls belong to the number.
"""


class ValidatorUnavailable(LedgerError):
    """The validator that was asked for can't be used; the text says what would help."""


def chosen_name() -> str:
    """Which validator `new_validator` would make."""
    asked = os.environ.get("FIADO_VALIDATOR", "")
    required = os.environ.get("FIADO_REQUIRE_NATIVE", "") == "1"
    if asked not in ("", *NAMES):
        raise ValidatorUnavailable(f"FIADO_VALIDATOR must be one of {', '.join(NAMES)}")
    if required and asked == "reference":
        raise ValidatorUnavailable("FIADO_REQUIRE_NATIVE=1 and FIADO_VALIDATOR=reference disagree")
    if asked == "reference":
        return asked
    if _native_available():
        return "native"
    if required or asked == "native":
        raise ValidatorUnavailable(
            "the native validator was not built; install a Rust toolchain and run `make native`"
        )
    return "reference"


def new_validator(founding: Founding) -> Validator:
    """A validator with no entry in any log."""
    if chosen_name() == "native":
        from ledger.validators.native import NativeValidator

        return NativeValidator(founding)
    return ReferenceValidator(founding)


def load_validator(founding: Founding, snapshot: bytes) -> Validator:
    """A validator with the state of a snapshot; raises `SnapshotError`."""
    if chosen_name() == "native":
        from ledger.validators.native import NativeValidator

        return NativeValidator.load(founding, snapshot)
    return ReferenceValidator.load(founding, snapshot)


def new_issuer(key: SigningKey, *, federation: bytes, coop: int) -> Issuer:
    """What issues the receipts of `coop`'s log with its node's key."""
    if chosen_name() == "native":
        from ledger import _native

        return _native.Issuer(key.seed, federation, coop)
    return ReferenceIssuer(key, federation=federation, coop=coop)


def _native_available() -> bool:
    """Whether it was built. Raises `ValidatorUnavailable` when it was built for another interface."""
    try:
        import ledger._native as _native
    except ImportError:
        return False
    if getattr(_native, "INTERFACE", None) != NATIVE_INTERFACE:
        raise ValidatorUnavailable(
            "the native validator was built from other sources than these; run `make native`"
        )
    return True
