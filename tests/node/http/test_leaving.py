"""Members leave at their node, and stewards claim and settle: who pays is told before, and afterwards."""

from dataclasses import replace
from pathlib import Path

from ledger.entries import decode_transaction
from ledger.government.articles import Article
from ledger.transactions import Leave, Step, encode_transaction
from tests.government_builders import adopt_bylaws
from tests.guarantee_builders import guarantee
from tests.leaving_builders import leave, settle
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, as_json_transaction

MANY = QUICK + "[http]\ncostly_burst = 1000\n"
CEILING = 500


async def send(town: Town, data: bytes) -> None:
    (await town.client.post("/v1/transactions", data)).ok()


async def govern(town: Town, **articles: int) -> None:
    numbers = {Article.COMMONS_DEBT.value: CEILING}
    numbers |= {Article[name.upper()].value: value for name, value in articles.items()}
    await send(town, adopt_bylaws(town.federation, 1, numbers))


async def owe(town: Town, amount: int, *, cap: int = 0, lasting: int = 1_000_000) -> None:
    """Let member 1 owe so much to member 2, and member 3 answer for a part of it."""
    if cap:
        time = (await town.people.me(1))["time"]
        pledge = guarantee(town.federation, 1, 3, 1, cap, until=time + lasting)
        await send(town, pledge)
    (await town.client.post("/v1/payments", town.pay(amount=amount))).ok()


async def go(town: Town, account: int = 1, **elements: int | None) -> tuple[int, dict[str, object]]:
    """What the node answers to a member who leaves."""
    data = leave(town.federation, 1, account, **elements)  # type: ignore[arg-type]
    token = await town.people.member(account)
    body = as_json_transaction(data)
    answer = await town.client.post("/v1/me/leave", body, token=token)
    return answer.status, answer.json


@on_loop
async def test_who_owes_nothing_is_out_at_once(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        (await town.client.post("/v1/payments", town.pay(payer=2, payee=1))).ok()
        status, answer = await go(town, payee=3)
        assert (status, answer["state"]) == (200, "recorded")
        assert await town.people.balance(3) == 100
        # A lost answer is had again by the same bytes.
        status, again = await go(town, payee=3)
        assert (status, again["state"]) == (200, "recorded")
        first, second = answer["recorded"], again["recorded"]
        assert isinstance(first, dict) and isinstance(second, dict)
        assert (first["number"], second["repeated"]) == (second["number"], True)
        answer_ = await town.client.post("/v1/payments", town.pay(payer=2, payee=1, sequence=2))
        assert answer_.problem() == "payee_closed"


@on_loop
async def test_what_is_left_to_the_commons_is_told(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        (await town.client.post("/v1/payments", town.pay(payer=2, payee=1))).ok()
        assert (await go(town))[0] == 200
        found = (await town.client.get("/v1/commons")).ok()
        assert (found["passed_on"], found["given"], found["levied"]) == (100, 0, 0)
        (moved,) = found["movements"]
        assert (moved["kind"], moved["handle"], moved["amount"]) == ("leave", "member1", 100)


@on_loop
async def test_who_owes_is_laid_before_the_stewards_who_see_who_pays(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await govern(town)
        await owe(town, 100, cap=60)
        token = await town.people.member(1)
        ending = (await town.client.get("/v1/debts/1", token=token)).ok()
        expected = {
            "debt": 100,
            "shares": [{"account": 3, "handle": "member3", "amount": 60}],
            "commons": 40,
            "within_ceiling": True,
        }
        assert (ending["debt"], ending["within_ceiling"]) == (expected, True)
        before = await town.digest()
        assert (await go(town, debt=99))[1]["code"] == "debt_above_agreed"
        assert await town.digest() == before
        status, answer = await go(town, debt=100)
        assert (status, answer["state"]) == (200, "waiting")
        assert (await go(town, debt=100))[1]["draft"] == answer["draft"]
        assert await town.people.balance(1) == -100
        await sign_all(town)
        assert await town.people.balance(3) == -60
        found = (await town.client.get("/v1/commons")).ok()
        assert (found["balance"], found["settled"], found["spent"]) == (-40, 40, 0)
        assert found["movements"][0]["is_debt"] is True
        guarantor = await town.people.member(3)
        debts = (await town.client.get("/v1/debts", token=guarantor)).ok()
        assert [(each["handle"], each["debt"]) for each in debts["settled"]] == [
            ("member1", expected)
        ]
        (paid,) = (await town.people.me(3))["paid_for"]
        assert (paid["handle"], paid["amount"]) == ("member1", 60)
        assert (await town.people.me(2))["paid_for"] == []
        stranger = await town.people.member(2)
        assert (await town.client.get("/v1/debts", token=stranger)).ok()["settled"] == []
        assert (await town.client.get("/v1/debts/3", token=stranger)).status == 404


async def sign_all(town: Town) -> None:
    """Two stewards sign the only draft, which says who pays."""
    token = await town.people.steward()
    (draft,) = (await town.client.get("/v1/drafts", token=token)).ok()["drafts"]
    assert (draft["kind"], draft["signed_by"]) == ("leave", [])
    assert draft["debt"]["commons"] == 40
    assert draft["facts"]["debt"] == 100
    signed = leave(town.federation, 1, 1, debt=100, stewards=None)
    for place, signature in signatures_of(signed):
        body = {"steward": place, "signature": signature.hex()}
        path = f"/v1/drafts/{draft['id']}/signatures"
        answer = (await town.client.post(path, body, token=token)).ok()
    assert answer["state"] == "recorded"


def signatures_of(data: bytes) -> tuple[tuple[int, bytes], ...]:
    transaction = decode_transaction(data)
    assert isinstance(transaction, Leave)
    return transaction.stewards


@on_loop
async def test_only_ones_own_leaving_is_taken(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        before = await town.digest()
        token = await town.people.member(2)
        body = as_json_transaction(leave(town.federation, 1, 1))
        answer = await town.client.post("/v1/me/leave", body, token=token)
        assert answer.problem() == "wrong_endpoint"
        body = as_json_transaction(leave(town.federation, 1, 2, stewards=None))
        answer = await town.client.post("/v1/me/leave", body, token=token)
        assert answer.problem() == "wrong_endpoint"
        stranger = town.federation.member_key(1, 3)
        body = as_json_transaction(leave(town.federation, 1, 2, signed_by=stranger))
        answer = await town.client.post("/v1/me/leave", body, token=token)
        assert answer.problem() == "signature_invalid"
        assert await town.digest() == before


@on_loop
async def test_a_claim_is_told_to_member_and_guarantor_until_it_is_settled(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await govern(town, claim_term=2)
        await owe(town, 100, cap=60)
        assert (await town.people.me(1))["claim"] is None
        await send(town, settle(town.federation, 1, 1, Step.CLAIM))
        claim = (await town.people.me(1))["claim"]
        assert (claim["due"], claim["ends"]) == (
            claim["time"] + 2,
            claim["time"] + 2 + 180 * 86_400,
        )
        for account in (1, 3):
            token = await town.people.member(account)
            (told,) = (await town.client.get("/v1/debts", token=token)).ok()["claims"]
            assert (told["handle"], told["claim"], told["debt"]["debt"]) == ("member1", claim, 100)
        token = await town.people.member(3)
        (given,) = (await town.client.get("/v1/me/guarantees", token=token)).ok()["given"]
        assert (given["claim"], [each["kind"] for each in given["news"]]) == (claim, [])
        token = await town.people.member(2)
        assert (await town.client.get("/v1/debts", token=token)).ok()["claims"] == []
        end = settle(town.federation, 1, 1, Step.SETTLE, revision=2)

        async def is_settled() -> bool:
            return (await town.client.post("/v1/transactions", end)).status == 200

        await until(is_settled, "the term is over")
        steward = await town.people.steward()
        debts = (await town.client.get("/v1/debts", token=steward)).ok()
        assert debts["claims"] == [] and debts["settled"][0]["debt"]["commons"] == 40
        changes = await town.client.get("/v1/me/changes", token=await town.people.member(1))
        assert [each["step"] for each in changes.ok()["changes"]] == ["settle", "claim"]


@on_loop
async def test_a_claim_goes_once_it_is_paid_and_is_no_change_of_the_account(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await govern(town)
        await owe(town, 100)
        await send(town, settle(town.federation, 1, 1, Step.CLAIM))
        assert (await town.people.me(1))["claim"] is not None
        (await town.client.post("/v1/payments", town.pay(payer=2, payee=1))).ok()
        assert (await town.people.me(1))["claim"] is None
        changes = (await town.client.get("/v1/me/changes", token=await town.people.member(1))).ok()
        assert [each["step"] for each in changes["changes"]] == ["claim"]
        assert changes["unknown"] == 0


@on_loop
async def test_who_is_told_of_a_debt_is_told_that_the_commons_can_t_pay_it(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await govern(town, commons_debt=39)
        await owe(town, 100, cap=60)
        await send(town, settle(town.federation, 1, 1, Step.CLAIM))
        token = await town.people.member(1)
        (told,) = (await town.client.get("/v1/debts", token=token)).ok()["claims"]
        assert (told["debt"]["commons"], told["debt"]["within_ceiling"]) == (40, False)


@on_loop
async def test_leaving_that_is_badly_signed_is_charged(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 3\ncostly_per_minute = 1\n"
    async with one_node(tmp_path, settings=settings) as town:
        token = await town.people.member(1)
        other = decode_transaction(leave(town.federation, 1, 2))
        mine = decode_transaction(leave(town.federation, 1, 1))
        assert isinstance(other, Leave) and isinstance(mine, Leave)
        forged = encode_transaction(replace(mine, signature=other.signature))
        problems = [
            (
                await town.client.post("/v1/me/leave", as_json_transaction(forged), token=token)
            ).problem()
            for _ in range(6)
        ]
        assert (problems[0], problems[-1]) == ("signature_invalid", "too_many_requests")
        account = (await town.client.get("/v1/accounts/1/1")).ok()
        assert account["status"] == "open"


@on_loop
async def test_a_debtor_pays_for_leaving_again_and_again(tmp_path: Path) -> None:
    settings = QUICK + "[http]\nwork_per_second = 1\nwork_burst = 1_000\n"
    async with one_node(tmp_path, settings=settings) as town:
        await govern(town)
        await owe(town, 100)
        answers = [await go(town, debt=100) for _ in range(12)]
        assert answers[0][0] == 200
        assert answers[-1][1]["code"] == "too_many_requests"
