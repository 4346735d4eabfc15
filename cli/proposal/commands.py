"""`fiado proposal`: what members decide together."""

from dataclasses import replace
from pathlib import Path

import click

from cli.keys.drafting import sign_together
from cli.proposal.demand import read_demand, render_demand
from cli.proposal.elsewhere import result, verify
from cli.proposal.fetched import fetch_proposal, fetch_roll, fetch_votes, read_fetched
from cli.proposal.minutes import LONGEST_ROLL, render_minutes
from cli.proposal.minutes_words import LANGUAGES
from cli.proposal.new import new
from cli.proposal.proposing import demand_as_json, sign_demand
from cli.proposal.reader import open_reader, reader_options
from cli.proposal.showing import counts_words, print_proposal, state_words
from cli.shell import language as spoken
from cli.shell.consent import agree_to_sign
from cli.shell.errors import CliError, words_stand_in
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.shell.voting_words import CHOICES, action_words
from cli.steward.draft_file import DraftError
from cli.steward.signing import FILE
from cli.wallet.membership import open_membership
from ledger.transactions import Choice, encode_transaction
from node.member.answers import encode_bytes, integer, objects
from node.member.client import Json
from node.member.voting import sign_vote

words_stand_in("cli.bylaws.words", "cli.proposal.words", "cli.steward.words")

_CHOICES = {"no": Choice.NO, "yes": Choice.YES, "abstain": Choice.ABSTAIN}


@click.group()
def proposal() -> None:
    """What the members of your cooperative decide together, one member, one vote."""


@proposal.command("list")
@click.option("--before", type=int, metavar="NUMBER", help="Older ones than this.")
@reader_options
@passphrase_options
@output_option
def list_proposals(
    before: int | None,
    wallet: Path,
    key_path: Path | None,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """List proposals, the newest first."""
    with open_reader(wallet, key_path, passphrase) as reader:
        query = {} if before is None else {"before": before}
        answer = reader.client.get("/v1/proposals", **query)
        found = [
            read_fetched(reader.client, each)
            for each in objects(reader.client, answer, "proposals")
        ]
        if not found:
            output.line(say("Nothing was ever proposed."))
        rows = [
            [
                str(each.number),
                action_words(each.action, each.who(reader.coop.name)),
                counts_words(each.found),
                state_words(each.found),
            ]
            for each in found
        ]
        if rows:
            output.table([say("number"), say("what"), say("votes"), say("state")], rows)
        output.result(answer)


@proposal.command("show")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--votes", "with_votes", is_flag=True, help="Show also who has said what.")
@reader_options
@passphrase_options
@output_option
def show(
    number: int,
    with_votes: bool,
    wallet: Path,
    key_path: Path | None,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Show a proposal with its text."""
    with open_reader(wallet, key_path, passphrase) as reader:
        found, answer = fetch_proposal(reader.client, number)
        is_counted = found.found["outcome"] != "open"
        # The node keeps what each has said in the log only, once it is counted.
        votes = fetch_votes(reader.client, number) if with_votes or is_counted else []
        own = [str(each["choice"]) for each in votes if each["account"] == reader.account]
        said = own[-1] if own and is_counted else None
        print_proposal(found, reader.coop.name, output, said=said)
        given = answer["text"]
        output.line()
        output.line(
            say("The node never got the text: ask who proposed it.")
            if given is None
            else given["text"]
        )
        if votes and with_votes:
            output.line()
            rows = [
                [str(each["handle"]), str(each["choice"]), str(each["entry"])] for each in votes
            ]
            output.table([say("who"), say("said"), say("entry")], rows)
        output.result({**answer, "votes": votes} if with_votes else answer)


@proposal.command("vote")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("choice", type=click.Choice(sorted(_CHOICES)))
@click.option("--yes", "is_agreed", is_flag=True, help="Vote without asking; for scripts.")
@wallet_option
@passphrase_options
@output_option
def vote(
    number: int,
    choice: str,
    is_agreed: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Say yes or no to a proposal, or abstain.

    Your vote is signed, and the members of your cooperative can read it. Until the vote closes you may change
    it; what you said last counts.
    """
    if output.is_json and not is_agreed:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found, answer = fetch_proposal(member.client, number)
        print_proposal(found, member.coop.name, output)
        if answer["text"] is not None:
            output.line()
            output.line(str(answer["text"]["text"]))
        said = _CHOICES[choice]
        mine = found.found["mine"] or {"sequence": 0}
        _check_on_roll(mine)
        signed = sign_vote(
            member.key,
            federation=member.charter.federation,
            coop=member.coop.number,
            account=member.account,
            proposal=number,
            sequence=integer(member.client, mine, "sequence") + 1,
            choice=said,
        )
        if sign_together(member, signed, is_agreed=is_agreed, output=output):
            return
        if not is_agreed:
            agree_to_sign(
                say("Say {choices}? Members can read what you say.", choices=say(CHOICES[said]))
            )
        body = {"transaction": encode_bytes(encode_transaction(signed))}
        recorded = member.client.post("/v1/votes", body)
        entry = integer(member.client, recorded, "number")
        output.line(
            say(
                "Recorded: entry {name}/{entry}. You say {choices}.",
                name=member.coop.name,
                entry=entry,
                choices=say(CHOICES[said]),
            )
        )
        output.result({"proposal": number, "choice": choice, "number": entry})


def _check_on_roll(mine: Json) -> None:
    """Raise `CliError` for who can't vote about it, before they are asked to sign."""
    if not mine.get("on_roll", True):
        raise CliError(
            ExitCode.REFUSED,
            "not_on_roll",
            say(
                "You can't vote about this: you joined after the vote had opened, or it is about you."
            ),
            say("Nothing can be done for this proposal; the roll is fixed when a vote opens."),
        )


@proposal.command("minutes")
@click.argument("number", type=click.IntRange(min=1))
@click.option(
    "--language",
    type=click.Choice(sorted(LANGUAGES)),
    default=spoken.language,
    show_default="that of all words",
    help="In which language they are written.",
)
@click.option("--out", type=FILE, help="Write the minutes to this file.")
@reader_options
@passphrase_options
@output_option
def minutes(
    number: int,
    language: str,
    out: Path | None,
    wallet: Path,
    key_path: Path | None,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Write the minutes of a vote for the assembly's book.

    What was decided about, the call, who was on the roll, who took part and how and who did not, the counts,
    and where all of it stands in the books, so that anybody can check it.
    """
    with open_reader(wallet, key_path, passphrase) as reader:
        found, answer = fetch_proposal(reader.client, number)
        votes = fetch_votes(reader.client, number)
        roll = fetch_roll(reader.client, number, most=LONGEST_ROLL)
        rendered = render_minutes(
            found, answer, votes, roll, coop=reader.coop, language=LANGUAGES[language]
        )
        for line in rendered.lines:
            output.line(line)
        if not rendered.counts_agree:
            output.note(say("Careful: the votes do not add up to the counts that the node tells."))
        if out is not None:
            out.write_text("\n".join((*rendered.lines, "")), encoding="utf-8")
        output.result(
            {
                "proposal": number,
                "outcome": found.found["outcome"],
                "counts": found.counts,
                "counts_agree": rendered.counts_agree,
                "votes": votes,
                "roll": roll,
                "file": None if out is None else str(out),
            }
        )


@proposal.command("sign")
@click.argument("file", type=FILE)
@click.option("--yes", "is_agreed", is_flag=True, help="Sign without asking; for scripts.")
@wallet_option
@passphrase_options
@output_option
def sign(
    file: Path, is_agreed: bool, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Sign a proposal that members demand, in its file."""
    with open_membership(wallet, passphrase) as member:
        demand = read_demand(file, member.charter, member.coop)
        signed = sign_demand(member, demand, yes=is_agreed, output=output)
        file.write_text(render_demand(signed), encoding="utf-8")
        output.line(
            say(
                "Signed, in {file}, by {count} so far.",
                file=file,
                count=len(signed.transaction.members),
            )
        )
        output.result(demand_as_json(signed, None) | {"file": str(file)})


@proposal.command("submit")
@click.argument("files", nargs=-1, required=True, type=FILE)
@wallet_option
@passphrase_options
@output_option
def submit(
    files: tuple[Path, ...], wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Open the vote that members demand, with the signatures of all these files."""
    with open_membership(wallet, passphrase) as member:
        demand, *others = [read_demand(file, member.charter, member.coop) for file in files]
        for other in others:
            if replace(other.transaction, members=()) != replace(demand.transaction, members=()):
                raise DraftError(say("the files are not of the same proposal"))
            demand = demand.merge(other.transaction.members)
        recorded = member.client.post("/v1/transactions", demand.document())
        entry = integer(member.client, recorded, "number")
        number = demand.transaction.number
        output.line(
            say(
                "Recorded: entry {name}/{entry}. The vote about {number} is open.",
                name=member.coop.name,
                entry=entry,
                number=number,
            )
        )
        output.result({"proposal": number, "number": entry})


proposal.add_command(new)
proposal.add_command(result)
proposal.add_command(verify)
