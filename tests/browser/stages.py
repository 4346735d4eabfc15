"""A stage with something on it: members and payments, so that pages are not empty."""

from tests.browser.stage import Stage


def furnish(stage: Stage) -> Stage:
    """Two members of the first coop, and payments between them."""
    federation, norte = stage.federation, stage.people(1)

    async def trade() -> None:
        await norte.admit(1, 2)
        for sequence, amount in enumerate((1250, 400, 99_00), start=1):
            pay = federation.pay(
                1, payer=1, sequence=sequence, payee_coop=1, payee=2, amount=amount
            )
            (await norte.client.post("/v1/payments", pay)).ok()

    stage.run(trade())
    return stage
