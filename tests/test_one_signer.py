"""One place signs with the node's key about logs and decisions: `node/engine/signer.py`."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

SIGNS = {"sign", "sign_head", "issue", "new_issuer", "ReferenceIssuer"}
ALLOWED = {
    "node/addresses.py",  # where a node answers, under a tag of its own
    "node/engine/signer.py",
    "node/join_requests.py",  # a coop that wants to join, under a tag of its own
    "node/link/handshake.py",  # who is there; says nothing about a log
    "node/merchant/signing.py",  # a webhook's body, under a tag of its own
    "node/notices/push.py",  # who sends to push services, with a key of another curve that follows from it
}


def _signing_calls(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in SIGNS:
                yield name


def test_nothing_else_in_the_node_signs() -> None:
    signing = {
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "node").rglob("*.py"))
        if ROOT / "node" / "member" not in path.parents  # whose keys are people's
        if list(_signing_calls(path.read_text(encoding="utf-8")))
    }
    assert signing == ALLOWED


def test_the_test_can_fail() -> None:
    assert list(_signing_calls("head = sign_head(key, length=1)")) == ["sign_head"]
    assert list(_signing_calls("self._core.key.sign(message)")) == ["sign"]
