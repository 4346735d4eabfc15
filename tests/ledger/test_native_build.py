"""The compiled module is the one that belongs to this source tree."""

import pytest

import ledger


@pytest.mark.needs_native
def test_the_native_module_has_the_version_of_the_package() -> None:
    from ledger import _native

    assert _native.__version__ == ledger.__version__
