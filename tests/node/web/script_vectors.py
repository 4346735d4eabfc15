"""The project's vectors, gathered for the pages' modules, and the check that runs them anywhere."""

import json
from pathlib import Path
from typing import Any, Final

from mnemonic import Mnemonic

from node.web.statics import WORD_LISTS

MODULES: Final = {
    name: f"{room}/{name}.js"
    for room, names in (
        (
            "protocol",
            (
                *("bytes", "chain", "charter", "codec", "guarantees", "guards"),
                *(
                    "messages",
                    "mnemonic",
                    "names",
                    "owning",
                    "receipts",
                    "sealing",
                    "signing",
                    "tally",
                ),
            ),
        ),
        (
            "parts",
            ("amounts", "bookings", "contacts", "links", "owners_drafts", "tables", "unseen"),
        ),
    )
    for name in names
}
CHECK: Final = Path(__file__).parent / "vector_checks.js"
WITHOUT_ED25519: Final = """
for (const name of ["importKey", "generateKey", "sign", "verify", "deriveBits"]) {
  const real = SubtleCrypto.prototype[name];
  SubtleCrypto.prototype[name] = async function (...given) {
    const isMissing = given.some((each) => /^X?(Ed)?25519$/i.test(each?.name ?? each));
    if (isMissing) throw new DOMException("Unrecognized name.", "NotSupportedError");
    return real.apply(this, given);
  };
}
const later = [
  [URL, "canParse parse"], [AbortSignal, "timeout any"], [Object, "groupBy"], [Map, "groupBy"],
  [Promise, "withResolvers try"], [Array, "fromAsync"], [globalThis, "structuredClone Iterator"],
  [Array.prototype, "findLast findLastIndex toSorted toReversed toSpliced with"],
  [Set.prototype, "union intersection difference isSubsetOf isSupersetOf isDisjointFrom"],
  [String.prototype, "isWellFormed toWellFormed"],
  [Uint8Array, "fromBase64 fromHex"], [Uint8Array.prototype, "toBase64 toHex toSorted toReversed with"],
  [globalThis.URLSearchParams?.prototype ?? {}, "size"],
];
for (const [place, names] of later) for (const name of names.split(" ")) delete place[name];
"""
"""A script that makes a browser one of 2021: no Ed25519, no X25519, nor what came later to the language."""
_VECTORS: Final = Path(__file__).parents[2] / "vectors"
_NAMES: Final = (
    "codec",
    "messages",
    "transactions",
    "index",
    "receipts",
    "memos",
    "mnemonic",
    "paying",
    "longer_forms",
    "numbers",
    "csv",
    "statement",
    "contacts",
    "texts",
    "payment_links",
    "tally",
    "guarantees",
    "names",
)


def gather_vectors() -> dict[str, Any]:
    """All that the check needs."""
    vectors = {name: json.loads((_VECTORS / f"{name}.json").read_text()) for name in _NAMES}
    vectors["words"] = {name: Mnemonic(name).wordlist for name in WORD_LISTS}
    return vectors
