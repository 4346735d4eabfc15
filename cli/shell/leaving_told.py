"""What became of a leaving that was signed."""

from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.answers import integer, reading
from node.member.client import Json
from node.member.membership import Membership


def tell_left(member: Membership, answer: Json, output: Output) -> None:
    """Say whether it is recorded, or is before the stewards."""
    recorded = answer.get("recorded")
    if isinstance(recorded, dict):
        number = integer(member.client, recorded, "number")
        output.line(
            say(
                "You have left: entry {name}/{number}. The account is closed.",
                name=member.coop.name,
                number=number,
            )
        )
        receipt = recorded.get("receipt")
        output.result({"state": "recorded", "number": number, "receipt": receipt})
        return
    draft = answer.get("draft")
    with reading(member.client):
        id_ = None if draft is None else str(draft["id"])
    output.line(
        say(
            "Your stewards have it before them now, as draft {id}. Until they sign nothing has "
            "changed.",
            id=id_,
        )
    )
    output.result({"state": "waiting", "draft": id_})
