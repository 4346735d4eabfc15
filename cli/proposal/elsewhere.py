"""`fiado proposal result|verify`: a vote that is held elsewhere, because it is to be secret."""

import hashlib
from pathlib import Path

import click

from cli.proposal.belenios import ElectionWrong, goes_on_from, read_election, run_tool
from cli.proposal.fetched import Fetched, fetch_proposal
from cli.proposal.reader import open_reader, reader_options
from cli.proposal.showing import counts_words
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.draft_file import Draft
from cli.steward.signing import FILE, sign_draft, signing_options
from cli.steward.stewardship import open_stewardship
from node.member.client import Json
from node.member.voting import make_result


@click.command("result")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--in-favour", type=click.IntRange(min=0), required=True, help="How many said yes.")
@click.option("--against", type=click.IntRange(min=0), required=True, help="How many said no.")
@click.option("--abstaining", type=click.IntRange(min=0), default=0, help="How many abstained.")
@click.option("--file", "result_file", type=FILE, required=True, help="The result file.")
@signing_options
def result(
    number: int,
    in_favour: int,
    against: int,
    abstaining: int,
    result_file: Path,
    out: Path | None,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Attest, as stewards, how a vote ended that was held elsewhere."""
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        attested = make_result(
            proposal=number,
            yes=in_favour,
            no=against,
            abstain=abstaining,
            result=hashlib.sha256(result_file.read_bytes()).digest(),
        )
        draft = Draft(charter=steward.charter, coop=steward.coop, transaction=attested)
        output.result(sign_draft(steward, draft, out=out, yes=yes, output=output))


@click.command("verify")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--ballot", type=FILE, help="The election's file, as whoever held it gave it to you.")
@click.option("--result", "result_file", type=FILE, help="Its result file.")
@reader_options
@passphrase_options
@output_option
def verify(
    number: int,
    ballot: Path | None,
    result_file: Path | None,
    wallet: Path,
    key_path: Path | None,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Compare the files of a vote that was held elsewhere with what the books have of them.

    For Belenios the result file is the election's own file, UUID.bel, as it is at the end. Then the counts,
    the number of credentials, and that it is the election which was opened are checked, too; and where
    `belenios-tool` is installed, it verifies ballots and proofs. What is not checked is said.
    """
    if ballot is None and result_file is None:
        raise click.UsageError(say("Give --ballot or --result, or both."))
    with open_reader(wallet, key_path, passphrase) as reader:
        found, _ = fetch_proposal(reader.client, number)
        for name, file in (("ballot", ballot), ("result", result_file)):
            if file is not None:
                _compare(found, name, file, output)
        output.line(say("The stewards attest: {counts}.", counts=counts_words(found.found)))
        checked: Json = {"election": "not_checked"}
        if result_file is not None:
            checked = check_election(found, ballot, result_file, output)
        else:
            output.note(say("What the result is was not checked: give --result."))
        output.result({"proposal": number, "counts": found.counts, "verified": True, **checked})


def _compare(found: Fetched, name: str, file: Path, output: Output) -> None:
    """Whether a file is the one that the books have the hash of; raises `CliError`."""
    if hashlib.sha256(file.read_bytes()).hexdigest() != found.found[name]:
        raise CliError(
            ExitCode.REFUSED,
            f"{name}_differs",
            say(
                "{file} is not the {name} file that the books have for proposal {number}.",
                file=file,
                name=name,
                number=found.number,
            ),
            say("Ask for the right file; if there is none, tell your assembly."),
        )
    output.line(say("{file} is the {name} file that the books have.", file=file, name=name))


def check_election(found: Fetched, ballot: Path | None, file: Path, output: Output) -> Json:
    """What the files say, as far as can be seen here; raises `ElectionWrong`."""
    election = read_election(file)
    if election is None:
        output.note(say("It is no election of Belenios, so what it says was not checked."))
        return {"election": "not_checked"}
    if ballot is None:
        output.note(say("That it is the election which was opened was not checked: give --ballot."))
    elif not goes_on_from(file, ballot):
        raise ElectionWrong("election_other", say("it does not go on from {ballot}", ballot=ballot))
    if election.credentials > found.found["roll"]:
        raise ElectionWrong(
            "election_too_large",
            say(
                "it has {credentials} credentials, and {roll} are on the roll",
                credentials=election.credentials,
                roll=found.found["roll"],
            ),
        )
    output.line(
        say(
            "{credentials} could vote; {roll} are on the roll.",
            credentials=election.credentials,
            roll=found.found["roll"],
        )
    )
    if election.counts is None:
        output.note(
            say("Compare its result with the counts yourself: {result}", result=election.result)
        )
    elif election.counts != tuple(found.counts[name] for name in ("yes", "no", "abstain")):
        yes, no, blank = election.counts
        raise ElectionWrong(
            "counts_differ",
            say("by it {yes} said yes, {no} no, {blank} abstained", yes=yes, no=no, blank=blank),
        )
    else:
        output.line(say("Its result is what the stewards attest."))
    if run_tool(file):
        output.line(say("belenios-tool verified all ballots and proofs."))
        return {"election": "verified", "credentials": election.credentials}
    output.note(
        say("Ballots and proofs were not checked: belenios-tool is not installed (Debian has it).")
    )
    return {"election": "not_verified", "credentials": election.credentials}
