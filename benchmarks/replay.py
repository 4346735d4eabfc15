"""Replay: decode, chain, verify, rules, state, for a trade graph and a synthetic million of payments.

Compared, on as many threads and with the same signatures, with bare batch verification in the same build
and with libsodium verifying one by one. Each is run three times in turn and the middle ratio
counts. Every round replays the admissions first, before the clock starts: they are decided by
the shared rules in Python, and reported by themselves. So the keys are ready, as they are in the bare batch.
Cold is the same replay by a validator that comes from a snapshot: it makes a key ready when it is first used.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from nacl.bindings import crypto_sign_open

from benchmarks.delegated import measure_tills
from benchmarks.measuring import Options, check, seconds_of
from benchmarks.workload import (
    Load,
    admit_all,
    entry_of,
    generate_graph,
    make_load,
    read_graph,
    signed_messages,
)
from ledger.validators.choose import chosen_name, load_validator, new_validator
from ledger.validators.interface import Validator

THREADS = 2
ROUNDS = 3

Triples = list[tuple[bytes, bytes, bytes]]


def run(options: Options) -> dict[str, object]:
    """Figures for the graph (or a generated one) and for many synthetic payments."""
    if options.small:
        debts = generate_graph(members=50, payments=500)
        figures = {"synthetic": measure(make_load(debts))}
        return worst(figures) | figures | {"delegated": measure_tills(debts)}
    members, payments = 37_677, options.payments or 1_000_000
    graph = (
        read_graph(options.graph)
        if options.graph is not None
        else generate_graph(members=members, payments=94_223)
    )
    figures = {
        "graph": measure(make_load(graph)),
        "synthetic": measure(make_load(generate_graph(members=members, payments=payments))),
    }
    tills = generate_graph(members=2_000, payments=min(payments, 100_000))
    return worst(figures) | figures | {"delegated": measure_tills(tills)}


def worst(figures: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """The lower of each figure, so that one line says what holds for all loads."""
    loads = list(figures.values())
    lowest: dict[str, object] = {
        name: min(float(str(load[name])) for load in loads)
        for name in (
            "ratio_to_batch",
            "ratio_to_batch_cold",
            "ratio_to_libsodium",
            "payments_per_second",
        )
        if name in loads[0]
    }
    same = {name: loads[0][name] for name in ("threads", "cpu_features") if name in loads[0]}
    return lowest | same


def measure(load: Load) -> dict[str, object]:
    """The figures of one load."""
    validator = new_validator(load.federation.founding)
    admissions = admit_all(validator, load)
    admit_times = []
    blob = b"".join(entry_of(transaction) for transaction in load.payments)
    triples = signed_messages(load, blob)
    batches, singles, replays, colds = [], [], [], []
    for _ in range(ROUNDS):
        batches.append(batch_seconds(triples))
        singles.append(libsodium_seconds(triples))
        fresh = new_validator(load.federation.founding)
        admit_times.append(_replay_seconds(fresh, admissions, load.members))
        cold = load_validator(load.federation.founding, fresh.snapshot())
        colds.append(_replay_seconds(cold, blob, len(triples)))
        replays.append(_replay_seconds(fresh, blob, len(triples)))
    count = len(triples)
    figures: dict[str, object] = {
        "validator": chosen_name(),
        "payments": count,
        "members": load.members,
        "threads": THREADS if chosen_name() == "native" else 1,
        "payments_per_second": round(count / median(replays)),
        "libsodium_per_second": round(count / median(singles)),
        "ratio_to_libsodium": _ratio(singles, replays),
        "admissions_per_second": round(load.members / median(admit_times)),
    }
    if chosen_name() == "native":
        from ledger import _native

        figures["batch_per_second"] = round(count / median(batches))
        figures["ratio_to_batch"] = _ratio(batches, replays)
        figures["ratio_to_batch_cold"] = _ratio(batches, colds)
        figures["cpu_features"] = _native.cpu_features()
    return figures


def _ratio(limit: list[float], own: list[float]) -> float:
    return round(median(a / b for a, b in zip(limit, own, strict=True)), 3)


def _replay_seconds(validator: Validator, blob: bytes, count: int) -> float:
    seconds, result = seconds_of(lambda: validator.replay(1, blob))
    check(result.count == count and result.consumed == len(blob), "not all payments applied")
    return seconds


def batch_seconds(triples: Triples) -> float:
    """Bare batch verification on `THREADS` threads; 0 without the native validator."""
    if chosen_name() != "native":
        return 0.0
    from ledger import _native

    prepared = _native.Signatures(triples)
    seconds, valid = seconds_of(lambda: prepared.verify(THREADS))
    check(all(valid), "a signature of the load is invalid")
    return seconds


def libsodium_seconds(triples: Triples, threads: int | None = None) -> float:
    """libsodium one by one, on as many threads as the validator uses."""
    threads = threads or (THREADS if chosen_name() == "native" else 1)
    sample = triples[:50_000]
    jobs = [(signature + message, key) for key, message, signature in sample]
    shares = [jobs[place::threads] for place in range(threads)]

    def verify_share(share: list[tuple[bytes, bytes]]) -> None:
        for signed, key in share:
            crypto_sign_open(signed, key)

    with ThreadPoolExecutor(threads) as pool:
        seconds, _ = seconds_of(lambda: list(pool.map(verify_share, shares)))
    return seconds * len(triples) / len(sample)
