"""The page of bylaws and commons says what the interface does, in the visitor's language."""

from pathlib import Path

from ledger.government.articles import Article
from tests.government_builders import adopt_bylaws, spend
from tests.node.http.towns import one_node
from tests.node.loops import on_loop
from tests.node.running import as_json_transaction


@on_loop
async def test_bylaws_and_commons_are_read_without_a_script(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:

        async def page(language: str) -> str:
            url = f"{town.client.node.url}/commons"
            headers = {"Accept-Language": language}
            async with town.client.session.get(url, headers=headers) as answer:
                assert answer.status == 200
                return await answer.text()

        before = await page("es")
        assert "Todavía no se adoptó ninguno" in before
        articles = {
            Article.CONTRIBUTION.value: 20_000,
            Article.SPEND_AMOUNT.value: 500,
            Article.COMMONS_DEBT.value: 500,
        }
        for transaction in (
            adopt_bylaws(town.federation, 1, articles),
            spend(town.federation, 1, payee=3, amount=150),
        ):
            (await town.client.post("/v1/transactions", as_json_transaction(transaction))).ok()
        shown = await page("pt")
        assert "<strong>Cada pagamento dá ao fundo comum 2 %" in shown
        assert "O que o fundo comum deve, devem todos." in shown
        assert "Pago a member3" in shown
        assert "1,50" in shown
