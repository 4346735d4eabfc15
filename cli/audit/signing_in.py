"""Signing in to read a log that a node gives to its members only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.passphrase import PassphraseSource
from cli.wallet.membership import open_membership
from node.member.client import NodeClient


@dataclass(frozen=True, slots=True)
class LogReader:
    """The wallet of a member who reads the log."""

    wallet: Path
    passphrase: PassphraseSource


@contextmanager
def reading_as(reader: LogReader | None, client: NodeClient) -> Iterator[None]:
    """Let the client read with the session of that member, for the `with` block; None: as anybody."""
    if reader is None:
        yield
        return
    with open_membership(reader.wallet, reader.passphrase) as member:
        if client.url != member.client.url:
            raise CliError(
                ExitCode.REFUSED,
                "other_node",
                say(
                    "{url} is not your cooperative's node, and a session is for that alone.",
                    url=client.url,
                ),
                say(
                    "Audit {url} as a member; other nodes without --as-member.",
                    url=member.client.url,
                ),
            )
        member.open_session()
        client.share(member.client)
        yield


def members_only(url: str) -> CliError:
    """A node gives its log to its members alone, so that nothing can be said about it."""
    return CliError(
        ExitCode.REFUSED,
        "log_for_members",
        say("{url} gives its log to its members only, so nothing was audited.", url=url),
        say(
            "A member of it audits it with their wallet: `fiado audit {url} --as-member`.", url=url
        ),
    )
