"""What an owner signs: recorded at once where one key is enough, else kept for the other owners."""

from contextlib import suppress
from pathlib import Path

import click

from cli.shell.consent import agree_to_sign
from cli.shell.describing import describe
from cli.shell.errors import CliError, words_stand_in
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.leaving_told import tell_left
from cli.shell.terminal import Output
from ledger.transactions import Leave, Owned, Pay, Vote, encode_transaction
from node.member.addresses import Address
from node.member.answers import encode_bytes, integer, text
from node.member.client import Json
from node.member.failures import NodeError, NodeProblem
from node.member.membership import Membership
from node.member.owning import (
    KeysOfAccount,
    discard_draft,
    fetch_keys,
    is_signed_by_enough,
    keep_draft,
    render_draft,
    sign_owned,
    signatures_of,
)
from node.member.paying.paying import Bound, find_payee

words_stand_in("cli.keys.words")


def sign_and_send(
    member: Membership,
    keys: KeysOfAccount,
    transaction: Owned,
    *,
    draft: Path | None,
    is_agreed: bool,
    output: Output,
    id_: str = "",
) -> None:
    """Say what it does, ask, sign, and record it; or leave it to the other owners.

    That is at the node, or in the file `draft` if one is given. `id_`: under that the node keeps it already.
    """
    if output.is_json and not is_agreed:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    federation, coop = member.founding.federation, member.coop.number
    signed = sign_owned(transaction, member.key, keys, federation=federation, coop=coop)
    is_enough = is_signed_by_enough(signed, keys)
    for line in describe_owned(member, signed):
        output.line(line)
    if signed == transaction:
        output.note(say("You had signed already."))
    elif not is_agreed:
        agree_to_sign(say("Sign this?"))
    if is_enough:
        _record(member, signed, output)
        _forget(member, id_)
    elif draft is None:
        _keep(member, signed, keys, output)
    else:
        rendered = render_draft(signed, federation=federation, coop=coop)
        draft.write_text(rendered, encoding="utf-8")
        _tell_who_signs(signed, keys, draft, output)


def describe_owned(member: Membership, transaction: Owned) -> list[str]:
    """What it does, in sentences; whom a payment pays also by name, as far as the node proves it."""
    coop = member.coop.number
    names = {(coop, member.account): member.handle}
    lines = describe(transaction, charter=member.charter, coop=coop, names=names)
    home = (
        member.charter.coops.get(transaction.payee_coop) if isinstance(transaction, Pay) else None
    )
    if isinstance(transaction, Pay) and home is not None:
        with suppress(NodeError):
            by_number = Address(handle=f"#{transaction.payee}", coop=home.name)
            found = find_payee(member, by_number, Bound(account=transaction.payee, reference=b""))
            address = f"{text(member.client, found, 'handle')}@{home.name}"
            number = say("account {account} of {home}", account=transaction.payee, home=home.name)
            lines.insert(
                1, say("{number} is {address}.", number=number.capitalize(), address=address)
            )
    return lines


def sign_together(
    member: Membership, transaction: Owned, *, is_agreed: bool, output: Output
) -> bool:
    """Whether several own the account: then it is signed as one of them, and by whoever signs last recorded.

    A signature by one key that the transaction has is left out.
    """
    keys = fetch_keys(member.client, member.account)
    if keys.is_joint:
        sign_and_send(member, keys, transaction, draft=None, is_agreed=is_agreed, output=output)
    return keys.is_joint


def _keep(member: Membership, signed: Owned, keys: KeysOfAccount, output: Output) -> None:
    """Leave it at the node; the others find it there."""
    member.open_session()
    kept = keep_draft(member.client, signed)
    count = len(signatures_of(kept.transaction))
    output.line(
        say(
            "Signed by {count} of {needed}. It waits at the node as {id}: another owner runs "
            "`fiado account pending` and `fiado account sign {id}`.",
            count=count,
            needed=keys.needed,
            id=kept.id,
        )
    )
    output.result({"status": "waiting", "signed": count, "needed": keys.needed, "draft": kept.id})


def _forget(member: Membership, id_: str) -> None:
    """What is recorded waits no more; the node finds that out itself, but for votes."""
    if id_:
        with suppress(NodeProblem):
            discard_draft(member.client, id_)


def _tell_who_signs(signed: Owned, keys: KeysOfAccount, draft: Path, output: Output) -> None:
    count = len(signatures_of(signed))
    output.line(
        say(
            "Signed by {count} of {needed}. Send {draft} to another owner, who runs "
            "`fiado account sign {draft}`.",
            count=count,
            needed=keys.needed,
            draft=draft,
        )
    )
    output.result({"status": "draft", "signed": count, "needed": keys.needed, "draft": str(draft)})


def _record(member: Membership, signed: Owned, output: Output) -> None:
    body = {"transaction": encode_bytes(encode_transaction(signed))}
    match signed:
        case Pay():
            recorded = _record_payment(member, signed, body)
        case Vote():
            recorded = member.client.post("/v1/votes", body)
        case Leave():
            member.open_session()
            tell_left(member, member.client.post("/v1/me/leave", body), output)
            return
        case _:
            recorded = member.client.post("/v1/transactions", body)
    entry = integer(member.client, recorded, "number")
    output.line(say("Recorded: entry {name}/{entry}.", name=member.coop.name, entry=entry))
    output.result({"status": "recorded", "coop": member.coop.name, "number": entry})


def _record_payment(member: Membership, signed: Pay, body: Json) -> Json:
    try:
        return member.client.post("/v1/payments", body)
    except NodeProblem as problem:
        if problem.code != "sequence_used" or isinstance(signed.signature, bytes):
            raise
        raise CliError(
            ExitCode.REFUSED,
            "draft_overtaken",
            say(
                "Another payment of the account was recorded with number {sequence} before this one "
                "had all signatures.",
                sequence=signed.sequence,
            ),
            say(
                "Nothing was paid by it. Begin it anew if it is still to be paid; what waits at the node "
                "goes with `fiado account discard`."
            ),
        ) from problem
