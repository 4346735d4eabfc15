"""The page of the federation, without JavaScript: who belongs to it, what is proposed, what changed."""

from pathlib import Path

import aiohttp

from ledger.charter_changes import Quarantine, SetClearingLimit
from node.spellings import to_base64url
from tests.charters import proposal
from tests.node.http.test_federation import endorse, three_coops
from tests.node.http.towns import Town
from tests.node.loops import on_loop, until


async def page_of(town: Town, path: str = "/federation?lang=en") -> str:
    async with aiohttp.ClientSession() as session, session.get(town.node.url + path) as answer:
        assert answer.status == 200
        return await answer.text()


async def propose_alone(town: Town) -> None:
    """The stewards of one coop stand for a change; the others have said nothing."""
    change = Quarantine(coop=3)
    publication = proposal(town.node.api.charter, change)
    for steward in (0, 1):
        key = town.federation.steward_keys[1][steward]
        publication = publication.signed_by(steward, key, federation=town.federation.id, coop=1)
    body = {"publication": to_base64url(publication.encode())}
    (await town.client.post("/v1/federation/publications", body)).ok()


@on_loop
async def test_the_page_tells_what_is_in_force_and_how_it_came_to_be(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        empty = await page_of(towns[1])
        assert "Nothing at the moment." in empty
        assert "Change 1" not in empty
        await endorse(towns, SetClearingLimit(coop=3, limit=2_000_000), 1, 2)
        titles = [coop.title for coop in towns[1].node.api.charter.coops.values()]
        page = await page_of(towns[2])
        assert "Change 1" in page
        said = f"All members of {titles[2]} together may owe the others up to 20,000.00."
        assert said in page
        assert "Before this change: 10,000.00." in page
        assert "Signed by the nodes of" in page and "In force here since" in page
        assert f"Founded by {', '.join(titles)}." in page
        spanish = await page_of(towns[2], "/federation?lang=es")
        assert "Cambio 1" in spanish and "20.000,00" in spanish

        await propose_alone(towns[1])

        async def is_shown() -> bool:
            return "is put in quarantine" in await page_of(towns[1])

        await until(is_shown, "the proposal is on the page")
        page = await page_of(towns[1])
        assert "One of these can be change 2 of the charter." in page
        assert f"For it: {titles[0]}." in page
        assert "Not heard yet:" in page


@on_loop
async def test_the_books_say_who_is_in_quarantine(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        said = "In quarantine: nobody elsewhere pays it"
        assert said not in await page_of(towns[1], "/?lang=en")
        await endorse(towns, Quarantine(coop=3), 1, 2)
        assert said in await page_of(towns[1], "/?lang=en")
