"""`fiado merchant listen`: webhooks on your own machine, while you write your shop.

It follows the node's stream of events and passes each on, signed as a webhook is, with a secret of its
own that stays the same. When the connection is lost, the node sends what was missed meanwhile. What happens
while the command is not running it does not see: for that there are webhooks.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import urllib3

from cli.shell.language import say
from cli.shell.parameters import PAGE_URL, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.retelling import retold
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from ledger.signatures import SigningKey
from node.member.client import AnswerLost, NodeProblem, NodeUnreachable
from node.member.membership import Membership
from node.member.private_files import DiskFiles, PrivateFiles
from node.merchant.signing import WebhookSigner

_ENDPOINT = "listen"
_SEED_BYTES = 32
_PAUSE_SECONDS = 1.0
_FORWARD_SECONDS = 15.0


@click.command()
@click.option(
    "--forward-to",
    "url",
    type=PAGE_URL,
    metavar="URL",
    help="Where your shop listens on this machine.",
)
@click.option("--count", type=click.IntRange(1), metavar="N", help="End after so many events.")
@wallet_option
@passphrase_options
@output_option
def listen(
    url: str | None,
    count: int | None,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Show events as they happen and pass them on as webhooks, until Ctrl-C: for development."""
    signer = WebhookSigner(_kept_key(wallet))
    secret = signer.secret(_ENDPOINT, 1)
    output.note(
        say("The secret of these webhooks, here and the next time: {secret}", secret=secret)
    )
    passed = 0
    # Ctrl-C is how one ends this, so it is not an error.
    with open_membership(wallet, passphrase) as member, suppress(KeyboardInterrupt):
        for message, body in _events(member, output):
            passed += 1
            status = None if url is None else _forward(signer, url, message, body)
            kind = json.loads(body)["type"]
            output.note(f"{kind} {message}" + ("" if url is None else f": {status}"))
            if passed == count:
                break
    output.note(
        say("Passed on: {passed}.", passed=passed)
        if url is not None
        else say("Seen: {passed}.", passed=passed)
    )
    output.result({"events": passed, "secret": secret})


def _kept_key(wallet: Path, files: PrivateFiles | None = None) -> SigningKey:
    """The key that signs them, made once and kept beside the wallet: a shop's settings stay as they are."""
    files, path = files or DiskFiles(), wallet.with_name(f"{wallet.name}.listen")
    seed = files.read(path, largest=_SEED_BYTES)
    if seed is None or len(seed) != _SEED_BYTES:
        seed = os.urandom(_SEED_BYTES)
        files.replace(path, seed)
    return SigningKey(seed)


def _events(member: Membership, output: Output) -> Iterator[tuple[str, str]]:
    """Message id and body of each event, going on where it was whenever the stream ends."""
    last = None
    while True:
        try:
            member.open_session()
            with member.client.stream("/v1/merchant/events", after=last) as lines:
                output.note(say("Listening."))
                for event in _read(lines):
                    if event.get("event") == "stream.gap":
                        output.note(say("Some events were missed, and the node has them no more."))
                    elif "data" in event:
                        yield event.get("id", "").partition(".")[0], event["data"]
                    last = event.get("id", last)
        except (AnswerLost, NodeUnreachable) as error:
            output.note(
                say("The connection is lost ({reason}); trying again.", reason=retold(error.reason))
            )
        except NodeProblem as problem:
            if not problem.is_retryable:
                raise
        time.sleep(_PAUSE_SECONDS)


def _read(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """The fields of each block of the stream."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        else:
            yield fields
            fields = {}


def _forward(signer: WebhookSigner, url: str, message: str, body: str) -> str:
    """Post one event; what became of it, in words."""
    data = body.encode("utf-8")
    headers = signer.headers(
        endpoint=_ENDPOINT, generation=1, message=message, timestamp=int(time.time()), body=data
    )
    try:
        response = urllib3.request(
            "POST",
            url,
            body=data,
            headers=headers | {"Content-Type": "application/json"},
            timeout=_FORWARD_SECONDS,
            retries=False,
            redirect=False,
        )
    except urllib3.exceptions.HTTPError as error:
        return say("not reached ({name})", name=type(error).__name__)
    return say("answered {status}", status=response.status)
