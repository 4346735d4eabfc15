"""What is wrong is told by `/v1/status`, by `/ready` and to whoever is refused, in the same words."""

from pathlib import Path

from node.compose import open_node
from node.engine.wire import EvidenceNews
from node.world import World
from tests.builders import START, build_federation
from tests.node.http.test_joins_and_drafts import limit_draft, steward_signature
from tests.node.http.towns import halt, one_node, some_nodes
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, JsonObject, People, client_of, make_folder, until_ready


def _kinds(answer: JsonObject) -> list[str]:
    return [trouble["kind"] for trouble in answer["troubles"]]


@on_loop
async def test_a_node_without_peers_says_so_and_records_all_the_same(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        ready = (await town.client.get("/ready")).ok()
        assert ready["ready"] and _kinds(ready) == ["no_peers"]
        (trouble,) = (await town.client.get("/v1/status")).ok()["troubles"]
        assert trouble == ready["troubles"][0]
        assert trouble["severity"] == "warns"
        assert "[peers]" in trouble["remedy"]


@on_loop
async def test_a_halted_node_says_so_everywhere_and_promises_nothing(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        await halt(towns)
        client = towns[2].client
        ready = await client.get("/ready")
        (trouble,) = [each for each in ready.json["troubles"] if each["kind"] == "halted"]
        assert trouble["severity"] == "stops_recording"
        assert trouble in (await client.get("/v1/status")).ok()["troubles"]
        payment = towns[2].federation.pay(2, payer=1, sequence=1, payee_coop=2, payee=2, amount=1)
        answer = await client.post("/v1/payments", payment)
        assert answer.problem() == "not_ready"
        assert trouble["detail"] in answer.json["detail"]
        assert answer.json["remedy"] == trouble["remedy"]
        assert not answer.json["retryable"]
        assert "Retry-After" not in answer.headers
        at_desk = await towns[2].people.steward(0)
        draft = (
            await client.post("/v1/drafts", limit_draft(towns[2], "bread"), token=at_desk)
        ).ok()
        path = f"/v1/drafts/{draft['id']}/signatures"
        (await client.post(path, steward_signature(towns[2], draft, 0), token=at_desk)).ok()
        last = await client.post(path, steward_signature(towns[2], draft, 1), token=at_desk)
        assert last.problem() == "not_ready"
        assert f"The draft {draft['id']} stays here" in last.json["detail"]
        (kept,) = (await client.get("/v1/drafts", token=at_desk)).ok()["drafts"]
        assert len(kept["signed_by"]) == 2
        token = await towns[2].people.member(1)
        wanted = {"label": "till", "powers": ["invoices"]}
        key = (await client.post("/v1/merchant/keys", wanted, token=token)).ok()["key"]
        bill = {"amount": {"value": "100", "scale": 2}}
        refused = await client.post("/v1/invoices", bill, token=key)
        assert refused.problem() == "not_ready"
        assert trouble["detail"] in refused.json["detail"]


@on_loop
async def test_the_others_name_the_coop_with_evidence(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        # Of a coop that cheated a node keeps what a log anchored, and to pay its account this one does.
        pay = towns[1].federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=1, amount=1)
        (await towns[1].client.post("/v1/payments", pay)).ok()
        await halt(towns)
        evidence = (await towns[2].client.get("/v1/evidence")).ok()["evidence"]
        data = (await towns[2].client.get(f"/v1/evidence/{evidence[0]['digest']}")).body
        assert data
        status = (await towns[1].client.get("/v1/status")).ok()
        accused = [each for each in status["troubles"] if each["kind"] == "accused"]
        assert [each["coop"] for each in accused] == status["accused"]
        told = {
            name: (await towns[1].client.get(f"/v1/accounts/{name}/1")).ok()["warnings"]
            for name in ("norte", "sur")
        }
        assert told == {"norte": [], "sur": ["accused"]}


@on_loop
async def test_a_payment_that_will_not_arrive_is_recorded_with_a_word(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        pays = [
            towns[1].federation.pay(1, payer=1, sequence=n, payee_coop=2, payee=1, amount=1)
            for n in (1, 2)
        ]
        client = towns[1].client
        assert (await client.post("/v1/payments", pays[0])).ok()["warnings"] == []
        await halt(towns)
        evidence = (await towns[2].client.get("/v1/evidence")).ok()["evidence"][0]["digest"]
        data = (await towns[2].client.get(f"/v1/evidence/{evidence}")).body
        await towns[1].node.runner.deliver(2, EvidenceNews(data).encode())

        async def is_told() -> bool:
            troubles = (await client.get("/v1/status")).ok()["troubles"]
            return "accused" in [each["kind"] for each in troubles]

        await until(is_told, "coop 1's node has the evidence")

        async def is_warned() -> bool:
            answer = (await client.post("/v1/payments", pays[1])).ok()
            return bool(answer["warnings"] == ["accused"])

        await until(is_warned, "the payment is answered with a word")


@on_loop
async def test_a_node_with_a_wrong_clock_records_nothing_until_it_is_set(tmp_path: Path) -> None:
    federation = build_federation(coops=2)
    ahead_ms = 0

    def clock_ms() -> int:
        return START * 1000 + ahead_ms

    def right_ms() -> int:
        return START * 1000

    one = open_node(make_folder(tmp_path, federation, 1, settings=QUICK), World(clock_ms=right_ms))
    async with one, client_of(one):
        folder = make_folder(tmp_path, federation, 2, peers={"norte": one.url}, settings=QUICK)
        async with open_node(folder, World(clock_ms=clock_ms)) as two, client_of(two) as client:
            await until_ready(two)
            people = People(federation, 2, client)
            await people.admit(1, 2)
            ahead_ms = 400 * 86_400_000
            pay = federation.pay(2, payer=1, sequence=1, payee_coop=2, payee=2, amount=1)
            answer = await client.post("/v1/payments", pay)
            assert answer.problem() == "not_ready"
            assert "1 year ahead" in answer.json["detail"]
            assert "--clock-is-right" in answer.json["remedy"]
            ready = await client.get("/ready")
            assert (ready.status, ready.json["readiness"]) == (503, "clock_doubtful")
            assert _kinds(ready.json) == ["clock_doubtful"]
            ahead_ms = 0
            assert (await client.post("/v1/payments", pay)).ok()["status"] == "recorded"


@on_loop
async def test_a_file_of_wages_that_can_not_be_read_is_told_of_until_it_can(tmp_path: Path) -> None:
    """What `doctor` finds in the folder; without the path of the folder, which is nobody's business."""
    settings = QUICK + '[wage]\nname = "CVS"\nfile = "wages.csv"\n'
    async with one_node(tmp_path, settings=settings) as town:
        for path in ("/ready", "/v1/status"):
            told = (await town.client.get(path)).ok()["troubles"]
            (trouble,) = [each for each in told if each["kind"] == "wages_unreadable"]
            assert trouble["severity"] == "warns" and "[wage]" in trouble["remedy"]
            assert "wages.csv" in trouble["detail"] and str(tmp_path) not in str(trouble)
        (town.node.folder.folder / "wages.csv").write_text("date,value\n2026-01-15,5200\n")
        assert "wages_unreadable" not in _kinds((await town.client.get("/v1/status")).ok())
