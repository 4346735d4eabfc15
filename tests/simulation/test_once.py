"""What nodes of a run work out once: the same answers, and nothing of it is left behind."""

import nacl.bindings
import pytest

from ledger.signatures import SignatureInvalid, verify
from tests.builders import signing_key
from tests.simulation.once import worked_out_once


def test_signatures_are_judged_as_ever_and_asked_about_once() -> None:
    key, before = signing_key("once", "somebody"), nacl.bindings.crypto_sign_open
    signature = key.sign(b"said")
    with worked_out_once():
        for _ in range(3):
            verify(public_key=key.public_key, message=b"said", signature=signature)
            with pytest.raises(SignatureInvalid):
                verify(public_key=key.public_key, message=b"not said", signature=signature)
        kept = vars(nacl.bindings)["crypto_sign_open"].cache_info()
        assert (kept.hits, kept.currsize) == (2, 1)
    assert nacl.bindings.crypto_sign_open is before
