"""What an owner signs: recorded at once where one key is enough, else a draft for the other owners."""

from pathlib import Path

import click

from cli.shell.consent import agree_to_sign
from cli.shell.describing import describe
from cli.shell.errors import CliError, words_stand_in
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.terminal import Output
from ledger.transactions import Pay, encode_transaction
from node.member.answers import encode_bytes, integer
from node.member.membership import Membership
from node.member.owning import (
    KeysOfAccount,
    Owned,
    is_signed_by_enough,
    render_draft,
    sign_owned,
    signatures_of,
)

words_stand_in("cli.keys.words")


def sign_and_send(
    member: Membership,
    keys: KeysOfAccount,
    transaction: Owned,
    *,
    draft: Path | None,
    is_agreed: bool,
    output: Output,
) -> None:
    """Say what it does, ask, sign, and record it; or write the draft that the other owners sign."""
    if output.is_json and not is_agreed:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    federation, coop = member.founding.federation, member.coop.number
    signed = sign_owned(transaction, member.key, keys, federation=federation, coop=coop)
    is_enough = is_signed_by_enough(signed, keys)
    if not is_enough and draft is None:
        raise CliError(
            ExitCode.USAGE,
            "draft_needed",
            say(
                "The account belongs to several, and {needed} of them have to sign.",
                needed=keys.needed,
            ),
            say("Give --draft FILE: the file goes to the other owners, who sign it."),
        )
    names = {(coop, member.account): member.handle}
    for line in describe(signed, charter=member.charter, coop=coop, names=names):
        output.line(line)
    if signed == transaction:
        output.note(say("You had signed already."))
    elif not is_agreed:
        agree_to_sign(say("Sign this?"))
    if is_enough:
        _record(member, signed, output)
    elif draft is not None:
        text = render_draft(signed, federation=federation, coop=coop)
        draft.write_text(text, encoding="utf-8")
        _tell_who_signs(signed, keys, draft, output)


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
    where = "/v1/payments" if isinstance(signed, Pay) else "/v1/transactions"
    body = {"transaction": encode_bytes(encode_transaction(signed))}
    recorded = member.client.post(where, body)
    entry = integer(member.client, recorded, "number")
    output.line(say("Recorded: entry {name}/{entry}.", name=member.coop.name, entry=entry))
    output.result({"status": "recorded", "coop": member.coop.name, "number": entry})
