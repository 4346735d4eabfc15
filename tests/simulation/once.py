"""Arithmetic that every node of a run does over the same bytes, done once for all of them.

All nodes of a simulated federation live in one process, and each checks the same signatures and keys. The
answers are functions of the bytes alone, so nothing that a run can find depends on who works them out. What
is refused is worked out each time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import nacl.bindings

_KEPT: Final = 20_000
"""More than one run has signatures."""
_COSTLY: Final = ("crypto_sign_open", "crypto_scalarmult_ed25519_noclamp")


@contextmanager
def worked_out_once() -> Iterator[None]:
    """Within it libsodium is asked once for each signature and key."""
    costly: dict[str, Callable[..., Any]] = {name: getattr(nacl.bindings, name) for name in _COSTLY}
    for name, work_out in costly.items():
        setattr(nacl.bindings, name, lru_cache(maxsize=_KEPT)(work_out))
    try:
        yield
    finally:
        for name, work_out in costly.items():
            setattr(nacl.bindings, name, work_out)
