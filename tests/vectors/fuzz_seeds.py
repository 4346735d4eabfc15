"""Seeds for coverage-guided fuzzing: every entry and transaction of the vectors, as a file each.

    python -m tests.vectors.fuzz_seeds FOLDER

A fuzzer that begins with real entries need not find their shape by chance.
"""

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
LONGEST_BYTES = 4_096


def byte_strings(value: object) -> Iterator[bytes]:
    """All texts of a JSON value that are hexadecimal, as bytes."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from byte_strings(item)
    elif isinstance(value, str):
        try:
            yield bytes.fromhex(value)
        except ValueError:
            return


def seeds() -> set[bytes]:
    """What begins as entries and transactions do: with an array."""
    files = sorted(HERE.glob("*.json"))
    found = (data for file in files for data in byte_strings(json.loads(file.read_text("utf-8"))))
    return {data for data in found if data and data[0] >> 4 == 9 and len(data) <= LONGEST_BYTES}


def write_seeds(folder: Path) -> int:
    """Write the seeds into a folder; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    written = seeds()
    for data in written:
        (folder / sha256(data).hexdigest()[:16]).write_bytes(data)
    return len(written)


if __name__ == "__main__":
    sys.stdout.write(f"{write_seeds(Path(sys.argv[1]))} seeds in {sys.argv[1]}\n")
