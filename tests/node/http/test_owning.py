"""Tills and joint accounts over HTTP: what is told of them, who may look, and that nothing is paid twice."""

from pathlib import Path

from ledger.signatures import SigningKey
from node.http.base.sessions import SessionRole
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop
from tests.node.running import QUICK
from tests.owning_builders import (
    delegate,
    owner_key,
    owner_keys,
    pay_delegated,
    pay_jointly,
    revoke,
    set_owners,
    till_key,
)

MANY = QUICK + "[http]\ncostly_burst = 1000\n"
FOR_LONG = 365 * 86_400


async def send(town: Town, data: bytes, where: str = "/v1/transactions") -> dict[str, object]:
    found: dict[str, object] = (await town.client.post(where, data)).ok()
    return found


async def refusal(town: Town, data: bytes, where: str = "/v1/payments") -> object:
    return (await town.client.post(where, data)).problem()


async def give(town: Town, **elements: object) -> None:
    """Delegate the key of a till of account 1."""
    now = (await town.client.post("/v1/sessions/challenge")).ok()["expires"]
    until = now + FOR_LONG
    await send(town, delegate(town.federation, 1, 1, until=until, **elements))  # type: ignore[arg-type]


@on_loop
async def test_a_till_pays_and_is_paid_for_once(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await give(town)
        payment = pay_delegated(town.federation, 1, 1, sequence=1, payee=2, amount=60)
        first = await send(town, payment, "/v1/payments")
        again = await send(town, payment, "/v1/payments")
        assert (again["number"], again["repeated"]) == (first["number"], True)
        # The owner's first payment has the same number of its own, and is another payment.
        own = town.federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=60)
        assert (await send(town, own, "/v1/payments"))["number"] != first["number"]
        await send(town, revoke(town.federation, 1, 1, revision=2))
        # Whatever became of the key: those very bytes were recorded, and others are refused.
        assert (await send(town, payment, "/v1/payments"))["number"] == first["number"]
        other = pay_delegated(town.federation, 1, 1, sequence=2, payee=2, amount=1)
        assert await refusal(town, other) == "delegate_unknown"


@on_loop
async def test_what_the_books_have_of_keys_is_told_to_anybody(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await give(town, place=3, payees=((1, 2),))
        await send(
            town,
            pay_delegated(town.federation, 1, 1, place=3, sequence=1, payee=2, amount=60),
            "/v1/payments",
        )
        found = (await town.client.get("/v1/keys/1")).ok()
        (till,) = found["delegated"]
        assert (till["place"], till["key"]) == (3, till_key(3).public_key.hex())
        assert (till["per_payment"], till["per_day"], till["spent_today"]) == (100, 150, 60)
        assert till["payees"] == [{"coop_number": 1, "account": 2}]
        assert (found["owners_needed"], len(found["owners"])) == (1, 1)
        await send(town, set_owners(town.federation, 1, 1, revision=2))
        found = (await town.client.get("/v1/keys/1")).ok()
        assert found["delegated"] == []
        assert found["owners"] == [key.hex() for key in owner_keys(1)]
        assert found["owners_needed"] == 2


async def may_look(town: Town, key: SigningKey) -> bool:
    try:
        await town.client.open_session(SessionRole.MEMBER, 1, key)
    except AssertionError:
        return False
    return True


@on_loop
async def test_each_owner_may_look_and_no_till(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        member = town.federation.member_key(1, 1)
        await give(town)
        assert not await may_look(town, till_key(0))
        token = await town.client.open_session(SessionRole.MEMBER, 1, member)
        await send(town, set_owners(town.federation, 1, 1, revision=2))
        assert (await town.client.get("/v1/me", token=token)).status == 401
        assert not await may_look(town, member)
        for place in range(3):
            assert await may_look(town, owner_key(1, place))


@on_loop
async def test_several_owners_pay_and_one_does_not(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await send(town, set_owners(town.federation, 1, 1))
        alone = town.federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=60)
        assert await refusal(town, alone) == "account_is_joint"
        few = pay_jointly(town.federation, 1, 1, sequence=1, payee=2, owners=(1,))
        assert await refusal(town, few) == "owners_too_few"
        both = pay_jointly(town.federation, 1, 1, sequence=1, payee=2, owners=(0, 2))
        first = await send(town, both, "/v1/payments")
        others = pay_jointly(town.federation, 1, 1, sequence=1, payee=2, owners=(0, 1))
        assert await refusal(town, others) == "sequence_used"
        keys = (owner_key(1, 5).public_key, owner_key(1, 6).public_key)
        await send(town, set_owners(town.federation, 1, 1, revision=2, keys=keys, owners=(0, 1)))
        assert (await send(town, both, "/v1/payments"))["number"] == first["number"]
