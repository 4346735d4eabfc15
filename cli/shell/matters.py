"""What the cooperatives have to decide together now, in a few lines, for whoever looks at something else.

Read from what a node tells, nothing checked: `fiado federation show` and `requests` show the thing itself.
"""

from dataclasses import dataclass

from cli.shell.language import say
from node.member.answers import integer, objects, reading
from node.member.client import Json, NodeClient, NodeProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Matters:
    """How many changes stand to be the next version of the charter, and who asks to join."""

    version: int
    proposed: int
    asking: tuple[str, ...]

    def lines(self) -> list[str]:
        """For people; none when there is nothing to decide."""
        lines = []
        if self.proposed:
            what = (
                say("A change is")
                if self.proposed == 1
                else say("{proposed} changes are", proposed=self.proposed)
            )
            lines.append(
                say(
                    "{what} proposed as version {version} of the charter: `fiado federation show URL` "
                    "shows it, and `fiado federation endorse` stands for one.",
                    what=what,
                    version=self.version,
                )
            )
        if self.asking:
            lines.append(
                say(
                    "Asking to join the federation: {names}. `fiado federation requests` shows the key "
                    "that is to be compared.",
                    names=", ".join(self.asking),
                )
            )
        return lines

    def as_json(self) -> Json:
        """For programs."""
        return {
            "version": self.version,
            "proposed": self.proposed,
            "asking_to_join": list(self.asking),
        }


def federation_matters(client: NodeClient) -> Matters:
    """What a node knows of; a node that does not answer this has nothing to decide."""
    try:
        told = client.get("/v1/federation")
        requests = client.get("/v1/federation/requests")
    except NodeProblem:
        return Matters(version=0, proposed=0, asking=())
    with reading(client):
        contents = {each["change"] for each in told["matter"]["contents"]}
        endorsed_by_some = len(told["publications"]) if not contents else 0
        names = sorted({str(each["name"]) for each in objects(client, requests, "requests")})
    return Matters(
        version=integer(client, told, "version") + 1,
        proposed=len(contents) or endorsed_by_some,
        asking=tuple(names),
    )
