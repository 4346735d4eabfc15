"""After a fork the sum of the books is not zero but its loss, which the audit and the node name."""

from pathlib import Path

import aiohttp
import pytest

from ledger.invariants import fork_loss
from ledger.validators.reference import ReferenceValidator
from node.audit.run import total
from node.http.books import health
from tests.ledger.test_branches import begun, spend_twice
from tests.node.http.towns import one_node
from tests.node.loops import on_loop


def test_the_sum_is_exactly_the_loss() -> None:
    forks = begun(ReferenceValidator)
    assert (total(forks.validator), fork_loss(forks.validator)) == (0, 0)
    spend_twice(forks)
    assert total(forks.validator) == fork_loss(forks.validator) > 0
    forks.pay(1, 2, 100)  # on its way
    assert total(forks.validator) == fork_loss(forks.validator)


@on_loop
async def test_the_open_books_say_why_they_are_not_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with one_node(tmp_path) as town, aiohttp.ClientSession() as session:

        async def page() -> str:
            async with session.get(f"{town.node.url}/?lang=en") as answer:
                return await answer.text()

        status = (await town.client.get("/v1/status")).ok()
        assert (status["sum"], status["fork_loss"]) == (0, 0)
        assert "Exactly zero, as it must be" in await page()
        monkeypatch.setattr(health, "under_way", lambda validator, coop: 500 if coop == 1 else 0)
        assert "something is wrong" in await page()
        monkeypatch.setattr(health, "fork_loss", lambda validator: 500)
        status = (await town.client.get("/v1/status")).ok()
        assert (status["sum"], status["fork_loss"]) == (500, 500)
        found = await page()
        assert "This is the loss of a fork" in found
        assert "something is wrong" not in found
