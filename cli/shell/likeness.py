"""What else there is of an admission's handle and key, in words, for those who sign it and those who wait."""

from collections.abc import Iterator

from cli.shell.language import say
from node.member.answers import reading
from node.member.client import Json, NodeClient


def likeness(client: NodeClient, answer: Json) -> Iterator[str]:
    """What a node says of an admission that people should know before they sign or wait, in words."""
    same = answer.get("same_handle", [])
    with reading(client):
        if same:
            one = (
                say("Another request")
                if len(same) == 1
                else say("{count} other requests", count=len(same))
            )
            yield say(
                "{one} for the same handle, under another key, waits: only one can be admitted.",
                one=one,
            )
        accounts = [str(each["handle"]) for each in answer.get("accounts_of_key", [])]
    if accounts:
        yield say("The key has an account already: {names}.", names=", ".join(accounts))
