"""Hashing a log: its chain, entry after entry, against bare compression of as many blocks.

The chain is what a validator computes of a piece of a log; finding the entries in it is in the time. Bare
compression is the SHA-256 of one message of as many blocks, by OpenSSL. Both take turns, on one thread.
Counted are blocks of 64 bytes: with the head before it and the padding a payment takes three.
"""

from hashlib import sha256
from statistics import median

from benchmarks.measuring import Options, check, seconds_of
from benchmarks.workload import admit_all, entry_of, generate_graph, make_load
from ledger.chain import HASH_BYTES, extend_all
from ledger.codec import split
from ledger.validators.choose import chosen_name, new_validator

BLOCK = 64
PADDING = 9
"""A marker and the length: the least that is added to a message."""
ROUNDS = 7


def run(options: Options) -> dict[str, object]:
    """Megabytes of blocks a second, and the ratio to bare compression."""
    members, payments = (20, 500) if options.small else (1_000, options.payments or 200_000)
    # Signing is most of what the benchmark takes, so a piece of a log is chained again and again.
    signed = min(payments, 20_000)
    load = make_load(generate_graph(members=members, payments=signed))
    validator = new_validator(load.federation.founding)
    admit_all(validator, load)
    coop = 1
    head = validator.log(coop).head
    blob = b"".join(entry_of(transaction) for transaction in load.payments)
    entries = split(blob)
    blob *= payments // len(entries)
    count = len(entries) * (payments // len(entries))
    blocks = sum(-(-(HASH_BYTES + len(entry) + PADDING) // BLOCK) for entry in entries)
    blocks *= payments // len(entries)
    message = bytes(blocks * BLOCK - PADDING)
    chains, bare = [], []
    for _ in range(ROUNDS):
        seconds, (length, chained) = seconds_of(lambda: validator.chain(coop, blob))
        chains.append(seconds)
        bare.append(seconds_of(lambda: sha256(message).digest())[0])
    check(length == count, "not every entry was chained")
    check(chained == extend_all(head, split(blob)), "the chain is another one")
    ratios = [one / other for one, other in zip(bare, chains, strict=True)]
    return {
        "validator": chosen_name(),
        "entries": count,
        "mb_per_second": round(blocks * BLOCK / median(chains) / 1e6),
        "bare_mb_per_second": round(blocks * BLOCK / median(bare) / 1e6),
        "ratio_to_bare": round(median(ratios), 2),
        "ns_per_entry": round(median(chains) / count * 1e9),
    }
