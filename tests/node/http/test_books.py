"""The open books: everything that an auditor needs, byte for byte, without a session."""

from hashlib import sha256
from pathlib import Path

from ledger.chain import SignedHead, extend_all, genesis
from ledger.codec import split
from ledger.founding import check_charter_signatures, parse_charter_signatures, parse_founding
from ledger.validators.reference import ReferenceValidator
from tests.node.http.towns import halt, one_node, same_lengths, some_nodes
from tests.node.loops import on_loop
from tests.node.running import QUICK, Answer


@on_loop
async def test_an_auditor_can_rebuild_the_state_from_what_is_served(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        federation, client = towns[1].federation, towns[1].client
        pay = federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=1, amount=30)
        (await client.post("/v1/payments", pay)).ok()
        await same_lengths(*towns.values())

        source = (await client.get("/v1/charter")).body
        founding = parse_founding(source)
        signatures = (await client.get("/v1/charter/signatures")).body
        check_charter_signatures(founding, parse_charter_signatures(signatures))
        assert sha256(source).digest() == federation.id

        logs = {}
        for name, coop in (("norte", 1), ("sur", 2)):
            first, previous, entries = 1, genesis(federation=founding.federation, coop=coop), []
            while True:
                answer = await client.get(f"/v1/logs/{name}/entries?first={first}&max_bytes=300")
                assert answer.headers["Fiado-Previous"] == previous.hex()
                part = split(answer.body)
                assert int(answer.headers["Fiado-Count"]) == len(part)
                if not part:
                    break
                entries += part
                previous = extend_all(previous, part)
                first += len(part)
            assert int(answer.headers["Fiado-Length"]) == len(entries)
            head = (await client.get(f"/v1/logs/{name}/head")).ok()
            assert (head["length"], head["head"]) == (len(entries), previous.hex())
            SignedHead(
                coop=coop,
                length=head["length"],
                head=bytes.fromhex(head["head"]),
                signature=bytes.fromhex(head["signature"]),
            ).check(founding.genesis)
            logs[coop] = b"".join(entries)

        validator = ReferenceValidator(founding)
        while any(logs.values()):
            for coop, entries_left in logs.items():
                done = validator.replay(coop, entries_left)
                assert done.refusal is None
                logs[coop] = entries_left[done.consumed :]
        assert validator.digest().hex() == (await client.digest())["digest"]


@on_loop
async def test_logs_and_status_show_positions_and_heads(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        pay = towns[1].federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=1, amount=30)
        (await towns[1].client.post("/v1/payments", pay)).ok()
        await same_lengths(*towns.values())
        logs = {log["coop"]: log for log in (await towns[2].client.get("/v1/logs")).ok()["logs"]}
        assert (logs["norte"]["position"], logs["sur"]["position"]) == (-30, 30)
        assert logs["norte"]["accounts"] == 2
        assert logs["norte"]["signed_head"]["head"] == logs["norte"]["head"]
        assert logs["sur"]["anchored"]["norte"] > 0
        status = (await towns[2].client.get("/v1/status")).ok()
        assert (status["peers"], status["sum"], status["readiness"]) == (["norte"], 0, "ready")


@on_loop
async def test_heads_at_a_length(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        head = (await town.client.get("/v1/logs/norte/head?at_least=2")).ok()
        assert head["length"] >= 2
        beyond = await town.client.get("/v1/logs/norte/head?at_least=99")
        assert beyond.problem() == "entry_not_found"
        empty = await town.client.get("/v1/logs/sur/head")
        assert empty.problem() == "entry_not_found"
        nothing = await town.client.get("/v1/logs/sur/entries")
        assert (nothing.body, nothing.headers["Fiado-Count"]) == (b"", "0")
        start = genesis(federation=town.federation.id, coop=2)
        assert nothing.headers["Fiado-Previous"] == start.hex()


@on_loop
async def test_health_and_readiness(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=0) as town:
        health = (await town.client.get("/health")).ok()
        status = await town.node.runner.ask(lambda view: view.status)
        assert health["validator"] == status.validator
        ready = (await town.client.get("/ready")).ok()
        assert (ready["ready"], ready["readiness"]) == (True, "ready")


@on_loop
async def test_a_node_that_is_not_ready_says_so(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        town = towns[1]
        await halt(towns)
        assert (await towns[2].client.get("/ready")).json["readiness"] == "halted"
        pay = town.federation.pay(2, payer=1, sequence=1, payee_coop=2, payee=2, amount=1)
        answer = await towns[2].client.post("/v1/payments", pay)
        assert (answer.status, answer.problem()) == (503, "not_ready")
        assert "what no honest node signs" in answer.json["detail"]
        listed = (await towns[2].client.get("/v1/evidence")).ok()["evidence"]
        assert [(item["coop"], item["kind"]) for item in listed] == [("sur", "fork")]
        data = (await towns[2].client.get(f"/v1/evidence/{listed[0]['digest']}")).body
        assert sha256(data).hexdigest() == listed[0]["digest"]
        nothing = await towns[2].client.get(f"/v1/evidence/{'0' * 64}")
        assert nothing.problem() == "evidence_not_found"


@on_loop
async def test_one_address_has_a_share_of_the_memory_for_entries(tmp_path: Path) -> None:
    bounds = "entries_held_bytes = 900\nentries_held_bytes_each = 600\n"
    settings = QUICK + "[http]\ntrust_forwarded = true\n" + bounds
    async with one_node(tmp_path, settings=settings) as town:
        shares, path = town.node.api.entries, "/v1/logs/norte/entries?max_bytes=400"

        async def read(client: str) -> Answer:
            return await town.client.call("GET", path, headers={"X-Forwarded-For": client})

        with shares.hold("10.0.0.1") as slow_reader:
            assert slow_reader.take(300)
            assert (await read("10.0.0.1")).problem() == "busy"
            assert (await read("10.0.0.2")).status == 200
        assert (await read("10.0.0.1")).status == 200
        assert shares.used("10.0.0.1") == shares.used("10.0.0.2") == 0
