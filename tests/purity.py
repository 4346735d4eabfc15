"""Finds what would make the ledger depend on anything but its arguments.

Two nodes that replay the same logs have to reach the same state to the last bit, so a module of the
ledger may not read a clock, draw a random number, do input or output, log, or use a float. This
module reads source text and names each offence; `test_purity.py` runs it over `ledger/` and proves
that it finds every kind.

Imports go by a list of what is allowed, so that a new library is a decision and not an accident.
It looks at one file at a time and at its syntax only: it does not follow calls into libraries.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

ALLOWED_IMPORTS = frozenset(
    {
        "__future__",
        "abc",
        "base64",
        "binascii",
        "bisect",
        "collections",
        "contextlib",
        "copy",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "hmac",
        "itertools",
        "json",
        "ledger",
        "math",
        "msgpack",
        "nacl",
        "operator",
        "re",
        "string",
        "struct",
        "textwrap",
        "tomllib",
        "types",
        "typing",
        "unicodedata",
    }
)
"""Modules that a pure function can use. They may still offer impure names: see below."""

EXTRA_IMPORTS = {"validators/choose.py": frozenset({"os", "importlib"})}
"""The one file, by its path in `ledger/`, that reads the environment to choose the validator."""

IMPURE_MODULES = frozenset({"nacl.utils", "nacl.pwhash"})
"""Parts of allowed packages that draw random numbers."""

IMPURE_BUILTINS = {
    "open": "input and output",
    "print": "input and output",
    "input": "input and output",
    "breakpoint": "input and output",
    "float": "floats",
    "complex": "floats",
    "eval": "code from text",
    "exec": "code from text",
    "compile": "code from text",
    "__import__": "an import that can't be checked",
    "hash": "differs from process to process for text and bytes",
    "id": "differs from process to process",
}
"""Builtin -> what is wrong with it. Naming one is enough: `map(float, values)` calls it too."""

IMPURE_ATTRIBUTES = {
    "now": "a clock",
    "today": "a clock",
    "utcnow": "a clock",
    "fromtimestamp": "the time zone of the machine",
    "astimezone": "the time zone of the machine",
    "timestamp": "floats",
    "total_seconds": "floats",
    "generate": "random numbers",
}
"""Method -> what calling it would read, on any receiver, whose type can't be seen here."""

INTEGER_MATHEMATICS = frozenset(
    {"ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "prod"}
)
"""What `math` offers that gives integers for integers; everything else in it gives floats."""

EXACT_NUMBERS = frozenset({"Decimal", "Fraction"})
"""Constructors after which `/` is exact or rounded the same way everywhere."""


@dataclass(frozen=True, slots=True, order=True)
class Offence:
    """One place in one file (line from 1) and what is wrong there."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"ledger/{self.path}:{self.line}: {self.what}"


def find_offences(path: str, source: str) -> list[Offence]:
    """All offences in the source text of one module, by line.

    `path` is relative to `ledger/`, with forward slashes. Raises SyntaxError for other text.
    """
    tree = ast.parse(source, filename=path)
    tolerated = _floats_refused_by_type(tree)
    allowed = ALLOWED_IMPORTS | EXTRA_IMPORTS.get(path, frozenset())
    found = set()
    for node in ast.walk(tree):
        for what in _offences_of(node, allowed, tolerated):
            found.add(Offence(path, getattr(node, "lineno", 0), what))
    return sorted(found)


def _floats_refused_by_type(tree: ast.AST) -> set[ast.AST]:
    """The names in `isinstance(value, float)`, which is how a float from a TOML file is refused."""
    tolerated: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, classes]):
                tolerated.update(ast.walk(classes))
            case _:
                pass
    return tolerated


def _offences_of(node: ast.AST, allowed: frozenset[str], tolerated: set[ast.AST]) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield from _offences_of_import(alias.name, (), allowed)
        case ast.ImportFrom(module=module, names=names, level=0):
            imported = tuple(alias.name for alias in names)
            yield from _offences_of_import(module or "", imported, allowed)
        case ast.Name(id=name) if name in IMPURE_BUILTINS and node not in tolerated:
            yield f"{name}: {IMPURE_BUILTINS[name]}"
        case ast.Call(func=ast.Attribute(attr=name)) if name in IMPURE_ATTRIBUTES:
            yield f".{name}(): {IMPURE_ATTRIBUTES[name]}"
        case ast.Attribute(value=ast.Name(id="math"), attr=name):
            if name not in INTEGER_MATHEMATICS:
                yield f"math.{name}: floats"
        case ast.Constant(value=float() | complex()):
            yield f"the literal {node.value!r}: floats"
        case ast.BinOp() | ast.AugAssign():
            yield from _offences_of_arithmetic(node)
        case _:
            pass


def _offences_of_import(
    module: str, names: tuple[str, ...], allowed: frozenset[str]
) -> Iterator[str]:
    if module.partition(".")[0] not in allowed:
        yield f"import of {module}, which is not on the list of pure modules in tests/purity.py"
    for full in (module, *(f"{module}.{name}" for name in names)):
        if full in IMPURE_MODULES:
            yield f"import of {full}: random numbers"
    if module == "math":
        for name in names:
            if name not in INTEGER_MATHEMATICS:
                yield f"math.{name}: floats"


def _offences_of_arithmetic(node: ast.BinOp | ast.AugAssign) -> Iterator[str]:
    """True division and negative powers turn integers into floats."""
    if isinstance(node.op, ast.Div):
        operands = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.value]
        if not any(_is_exact_number(operand) for operand in operands):
            yield "/: floats, unless an operand is Decimal(...) or Fraction(...)"
    if isinstance(node.op, ast.Pow):
        power = node.right if isinstance(node, ast.BinOp) else node.value
        if isinstance(power, ast.UnaryOp) and isinstance(power.op, ast.USub):
            yield "** with a negative power: floats"


def _is_exact_number(operand: ast.expr) -> bool:
    return (
        isinstance(operand, ast.Call)
        and isinstance(operand.func, ast.Name)
        and operand.func.id in EXACT_NUMBERS
    )
