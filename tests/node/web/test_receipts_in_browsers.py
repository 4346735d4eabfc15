"""Browsers say of a receipt what the programs say: it holds, it does not stand, or it is forged."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.charter import Charter
from ledger.charter_changes import Readmit
from ledger.errors import NotStanding, ProofError
from ledger.receipts import Receipt, decode_receipt
from node.changes import write_changes
from node.spellings import to_base64url
from node.web.modules import FOLDER
from tests.cli.federation.test_fallen import changes_of
from tests.node.engine.charter.test_standing import decide
from tests.node.engine.recording.test_fallen import FORKER, NEW_KEY, forked, found_at, stand
from tests.node.engine.rig import Rig
from tests.node.web.test_script_vectors import node_program

_RUNNER = """
import fs from "node:fs";
const given = JSON.parse(fs.readFileSync(0, "utf8"));
const load = (place) => import(given.root + "/" + place);
const { fromHex } = await load("protocol/bytes.js");
const { readCharter } = await load("protocol/charter.js");
const { withChange } = await load("protocol/changes.js");
const { decodeTransaction } = await load("protocol/messages.js");
const { checkReceipt, decodeReceipt } = await load("protocol/receipts.js");
const { NotStanding } = await load("protocol/signing.js");
let charter = await readCharter(new TextEncoder().encode(given.founding));
for (const hex of given.entries) charter = await withChange(charter, decodeTransaction(fromHex(hex)));
const told = [];
for (const hex of given.receipts) {
  try {
    const { transaction } = await checkReceipt(decodeReceipt(fromHex(hex)), charter);
    told.push(["holds", transaction.amount]);
  } catch (error) {
    told.push(error instanceof NotStanding ? ["falls", error.entry.transaction.amount] : ["forged", null]);
  }
}
const { areFree } = await load("parts/fallen_numbers.js");
const wallet = {
  federation: charter.federation, coop: given.coop, account: 1, publicKey: fromHex(given.key),
};
const session = { get: async (path) => {
  if (!path.startsWith("/v1/me/fallen")) return given.proofs[path.split("/").at(-1)];
  const after = Number(new URLSearchParams(path.split("?")[1]).get("after"));
  const next = after + 2 < given.listed.length ? after + 2 : null;
  return { payments: given.listed.slice(after, after + 2), next };
} };
const free = [];
for (const [first, last, account] of given.spans) {
  free.push(await areFree({ session, charter, wallet: { ...wallet, account } }, first, last));
}
console.log(JSON.stringify({ told, free }));
"""

SPANS = [(3, 5, 1), (1, 5, 1), (5, 5, 1), (3, 6, 1), (1, 10**15, 1), (3, 5, 2)]
"""From which number to which, and of which account."""


def told_by_program(receipt: Receipt, charter: Charter) -> list[object]:
    try:
        amount = getattr(receipt.entry_signed(charter).transaction, "amount", None)
        receipt.check(charter)
    except NotStanding:
        return ["falls", amount]
    except ProofError:
        return ["forged", None]
    return ["holds", amount]


def receipts_of(rig: Rig) -> list[Receipt]:
    """Those of what has fallen, those of what stands in that place, and a forged one."""
    found: list[Receipt] = []
    for payment in found_at(rig, 1).payments:
        proof = rig.engines[1].fallen_proof(payment.head)
        assert proof is not None
        found.append(decode_receipt(proof.receipt))
        if proof.standing is not None:
            found.append(decode_receipt(proof.standing))
    return [*found, replace(found[0], signature=bytes(64))]


@pytest.mark.parametrize("is_readmitted", [False, True])
def test_browsers_tell_what_programs_do(tmp_path: Path, is_readmitted: bool) -> None:
    program = node_program()
    if program is None:
        pytest.skip("no Node.js of version 20 or later")
    rig = forked()
    stand(rig, 1)
    receipts = receipts_of(rig)
    if is_readmitted:
        stands = rig.engines[1].newest.coops[FORKER].stands
        assert stands is not None
        key, length, head = NEW_KEY.public_key, stands.length, stands.head
        decide(rig, Readmit(coop=FORKER, key=key, limit=50_000, length=length, head=head))
    expected = [told_by_program(each, rig.engines[1].newest) for each in receipts]
    assert {kind for kind, _ in expected} == {"holds", "falls", "forged"}
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copytree(FOLDER, tmp_path / "web")
    given = {
        "root": (tmp_path / "web").as_uri(),
        "founding": rig.federation.founding.source.decode(),
        "entries": [write_changes([entry]).hex() for entry in changes_of(rig)],
        "receipts": [receipt.encode().hex() for receipt in receipts],
        "coop": FORKER,
        "key": rig.federation.member_key(FORKER, 1).public_key.hex(),
        "spans": SPANS,
        **proofs_of(rig),
    }
    done = subprocess.run(
        [program, "--input-type=module", "--eval", _RUNNER],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["told"] == expected
    # What was signed beyond the decided length is proven only once the coop has another key.
    assert said["free"] == [is_readmitted, is_readmitted, is_readmitted, False, False, False]


def proofs_of(rig: Rig) -> dict[str, object]:
    """What the node answers about account 1's payments."""
    payments = found_at(rig, 1).of_account[FORKER, 1]
    proofs = {}
    for each in payments:
        proof = rig.engines[1].fallen_proof(each.head)
        assert proof is not None
        standing = None if proof.standing is None else to_base64url(proof.standing)
        proofs[each.head.hex()] = {"receipt": to_base64url(proof.receipt), "standing": standing}
    return {"listed": [{"head": each.head.hex()} for each in payments], "proofs": proofs}
