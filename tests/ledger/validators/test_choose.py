"""Which validator is chosen, and that one built from other sources is refused in words."""

import ast
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

import ledger
from ledger.validators.choose import NATIVE_INTERFACE, ValidatorUnavailable, chosen_name

STUB = Path(ledger.__file__).with_name("_native.pyi")
CALLS_OF = (
    15,
    "1639869b8aee48067734d58d60701f1459c4e7421f86b478a4937e1cdafceae2",
)
"""A number of the interface, and the digest of the calls that belong to it."""


class Words(ast.NodeTransformer):
    """Takes the words out of a stub and leaves the calls."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) and node.value.value != ... else node


def built(monkeypatch: pytest.MonkeyPatch, interface: int | None) -> None:
    """Let there be a native module of that interface, or of the time when there was no number."""
    module = ModuleType("ledger._native")
    if interface is not None:
        module.__dict__["INTERFACE"] = interface
    monkeypatch.setitem(sys.modules, "ledger._native", module)
    monkeypatch.setattr(ledger, "_native", module, raising=False)
    for name in ("FIADO_VALIDATOR", "FIADO_REQUIRE_NATIVE"):
        monkeypatch.delenv(name, raising=False)


def test_native_code_of_this_interface_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    built(monkeypatch, NATIVE_INTERFACE)
    assert chosen_name() == "native"


@pytest.mark.parametrize("interface", [None, NATIVE_INTERFACE - 1, NATIVE_INTERFACE + 1])
@pytest.mark.parametrize("asked", ["", "native"])
def test_native_code_of_another_interface_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, interface: int | None, asked: str
) -> None:
    built(monkeypatch, interface)
    monkeypatch.setenv("FIADO_VALIDATOR", asked)
    with pytest.raises(ValidatorUnavailable, match=r"built from other sources.*make native"):
        chosen_name()
    monkeypatch.setenv("FIADO_VALIDATOR", "reference")
    assert chosen_name() == "reference"


def test_the_number_is_raised_when_a_call_changes() -> None:
    """If this fails: raise the number in `choose` and in `lib.rs`, and note the new digest here."""
    calls = ast.unparse(Words().visit(ast.parse(STUB.read_text(encoding="utf-8"))))
    assert (NATIVE_INTERFACE, sha256(calls.encode()).hexdigest()) == CALLS_OF


@pytest.mark.needs_native
def test_the_native_module_has_the_number() -> None:
    from ledger import _native

    assert _native.INTERFACE == NATIVE_INTERFACE
