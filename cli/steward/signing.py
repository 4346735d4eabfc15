"""Signing a draft: showing it in plain words, asking, and passing it on to the node or to a file.

What a node sends is checked as if a stranger had sent it: signatures and reason have to fit the content.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
from nacl.utils import random

from cli.shell.consent import agree_to_sign
from cli.shell.describing import Names, describe
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import when
from cli.shell.language import later, say
from cli.shell.leaving_words import debt_lines
from cli.shell.likeness import likeness
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.terminal import Output
from cli.steward.draft_file import (
    Draft,
    DraftError,
    ReasonText,
    ReasonUnusable,
    find_twin,
    make_draft,
    opening_document,
    read_opening,
    render_draft,
)
from cli.steward.office import able
from cli.steward.stewardship import Stewardship, steward_key_option
from ledger.kinds import KINDS
from ledger.memos import MAX_TEXT_BYTES, SALT_BYTES
from ledger.transactions import (
    AccountChange,
    Admit,
    TextBound,
    account_of,
    encode_transaction,
)
from node.member.answers import encode_bytes, integer, number, objects, read_bytes
from node.member.client import Json, NodeClient, NodeError, NodeMisbehaved, path_of
from node.member.sessions import closing_session

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path, dir_okay=False)
NAME_SECONDS = 3
OVERTAKEN = "overtaken"
"""The state of a draft that can't be recorded any more."""


def signing_options(command: Command) -> Command:
    """What every command has that ends with a steward's signature."""
    for option in (
        output_option,
        passphrase_options,
        steward_key_option,
        click.option("--yes", is_flag=True, help="Sign without asking; for scripts."),
        click.option(
            "--out", type=FILE, help="Write the signed draft to this file instead of to the node."
        ),
    ):
        command = option(command)
    return command


def sign_draft(
    steward: Stewardship,
    draft: Draft,
    *,
    out: Path | None,
    yes: bool,
    output: Output,
    waiting: Sequence[Draft] = (),
) -> Json:
    """Show, ask, sign, and pass the draft on to a file or to the node; the result for programs.

    `waiting` are drafts that may know the name of somebody who is not a member yet.
    """
    if draft.coop.number != steward.coop.number:
        raise DraftError(
            say(
                "it is for {name}, and you are a steward of {name_2}",
                name=draft.coop.name,
                name_2=steward.coop.name,
            )
        )
    if output.is_json and not yes:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    print_draft(draft, names_of(steward, draft, waiting), output)
    signed = draft.sign(steward.key)
    if signed == draft:
        output.note(say("You had signed already."))
    elif not yes:
        agree_to_sign(say("Sign this?"))
    if out is not None:
        out.write_text(render_draft(signed), encoding="utf-8")
        output.line(say("Signed, in {out}. {missing}", out=out, missing=_missing_words(signed)))
        return draft_as_json(signed) | {"file": str(out)}
    if signed.id_ is None:
        left = steward.client.post("/v1/drafts", draft_document(signed))
        # Others may have signed the same there already.
        signed = replace(draft_of(steward, left), reason=signed.reason)
        if left.get("state") != "recorded" and not signed.missing:
            # Enough signatures came with the draft itself: it only has to be submitted.
            answer = steward.client.post("/v1/transactions", draft_document(signed))
            return show_recorded(answer, steward, output)
    else:
        signature = dict(signed.transaction.stewards)[steward.number]
        left = steward.client.post(
            path_of("v1", "drafts", signed.id_, "signatures"),
            {"steward": steward.number, "signature": signature.hex()},
        )
    if isinstance(left.get("recorded"), dict):
        return show_recorded(left["recorded"], steward, output)
    output.line(
        say(
            "Signed, and left with the node as draft {id}. {missing}",
            id=left.get("id"),
            missing=_missing_words(signed),
        )
    )
    output.line(say("They see and sign it with `fiado steward sign {id}`.", id=left.get("id")))
    return draft_as_json(signed) | {"id": left.get("id"), "state": left.get("state")}


def show_recorded(answer: Json, steward: Stewardship, output: Output) -> Json:
    """Say where it was recorded; the result for programs."""
    number = integer(steward.client, answer, "number")
    output.line(
        say(
            "Recorded: entry {name}/{number}. It holds from now on.",
            name=steward.coop.name,
            number=number,
        )
    )
    return {
        "state": "recorded",
        "coop": steward.coop.name,
        "number": number,
        "receipt": answer.get("receipt"),
    }


def _missing_words(draft: Draft) -> str:
    if not draft.missing:
        return say("Enough stewards have signed: `fiado steward submit FILE`.")
    waits = later("{missing} more of {able} stewards have to sign.")
    if draft.missing == 1:
        waits = later("1 more of {able} stewards has to sign.")
    return say(waits, missing=draft.missing, able=able(draft.coop))


def print_draft(draft: Draft, names: Names, output: Output) -> None:
    """Show what a draft does, why, and who has signed."""
    reason = None if draft.reason is None else draft.reason.text
    output.line(say("Draft {id}:", id=draft.id_) if draft.id_ else say("Draft:"))
    for line in describe(
        draft.transaction, charter=draft.charter, coop=draft.coop.number, reason=reason, names=names
    ):
        output.line(f"  {line}")
    if draft.reason is None and isinstance(draft.transaction, TextBound):
        output.line(say("  No text comes with it: ask whoever drafted it."))
    for line in draft.debt:
        output.line(f"  {line}")
    for line in draft.alike:
        output.line(say("  Careful: {line}", line=line))
    if draft.id_ is not None or draft.signed_by:
        # Of a new one only the node knows who has signed the same already, and how many have to.
        output.line(
            say(
                "  Signed by {names}; {needed} needed.",
                names=", ".join(draft.signed_by) or say("nobody"),
                needed=draft.needed,
            )
        )
    if draft.expires is not None:
        output.line(say("  It waits until {time}.", time=when(draft.expires)))


def draft_as_json(draft: Draft) -> Json:
    """A draft for programs."""
    return {
        "id": draft.id_,
        "kind": KINDS[draft.transaction.kind].name,
        "account": account_of(draft.transaction),
        "says": describe(
            draft.transaction,
            charter=draft.charter,
            coop=draft.coop.number,
            names=_new_name(draft),
        ),
        "reason": None if draft.reason is None else draft.reason.text,
        "signed_by": draft.signed_by,
        "missing": draft.missing,
        "state": "waiting",
        "expires": draft.expires,
        "alike": list(draft.alike),
        "debt": list(draft.debt),
    }


def draft_document(draft: Draft) -> Json:
    """A draft as the node takes it."""
    reason = draft.reason
    document: Json = {"transaction": encode_bytes(encode_transaction(draft.transaction))}
    if reason is not None:
        document["reason"] = {"salt": reason.salt.hex(), "text": reason.text}
    if draft.opening is not None:
        document["name"] = opening_document(draft.opening)
    return document


def draft_of(steward: Stewardship, answer: Json) -> Draft:
    """A draft as the node has it, checked like one from a stranger."""
    try:
        given = answer.get("reason")
        reason = None
        if isinstance(given, dict):
            reason = ReasonText(salt=bytes.fromhex(given["salt"]), text=str(given["text"]))
        data = read_bytes(answer["transaction"])
        opening = read_opening(answer.get("name"))
    except (KeyError, TypeError, ValueError) as error:
        raise NodeMisbehaved(steward.client.url, say("its draft can't be read")) from error
    draft = make_draft(
        steward.charter,
        steward.coop,
        data,
        reason=reason,
        opening=opening,
        id_=str(answer.get("id")),
    )
    return replace(
        draft,
        asked=integer(steward.client, answer, "needed"),
        expires=number(steward.client, answer, "expires"),
        alike=tuple(likeness(steward.client, answer)),
        debt=tuple(debt_lines(answer.get("debt"), steward.coop.name)),
    )


def _new_name(draft: Draft) -> Names:
    """What an admission says of the new account's name."""
    if not isinstance(draft.transaction, Admit):
        return {}
    return {(draft.coop.number, draft.transaction.account): draft.handle}


def names_of(steward: Stewardship, draft: Draft, waiting: Sequence[Draft] = ()) -> Names:
    """The handle of the account that a draft is about; an admission says it.

    The node knows the members, and `waiting` may have the admission of somebody who is to be one.
    """
    if isinstance(draft.transaction, Admit):
        return _new_name(draft)
    account = account_of(draft.transaction)
    if account is None:
        return {}
    for other in waiting:
        if isinstance(other.transaction, Admit) and other.transaction.account == account:
            return {(draft.coop.number, account): other.handle}
    try:
        # Once only, and not for long: somebody who signs a file may be far from any network.
        with NodeClient(steward.client.url, attempts=1, answer_seconds=NAME_SECONDS) as client:
            handle = _handle_of(replace(steward, client=client), steward.client, account)
    except NodeError:
        # Signing from a file works without the node; then the account stays a number.
        return {}
    return {(draft.coop.number, account): handle}


def _handle_of(steward: Stewardship, signed_in: NodeClient, account: int) -> str:
    """What the node calls an account: it tells stewards, by the session that there is or one for this."""
    path = path_of("v1", "members", account)
    if signed_in.is_authorized:
        steward.client.share(signed_in)
        return str(steward.client.get(path).get("handle"))
    with closing_session(steward.client):
        steward.open_session()
        return str(steward.client.get(path).get("handle"))


def find_member(steward: Stewardship, who: str) -> Json:
    """A member of the coop, by handle, address or number, with balance and revision."""
    handle = who.removesuffix(f"@{steward.coop.name}")
    if "@" in handle:
        raise CliError(
            ExitCode.REFUSED,
            "other_coop",
            say(
                "You are a steward of {name}, and {who} is not a member of it.",
                name=steward.coop.name,
                who=who,
            ),
            say("Only the stewards of a member's own cooperative decide about the account."),
        )
    account: str | int = handle
    if not handle.isdecimal():
        public = steward.client.get(path_of("v1", "accounts", steward.coop.name, f"@{handle}"))
        account = integer(steward.client, public, "account")
    return steward.client.get(path_of("v1", "members", account))


def sign_change(
    steward: Stewardship,
    change: AccountChange,
    reason: ReasonText,
    *,
    out: Path | None,
    yes: bool,
    output: Output,
) -> Json:
    """Sign the same change if another steward's draft of it waits at the node; else a new draft."""
    draft = Draft(charter=steward.charter, coop=steward.coop, transaction=change, reason=reason)
    waiting = waiting_drafts(steward)
    about_it = [
        each
        for each in waiting
        if isinstance(each.transaction, AccountChange)
        and each.transaction.account == change.account
    ]
    twin = find_twin(draft, about_it)
    if twin is None:
        for other in about_it:
            output.note(
                say(
                    "Draft {id}, signed by {names}, is about the same account and waits too. Only one of "
                    "the two can be recorded: look at it with `fiado steward pending`.",
                    id=other.id_,
                    names=", ".join(other.signed_by) or say("nobody"),
                )
            )
    return sign_draft(steward, twin or draft, out=out, yes=yes, output=output, waiting=waiting)


def drafts_at_node(steward: Stewardship) -> tuple[list[Draft], list[str]]:
    """The drafts and requests to join that wait at the node; and the ids of those that came too late."""
    listed = objects(steward.client, steward.client.get("/v1/drafts"), "drafts")
    waiting = [draft_of(steward, each) for each in listed if each.get("state") == "waiting"]
    return waiting, [str(each.get("id")) for each in listed if each.get("state") == OVERTAKEN]


def waiting_drafts(steward: Stewardship) -> list[Draft]:
    """The drafts and requests to join that wait at the node."""
    return drafts_at_node(steward)[0]


def check_in_time(draft: Draft, state: object) -> None:
    """Raise `CliError` for a draft that came too late, before anybody is asked to sign it."""
    if state == OVERTAKEN:
        raise CliError(
            ExitCode.REFUSED,
            "draft_overtaken",
            say(
                "Draft {id} came too late: what it would change was changed otherwise in the "
                "meantime.",
                id=draft.id_,
            ),
            say(
                "If it is still wanted, draft it once more. `fiado steward discard {id}` clears it "
                "away.",
                id=draft.id_,
            ),
        )


def new_reason(text: str) -> ReasonText:
    """The text with a salt of its own. Raises `ReasonUnusable`."""
    size = len(text.encode("utf-8"))
    if not text.strip() or size > MAX_TEXT_BYTES:
        raise ReasonUnusable(size)
    return ReasonText(salt=random(SALT_BYTES), text=text)
