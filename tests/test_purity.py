"""The ledger depends on nothing but its arguments, and the check of that finds every offence."""

from pathlib import Path

import pytest

import ledger
from tests.purity import ALLOWED_IMPORTS, find_offences

LEDGER = Path(ledger.__file__).parent
MODULES = sorted(
    path
    for path in LEDGER.rglob("*.py")
    if path.relative_to(LEDGER).parts[0] != "native"  # the Rust workspace and its build folder
)


def offences_in(source: str, path: str = "module.py") -> list[str]:
    return [offence.what for offence in find_offences(path, source)]


def test_every_module_of_the_ledger_is_pure() -> None:
    assert LEDGER / "__init__.py" in MODULES
    offences = [
        str(offence)
        for module in MODULES
        for offence in find_offences(
            module.relative_to(LEDGER).as_posix(), module.read_text(encoding="utf-8")
        )
    ]
    assert not offences, "\n".join(["the ledger has to be pure:", *offences])


@pytest.mark.parametrize(
    "module",
    [
        "aiohttp",
        "asyncio",
        "click",
        "importlib",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "socket",
        "sqlalchemy",
        "sqlite3",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib.request",
        "uuid",
        "node",
        "cli",
    ],
)
def test_an_impure_import_is_found_in_each_form(module: str) -> None:
    offence = f"import of {module}, which is not on the list of pure modules in tests/purity.py"
    assert offences_in(f"import {module}") == [offence]
    assert offences_in(f"import {module} as harmless") == [offence]
    assert offences_in(f"from {module} import anything") == [offence]
    assert offences_in(f"def late():\n    import {module}") == [offence]


@pytest.mark.parametrize(
    "source",
    [
        "import nacl.utils",
        "from nacl import utils",
        "from nacl.utils import random",
        "import nacl.pwhash",
    ],
)
def test_random_parts_of_an_allowed_package_are_found(source: str) -> None:
    assert any(offence.endswith("random numbers") for offence in offences_in(source))


@pytest.mark.parametrize(
    ("source", "offence"),
    [
        ("open('log')", "open: input and output"),
        ("print('paid')", "print: input and output"),
        ("input()", "input: input and output"),
        ("float('1')", "float: floats"),
        ("list(map(float, values))", "float: floats"),
        ("def rate() -> float: ...", "float: floats"),
        ("complex(1, 2)", "complex: floats"),
        ("eval('1')", "eval: code from text"),
        ("__import__('os')", "__import__: an import that can't be checked"),
        ("hash('member')", "hash: differs from process to process for text and bytes"),
        ("id(account)", "id: differs from process to process"),
        ("datetime.now()", ".now(): a clock"),
        ("datetime.now(UTC)", ".now(): a clock"),
        ("datetime.utcnow()", ".utcnow(): a clock"),
        ("date.today()", ".today(): a clock"),
        ("date.fromtimestamp(0)", ".fromtimestamp(): the time zone of the machine"),
        ("moment.timestamp()", ".timestamp(): floats"),
        ("(b - a).total_seconds()", ".total_seconds(): floats"),
        ("SigningKey.generate()", ".generate(): random numbers"),
        ("share = 0.5", "the literal 0.5: floats"),
        ("limit = 1e3", "the literal 1000.0: floats"),
        ("root = 2j", "the literal 2j: floats"),
        ("math.sqrt(2)", "math.sqrt: floats"),
        ("math.inf", "math.inf: floats"),
        ("from math import log", "math.log: floats"),
        ("tenth = 10**-1", "** with a negative power: floats"),
        ("tenth **= -1", "** with a negative power: floats"),
    ],
)
def test_an_impure_expression_is_found(source: str, offence: str) -> None:
    assert offences_in(source) == [offence]


@pytest.mark.parametrize("source", ["half = amount / 2", "amount /= 2", "(a + b) / len(c)"])
def test_true_division_is_found(source: str) -> None:
    (offence,) = offences_in(source)
    assert offence.startswith("/: floats")


@pytest.mark.parametrize(
    "source",
    [
        "\n".join(f"import {module}" for module in sorted(ALLOWED_IMPORTS)),
        "from . import codec",
        "from datetime import date, timedelta\nnext_day = date(2026, 1, 31) + timedelta(days=1)",
        "from math import isqrt\nroot = isqrt(2)",
        "import math\nroot = math.gcd(4, 6)",
        "half = amount // 2",
        "growth = Decimal(change) / 1000",
        "share = 1 / Fraction(3)",
        "context.divide(change, base)",
        "square = side**2",
        "inverse = pow(value, -1, prime)",
        "is_float = isinstance(value, float)",
        "is_number = isinstance(value, int | float)",
        "now = 1_700_000_000",
        "def check_entry(entry, *, now): return now",
        "print_name = 'open'",
    ],
)
def test_what_is_pure_passes(source: str) -> None:
    assert offences_in(source) == []


def test_only_one_file_may_read_the_environment() -> None:
    source = "import os\nimport importlib"
    assert offences_in(source, "validators/choose.py") == []
    assert len(offences_in(source, "inner/validators/choose.py")) == 2
    assert len(offences_in("import time", "validators/choose.py")) == 1


def test_an_offence_names_its_file_and_line() -> None:
    (offence,) = find_offences("inner/rules.py", "first = 1\nsecond = 0.5\n")
    assert str(offence) == "ledger/inner/rules.py:2: the literal 0.5: floats"
