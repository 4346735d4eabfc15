"""Where a payer's wallet may be: at the charter's cooperatives that say where their nodes answer."""

from dataclasses import dataclass

from node.engine.view import View
from node.http.base.api import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A cooperative and the address of its node; empty: this one's own."""

    title: str
    url: str


async def homes_of(api: Api) -> list[Home]:
    """This node's cooperative, then the others that still take part, by name."""
    coops = api.charter.coops

    def look(view: View) -> list[Home]:
        known = view.engine.addresses()
        found = [
            Home(title=coops[number].title, url=said.url)
            for number, said in known.items()
            if number in coops and number != api.coop.number
        ]
        return sorted(found, key=lambda home: home.title)

    return [Home(title=api.coop.title, url=""), *await api.runner.ask(look)]
