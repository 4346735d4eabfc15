"""The one place that chooses between the native and the reference validator, and what goes with them.

`FIADO_VALIDATOR` may be `native`, `reference` or empty (native where it was built, else reference);
`FIADO_REQUIRE_NATIVE=1` refuses to go on without the native one. The choice is made at each call, so a
process may hold both, as the parity tests do.
"""

import os

from ledger.errors import LedgerError
from ledger.founding import Founding
from ledger.receipts import Issuer, ReferenceIssuer
from ledger.signatures import SigningKey
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator

NAMES = ("native", "reference")


class ValidatorUnavailable(LedgerError):
    """The validator that was asked for is not there; the text says what would make it be there."""


def chosen_name() -> str:
    """Which validator `new_validator` would make."""
    asked = os.environ.get("FIADO_VALIDATOR", "")
    required = os.environ.get("FIADO_REQUIRE_NATIVE", "") == "1"
    if asked not in ("", *NAMES):
        raise ValidatorUnavailable(f"FIADO_VALIDATOR must be one of {', '.join(NAMES)}")
    if required and asked == "reference":
        raise ValidatorUnavailable("FIADO_REQUIRE_NATIVE=1 and FIADO_VALIDATOR=reference disagree")
    available = _native_available()
    if not available and (required or asked == "native"):
        raise ValidatorUnavailable(
            "the native validator was not built; install a Rust toolchain and run `make native`"
        )
    return asked or ("native" if available else "reference")


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
    try:
        from ledger.validators.native import NativeValidator
    except ImportError:
        return False
    return NativeValidator is not None
