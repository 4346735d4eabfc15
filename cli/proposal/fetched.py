"""Proposals as the node tells them, read and checked."""

from collections.abc import Callable
from dataclasses import dataclass

from cli.shell.language import say
from ledger.codec import decode
from ledger.errors import EncodingError
from ledger.government.actions import Action, read_action
from ledger.memos import proposal_hash
from node.member.answers import decode_bytes, decode_hex, integer, objects, reading, text
from node.member.client import Json, NodeClient, NodeMisbehaved, path_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A proposal as a node told it; `found` is its answer."""

    number: int
    action: Action
    found: Json

    @property
    def counts(self) -> dict[str, int]:
        """How many said what."""
        counted: dict[str, int] = self.found["counts"]
        return counted

    def who(self, coop: str) -> Callable[[int], str]:
        """Accounts as people call them, where the node told their names."""
        people = [*self.found["about"], *self.found["named"]]
        names = {each["account"]: f"{each['handle']}@{coop}" for each in people}
        return lambda account: names.get(account, say("account {account}", account=account))


def read_fetched(client: NodeClient, found: Json) -> Fetched:
    """A proposal of an answer; raises `NodeMisbehaved`."""
    with reading(client):
        try:
            action = read_action(decode(decode_bytes(client, found, "action")))
        except EncodingError:
            action = None
        if action is None:
            raise NodeMisbehaved(client.url, say("it tells of a proposal that can't be read"))
        counts = found["counts"]
        for name in ("yes", "no", "abstain"):
            integer(client, counts, name)
        for name in ("first", "second", "closes", "roll", "quorum", "entry", "time"):
            integer(client, found, name)
        for each in (*objects(client, found, "about"), *objects(client, found, "named")):
            integer(client, each, "account")
            text(client, each, "handle")
    return Fetched(number=integer(client, found, "number"), action=action, found=found)


def fetch_proposal(client: NodeClient, number: int) -> tuple[Fetched, Json]:
    """A proposal and all that the node tells of it. Raises `NodeMisbehaved` for a text that is another."""
    answer = client.get(path_of("v1", "proposals", number))
    with reading(client):
        given = answer["text"]
        if given is not None:
            hash_ = proposal_hash(salt=bytes.fromhex(given["salt"]), text=str(given["text"]))
            if hash_ != decode_hex(client, answer, "text_hash"):
                raise NodeMisbehaved(client.url, say("the text is not the one that is voted about"))
        return read_fetched(client, answer["proposal"]), answer


def fetch_votes(client: NodeClient, number: int) -> list[Json]:
    """All votes that were recorded about a proposal, changed ones too, in order."""
    votes: list[Json] = []
    after: int | None = 0
    while after is not None:
        page = client.get(path_of("v1", "proposals", number, "votes"), after=after)
        for each in objects(client, page, "votes"):
            integer(client, each, "entry")
            integer(client, each, "account")
            text(client, each, "handle")
            text(client, each, "choice")
            votes.append(each)
        after = None if page.get("next") is None else integer(client, page, "next")
    return votes


def fetch_roll(client: NodeClient, number: int, *, most: int) -> list[str] | None:
    """The handles of all who may vote about a proposal, or None if there are more than `most`."""
    found: list[str] = []
    after: int | None = 0
    while after is not None:
        page = client.get(path_of("v1", "proposals", number, "roll"), after=after)
        found += [text(client, each, "handle") for each in objects(client, page, "roll")]
        if len(found) > most:
            return None
        after = None if page.get("next") is None else integer(client, page, "next")
    return sorted(found)
