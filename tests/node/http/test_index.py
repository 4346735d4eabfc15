"""The index over HTTP: rules, values, publishing, certificates, survey files, and paying at a price."""

from hashlib import sha256
from pathlib import Path

from ledger.codec import MAX, Value
from ledger.decisions import OBSERVATION, Decision, IndexEntry
from ledger.entries import decode_transaction
from ledger.index.conversion import units_from_price
from ledger.index.days import Method, text_from_day
from ledger.index.periods import Periods
from ledger.publications import Publication
from ledger.rules.index import decide_index, index_of_new_log
from ledger.transactions import Price
from node.http.index.index import period_name
from node.spellings import to_base64url
from tests.builders import Federation, build_federation
from tests.index_builders import index_lines
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop
from tests.node.running import JsonObject

OFFICIAL = build_federation(
    seed="http-index",
    coops=2,
    index=index_lines(publishers=[1], base_day="2026-01-01", quote_days=366),
)
SURVEY = build_federation(
    seed="http-survey",
    coops=2,
    index=index_lines("survey", publishers=[1], base_day="2026-01-04", quote_days=366),
)


def signed(federation: Federation, publication: Publication, *stewards: int) -> JsonObject:
    for steward in stewards:
        key = federation.steward_keys[1][steward]
        publication = publication.signed_by(steward, key, federation=federation.id, coop=1)
    return {"publication": to_base64url(publication.encode())}


async def publish(town: Town, value: int, *stewards: int) -> JsonObject:
    """Publish the next month's change; the answer."""
    rules = (await town.client.get("/v1/index")).ok()
    content: Value = [value, 0, 0, [], None]
    publication = Publication(
        decision=Decision.PRINT.value, number=rules["next_period"], content=content
    )
    body = signed(town.federation, publication, *stewards)
    return (await town.client.post("/v1/index/publications", body)).ok()


@on_loop
async def test_publishing_makes_days_known(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=2, federation=OFFICIAL) as town:
        rules = (await town.client.get("/v1/index")).ok()
        assert (rules["method"], rules["currency"], rules["prints"]) == ("cer", "ARS", 0)
        assert (rules["known_until"], rules["base_value"]) == ("2026-01-01", 10**9)
        of_surveys = ("observations_needed", "lead_days", "pace_weeks")
        assert [rules[name] for name in of_surveys] == [None, None, None]
        assert rules["wage"] is None
        first = await publish(town, 25, 0)
        assert (first["signed_by"], first["signed"]) == (["steward 0"], False)
        under_way = (await town.client.get("/v1/index/decisions")).ok()
        assert [one["signed_by"] for one in under_way["publications"]] == [["steward 0"]]
        second = await publish(town, 25, 1)
        assert (second["signed_by"], second["signed"]) == (["steward 0", "steward 1"], True)
        rules = (await town.client.get("/v1/index")).ok()
        assert (rules["prints"], rules["known_until"]) == (1, "2026-01-15")
        values = (await town.client.get("/v1/index/values?first=2026-01-02&count=3")).ok()
        assert [one["day"] for one in values["values"]] == [
            "2026-01-02",
            "2026-01-03",
            "2026-01-04",
        ]
        assert values["values"][0]["value"] > 10**9
        prints = (await town.client.get("/v1/index/prints")).ok()
        assert [one["value"] for one in prints["prints"]] == [25]
        before = (await town.client.get("/v1/index/values")).ok()["values"]
        assert before[0] == {"day": "2026-01-01", "value": 10**9}
        assert len(before) == 15


@on_loop
async def test_a_certificate_proves_the_value_to_anybody(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=0, federation=OFFICIAL) as town:
        period = (await town.client.get("/v1/index")).ok()["next_period"]
        await publish(town, 31, 0, 2)
        answer = await town.client.get(f"/v1/index/certificates/1/{period}")
        entry = decode_transaction(answer.body)
        assert isinstance(entry, IndexEntry)
        charter = town.federation.charter
        index = decide_index(entry, charter=charter, index=index_of_new_log(charter))
        values = (await town.client.get("/v1/index/values")).ok()["values"]
        assert [one["value"] for one in values] == list(getattr(index, "values", ()))
        for path in ("1/1", "3/1", f"2/{period}", "1/x", "1/-1"):
            missing = await town.client.get(f"/v1/index/certificates/{path}")
            assert missing.problem() == "certificate_not_found"


@on_loop
async def test_a_price_is_paid_at_the_value_of_its_day(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=2, federation=OFFICIAL, limit=10**9) as town:
        rules = (await town.client.get("/v1/index")).ok()
        while (rules := (await town.client.get("/v1/index")).ok())["value"] is None:
            await publish(town, 20, 0, 1)
        price = Price(minor=1_500_000, day=rules["day"])
        right = units_from_price(price.minor, rules["value"])
        for amount, code in ((right + 1, "price_mismatch"), (right, None)):
            pay = town.federation.pay(
                1, payer=1, sequence=1, payee_coop=1, payee=2, amount=amount, price=price
            )
            answer = await town.client.post("/v1/payments", pay)
            if code is None:
                answer.ok()
            else:
                assert answer.problem() == code
        assert await town.people.balance(2) == right
        assert text_from_day(rules["day"]) == rules["today"]


@on_loop
async def test_what_is_not_published_has_its_problem(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=0, federation=OFFICIAL) as town:
        client = town.client
        period = (await client.get("/v1/index")).ok()["next_period"]

        async def problem(publication: Publication, *stewards: int) -> str:
            body = signed(town.federation, publication, *stewards)
            return (await client.post("/v1/index/publications", body)).problem()

        def fact(number: int, value: int) -> Publication:
            return Publication(decision=1, number=number, content=[value, 0, 0, [], None])

        assert await problem(fact(period, 25)) == "publication_malformed"
        assert await problem(fact(period, 2_500), 0) == "index_step_above_cap"
        assert await problem(fact(period - 1, 25), 0) == "decision_taken"
        assert await problem(fact(period + 9, 25), 0) == "decision_early"
        await publish(town, 25, 0, 1)
        assert await problem(fact(period, 26), 0) == "decision_taken"
        malformed = await client.post("/v1/index/publications", {"publication": "AA"})
        assert malformed.problem() == "publication_malformed"
        extra = await client.post("/v1/index/publications", {"publication": "AA", "more": 1})
        assert extra.problem() == "request_malformed"


@on_loop
async def test_a_survey_file_is_served_by_its_hash(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=0, federation=SURVEY) as town:
        file = b'{"week": "2026-01-04"}'
        hash_ = sha256(file).digest()
        week = (await town.client.get("/v1/index")).ok()["next_period"]
        content: Value = [1_010_000_000, hash_]
        publication = Publication(decision=OBSERVATION, number=week, content=content)
        body = signed(town.federation, publication, 0, 1)
        missing = await town.client.post("/v1/index/publications", body)
        assert missing.problem() == "survey_missing"
        body["survey"] = to_base64url(file)
        (await town.client.post("/v1/index/publications", body)).ok()
        assert (await town.client.get(f"/v1/index/surveys/{hash_.hex()}")).body == file
        prints = (await town.client.get("/v1/index/prints")).ok()
        assert [one["value"] for one in prints["prints"]] == [1_010_000_000]
        absent = await town.client.get(f"/v1/index/surveys/{bytes(32).hex()}")
        assert absent.problem() == "survey_not_found"


@on_loop
async def test_without_an_index_there_is_none(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=0, federation=build_federation(coops=2)) as town:
        paths = ("", "/values", "/prints", "/decisions", "/certificates/1/1")
        for path in paths:
            assert (await town.client.get(f"/v1/index{path}")).problem() == "no_index"
        body = {"publication": "AA"}
        posted = await town.client.post("/v1/index/publications", body)
        assert posted.problem() == "no_index"


def test_a_period_beyond_calendars_has_a_name_too() -> None:
    """The first period of a change of source may be any uint."""
    assert period_name(Periods(method=Method.CER), 24_312) == "2026-01"
    assert period_name(Periods(method=Method.SURVEY), 2_921) == "2025-12-28"
    every_third_day = Periods(method=Method.SURVEY, period_days=3)
    assert period_name(every_third_day, 6_817) == "2025-12-28"
    for method in Method:
        assert period_name(Periods(method=method), MAX) == f"period {MAX}"
