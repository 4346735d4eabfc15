"""A plan to move in: shown before it is signed, and recorded, names first, then members, then balances."""

from collections.abc import Sequence
from typing import Final

from cli.federation.moving_plan import MovingPlan
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.terminal import Output
from cli.steward.draft_file import Draft, opening_document
from cli.steward.signing import draft_document
from cli.steward.stewardship import Stewardship
from ledger.government.opening import OpenBooks
from ledger.refusals import Refusal
from ledger.transactions import Admit, encode_transaction
from node.member.answers import encode_bytes, integer
from node.member.client import Json, NodeClient, NodeProblem

_NAMES: Final = 400
_ADMISSIONS: Final = 2_000


def show_plan(plan: MovingPlan, output: Output) -> None:
    """What a plan does, with every balance: who signs it signs all of them."""
    names = {_account(draft): draft.handle for draft in plan.admissions}
    limits = {
        draft.transaction.account: draft.transaction.limit
        for draft in plan.admissions
        if isinstance(draft.transaction, Admit)
    }
    opening = [part.transaction for part in plan.parts if isinstance(part.transaction, OpenBooks)]
    output.table(
        [say("account"), say("handle"), say("balance"), say("limit")],
        [
            [str(number), names.get(number, ""), in_units(balance), in_units(limits.get(number, 0))]
            for part in opening
            for number, balance in part.balances
        ],
    )
    output.fields(
        {
            say("members"): str(len(plan.admissions)),
            say("the commons will have"): in_units(opening[0].commons),
            say("hash of the file"): opening[0].statement.hex(),
            say("resolution"): plan.resolution.text,
            say("signed by"): ", ".join(plan.signed_by) or say("nobody"),
        }
    )


def submit_plan(plan: MovingPlan, steward: Stewardship, output: Output) -> Json:
    """Record all of it, and say so."""
    missing = [
        each.name
        for each in plan.coop.stewards
        if any(each.key) and each.name not in plan.signed_by
    ]
    if missing:
        raise CliError(
            ExitCode.REFUSED,
            "stewards_too_few",
            say("All stewards have to sign it. Still missing: {names}.", names=", ".join(missing)),
            say("Pass the file on: `fiado federation import sign FILE`."),
        )
    names = [opening_document(each.opening) for each in plan.admissions if each.opening]
    client = steward.client
    _announce(plan, client)
    for at in range(0, len(names), _NAMES):
        client.post("/v1/names", {"names": names[at : at + _NAMES]})
    for at in range(0, len(plan.admissions), _ADMISSIONS):
        _admit(plan.admissions[at : at + _ADMISSIONS], steward)
    output.line(say("{count} members have accounts.", count=len(plan.admissions)))
    number = 0
    for part in plan.parts:
        try:
            answer = client.post("/v1/transactions", draft_document(part))
        except NodeProblem as problem:
            if problem.number != Refusal.OPENING_PART_WRONG or part is plan.parts[-1]:
                raise
            continue  # this part is there already; if it is another one, the last part is refused
        number = integer(client, answer, "number")
    output.line(
        say(
            "The books are open with their balances: entry {name}/{number}.",
            name=plan.coop.name,
            number=number,
        )
    )
    return {"members": len(plan.admissions), "coop": plan.coop.name, "number": number}


def _announce(plan: MovingPlan, client: NodeClient) -> None:
    """Let payments wait until the books are open: the first one would make that impossible."""
    part = encode_bytes(encode_transaction(plan.parts[-1].transaction))
    try:
        client.post("/v1/opening", {"transaction": part})
    except NodeProblem as problem:
        if problem.number != Refusal.OPENING_REPEATED:  # the last part says so
            raise


def _admit(drafts: Sequence[Draft], steward: Stewardship) -> None:
    batch = b"".join(encode_transaction(draft.transaction) for draft in drafts)
    answer = steward.client.post_bytes("/v1/transactions/batch", batch)
    results = answer.get("results")
    results = results if isinstance(results, list) else []
    for draft, result in zip(drafts, results, strict=False):
        if isinstance(result, int) and (result > 0 or result == -Refusal.ACCOUNT_EXISTS):
            continue
        code = Refusal(-result).code if isinstance(result, int) else "refused"
        raise CliError(
            ExitCode.REFUSED,
            code,
            say("{handle} is not admitted: {code}.", handle=draft.handle, code=code),
            say("Put it right, prepare the plan anew and let all stewards sign it again."),
        )
    if len(results) < len(drafts):
        raise CliError(
            ExitCode.REFUSED,
            "batch_cut",
            say("The node did not take all of it at once."),
            say("Submit the plan again: what is recorded already is passed over."),
        )


def _account(draft: Draft) -> int:
    assert isinstance(draft.transaction, Admit), "it is an admission"
    return draft.transaction.account
