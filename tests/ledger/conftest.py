"""Tests of rules run against both validators: they implement one interface with one meaning."""

import pytest

from ledger.founding import Founding
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import MakeValidator


def make_native(founding: Founding) -> Validator:
    native = pytest.importorskip("ledger.validators.native")
    validator: Validator = native.NativeValidator(founding)
    return validator


@pytest.fixture(params=["reference", pytest.param("native", marks=pytest.mark.needs_native)])
def make_validator(request: pytest.FixtureRequest) -> MakeValidator:
    return make_native if request.param == "native" else ReferenceValidator
