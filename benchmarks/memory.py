"""Memory of the validator for each account, as the growth of a process that does nothing else.

Every account has its own key and makes one payment while it is measured, so whatever a validator keeps
about an account that is used, it keeps here. State and payments are made by this process and read
by the measured one from files.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import Options, check
from benchmarks.workload import ENOUGH, entry_of
from ledger.state import Account
from ledger.validators.choose import chosen_name, load_validator
from ledger.validators.listing import save_snapshot
from ledger.validators.log_state import empty_state
from tests.builders import START, Federation, build_federation

BATCH = 10_000


def run(options: Options) -> dict[str, object]:
    """Bytes for each account, with many accounts."""
    count = 2_000 if options.small else options.payments or 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), count)
        worker = subprocess.run(
            [sys.executable, "-m", "benchmarks.memory", folder],
            capture_output=True,
            text=True,
            check=False,
        )
    check(worker.returncode == 0, worker.stderr)
    figures: dict[str, object] = json.loads(worker.stdout)
    check(figures["accounts"] == count, "accounts are missing")
    check(figures["payments"] == count, "a payment was refused")
    return figures


def prepare(folder: Path, count: int) -> None:
    """Write a snapshot of `count` accounts, and a payment by each to the commons, in batches."""
    federation = build_federation(seed="benchmark", coops=1, stewards=1, threshold=1)
    state = empty_state(federation.founding)
    log = state[1]
    log.heads_from = count
    log.time = START
    batch: list[bytes] = []
    with (folder / "payments").open("wb") as payments, (folder / "sizes").open("w") as sizes:
        for number in range(1, count + 1):
            key = federation.member_key(1, number)
            log.accounts[number] = Account(
                number=number,
                key=key.public_key,
                handle=f"member{number}",
                class_=0,
                limit=ENOUGH,
                opened=number,
            )
            batch.append(
                entry_of(
                    federation.pay(
                        1,
                        payer=number,
                        sequence=1,
                        payee_coop=1,
                        payee=0,
                        amount=1,
                        signed_by=key,
                    )
                )
            )
            if len(batch) == BATCH or number == count:
                sizes.write(f"{payments.write(b''.join(batch))}\n")
                batch = []
    (folder / "snapshot").write_bytes(save_snapshot(state))


def measure(folder: Path) -> dict[str, object]:
    """In this process: load the accounts, let each pay once, and see what the process grew by."""
    federation: Federation = build_federation(seed="benchmark", coops=1, stewards=1, threshold=1)
    sizes = [int(size) for size in (folder / "sizes").read_text().split()]
    # The validator's threads and code are there before the measurement begins.
    load_validator(federation.founding, save_snapshot(empty_state(federation.founding)))
    before = _resident_bytes()
    validator = load_validator(federation.founding, (folder / "snapshot").read_bytes())
    loaded = _resident_bytes()
    with (folder / "payments").open("rb") as payments:
        paid = sum(validator.replay(1, payments.read(size)).count for size in sizes)
    grown = _resident_bytes() - before
    accounts = validator.log(1).accounts
    return {
        "validator": chosen_name(),
        "accounts": accounts,
        "payments": paid,
        "bytes_per_account": round(grown / accounts, 1),
        "bytes_per_account_idle": round((loaded - before) / accounts, 1),
        "resident_megabytes": round(_resident_bytes() / 1e6),
    }


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
