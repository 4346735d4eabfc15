"""The vectors of charters, PROTOCOL sections 4 and 5, for `make_vectors`."""

from typing import Any

from cli.index.unit_files import bundled_units
from ledger.chain import genesis
from ledger.codec import MAX
from tests.builders import Federation, build_federation
from tests.index_builders import index_lines

Case = dict[str, Any]
SMALL_ORDER = "01" + 31 * "00"
"""A key that is the neutral point."""


def charter_vectors(federation: Federation) -> Case:
    """Charters, their ids and genesis heads, and what is none."""
    valid = [
        federation,
        build_federation(seed="alone", coops=1, stewards=1, threshold=1),
        build_federation(seed="bounded", coops=2, entries_per_day=100_000),
        build_federation(seed="indexed", coops=3, index=index_lines(publishers=[1, 3])),
    ]
    return {
        "valid": [valid_case(each) for each in valid],
        "invalid": [
            {"field": field, "note": note, "source": source}
            for field, note, source in invalid(federation)
        ],
        "invalid_signatures": [
            {"field": field, "note": note, "source": source}
            for field, note, source in invalid_signatures(federation)
        ],
    }


def valid_case(federation: Federation) -> Case:
    return {
        "source": federation.founding.source.decode("utf-8"),
        "federation": federation.id.hex(),
        "signatures_file": federation.charter_signatures().decode("ascii"),
        "entries_per_day": federation.charter.entries_per_day,
        "coops": [
            {
                "number": coop.number,
                "name": coop.name,
                "clearing_limit": coop.clearing_limit,
                "node_seed": federation.node_keys[coop.number].seed.hex(),
                "steward_seeds": [key.seed.hex() for key in federation.steward_keys[coop.number]],
                "genesis": genesis(federation=federation.id, coop=coop.number).hex(),
            }
            for coop in federation.charter.coops.values()
        ],
    }


def invalid(federation: Federation) -> list[tuple[str | None, str, str]]:
    """(field, what is wrong with it, source); without a field the file as a whole is no charter."""
    source = federation.founding.source.decode("utf-8")
    node = federation.node_keys[1].public_key.hex()
    other = federation.node_keys[2].public_key.hex()
    steward = federation.steward_keys[1][0].public_key.hex()
    second = federation.steward_keys[1][1].public_key.hex()
    limit, unit, quorum = 'clearing_limit = "10000.00"', 'unit = "fiado"', "decision_quorum = 2"
    changes = [
        ("fiado", "another version", "fiado = 1", "fiado = 2"),
        ("fiado", "a float", "fiado = 1", "fiado = 1.0"),
        ("fiado", "a boolean", "fiado = 1", "fiado = true"),
        ("extra", "a key that nobody knows", "fiado = 1", "fiado = 1\nextra = 1"),
        ("federation.unit", "left out", unit, ""),
        ("federation.unit", "17 characters", unit, f'unit = "{17 * "a"}"'),
        ("federation.unit", "nothing", unit, 'unit = ""'),
        ("federation.unit", "a mark that nobody sees", unit, 'unit = "a\\u200Bb"'),
        ("federation.unit", "an escaped control", unit, 'unit = "a\\tb"'),
        ("federation.extra", "a key that nobody knows", unit, f"{unit}\nextra = 1"),
        ("federation.witness_quorum", "as many as coops", "witness_quorum = 1", "witness_quorum = 3"),
        ("federation.witness_quorum", "below 0", "witness_quorum = 1", "witness_quorum = -1"),
        ("federation.decision_quorum", "half", quorum, "decision_quorum = 1"),
        ("federation.decision_quorum", "more than all", quorum, "decision_quorum = 4"),
        ("federation.entries_per_day", "0", unit, f"{unit}\nentries_per_day = 0"),
        ("federation.entries_per_day", "above MAX", unit, f"{unit}\nentries_per_day = {MAX + 1}"),
        ("coop[0].number", "0", "number = 1", "number = 0"),
        ("coop[0].number", "above 2^32 - 1", "number = 1", "number = 4294967296"),
        ("coop.number", "twice", "number = 1", "number = 2"),
        ("coop[0].name", "a capital letter", '"norte"', '"Norte"'),
        ("coop.name", "twice", '"norte"', '"sur"'),
        ("coop[0].clearing_limit", "one decimal", limit, 'clearing_limit = "10000.0"'),
        ("coop[0].clearing_limit", "a needless 0", limit, 'clearing_limit = "010000.00"'),
        ("coop[0].clearing_limit", "a sign", limit, 'clearing_limit = "+10000.00"'),
        ("coop[0].clearing_limit", "a comma", limit, 'clearing_limit = "10000,00"'),
        ("coop[0].clearing_limit", "a number", limit, "clearing_limit = 10000"),
        ("coop[0].clearing_limit", "above MAX", limit, 'clearing_limit = "90071992547409.92"'),
        ("coop.clearing_limit", "MAX with the others", limit, 'clearing_limit = "90071992547409.91"'),
        ("coop[0].node_key", "no point of the curve", node, 31 * "00" + "02"),
        ("coop[0].node_key", "of small order", node, SMALL_ORDER),
        ("coop[0].node_key", "not canonical", node, "ee" + 30 * "ff" + "7f"),
        ("coop[0].node_key", "capitals", node, node.upper()),
        ("coop.node_key", "twice", node, other),
        ("coop[0].steward.key", "twice", steward, second),
        ("coop[0].steward_threshold", "more than stewards", "threshold = 2", "threshold = 4"),
        ("coop[0].steward_threshold", "0", "threshold = 2", "threshold = 0"),
        (None, "a key twice", unit, f"{unit}\n{unit}"),
        (None, "an escape of TOML 1.1", unit, 'unit = "\\e"'),
        (None, "an escape of two digits, of TOML 1.1", unit, 'unit = "\\x41"'),
        (None, "an inline table over two lines", "fiado = 1", "fiado = 1\nextra = { a = 1,\n b = 2 }"),
        (None, "an inline table with a last comma", "fiado = 1", "fiado = 1\nextra = { a = 1, }"),
        (None, "a control in a comment", "fiado = 1", "fiado = 1 # \x07"),
        (None, "a byte order mark", "fiado = 1", "\ufefffiado = 1"),
    ]  # fmt: skip
    found: list[tuple[str | None, str, str]] = []
    for field, note, old, new in changes:
        assert old in source, note
        found.append((field, note, source.replace(old, new, 1)))
    found += invalid_indexes(source)
    many = build_federation(seed="many", coops=65, stewards=1, threshold=1)
    text = many.founding.source.decode("utf-8") + "\n".join([*index_lines(coops=65, quorum=33), ""])
    return [*found, ("index.publishers", "left out by more than 64 coops", text)]


def invalid_indexes(source: str) -> list[tuple[str | None, str, str]]:
    lines = "\n".join([*index_lines(), ""])
    survey = "\n".join([*index_lines("survey"), ""])
    unit = "\n".join([*index_lines("unit", unit=bundled_units()["udi"].definition), ""])
    changes = [
        ("index.method", "another", lines, '"cer"', '"cpi"'),
        ("index.currency", "small letters", lines, '"ARS"', '"ars"'),
        ("index.base_day", "before 2000", lines, '"2025-12-15"', '"1999-12-31"'),
        ("index.base_day", "no such day", lines, '"2025-12-15"', '"2025-02-29"'),
        ("index.base_day", "a date of TOML", lines, '"2025-12-15"', "2025-12-15"),
        ("index.base_value", "below 1", lines, '"1000.000000"', '"0.999999"'),
        ("index.base_value", "three decimals", lines, '"1000.000000"', '"1000.000"'),
        ("index.quorum", "half or less", lines, "quorum = 2", "quorum = 1"),
        ("index.source_quorum", "below the quorum", lines, "source_quorum = 2", "source_quorum = 1"),
        ("index.publishers", "twice the same", lines, "[index]", "[index]\npublishers = [1, 1]"),
        ("index.publishers", "no coop", lines, "[index]", "[index]\npublishers = [1, 9]"),
        ("index.publishers", "nobody", lines, "[index]", "[index]\npublishers = []"),
        ("index.step_cap", "0", lines, "step_cap = 300", "step_cap = 0"),
        ("index.lead_days", "without a survey", lines, "[index]", "[index]\nlead_days = 0"),
        ("index.lead_days", "above 21", survey, "lead_days = 0", "lead_days = 22"),
        ("index.period_days", "without a survey", lines, "[index]", "[index]\nperiod_days = 7"),
        ("index.period_days", "0", survey, "lead_days = 0", "lead_days = 0\nperiod_days = 0"),
        ("index.period_days", "above 28", survey, "lead_days = 0", "lead_days = 0\nperiod_days = 29"),
        ("index.pace_weeks", "shorter than a period", survey,
         "pace_weeks = 4", "pace_weeks = 1\nperiod_days = 8"),
        ("index.unit.starts", "windows that overlap", unit, "starts = [11, 26]", "starts = [26, 11]"),
        ("index.unit.starts", "none, so that no window ends", unit, "starts = [11, 26]", "starts = []"),
        ("index.unit.starts", "after the 28th", unit, "starts = [11, 26]", "starts = [11, 29]"),
        ("index.unit.round", "to a negative place", unit, "round = [6,", "round = [-1,"),
        ("index.unit.decimals", "above 4", unit, "decimals = 3", "decimals = 5"),
        ("index.unit.lag_months", "0", unit, "lag_months = 1", "lag_months = 0"),
        ("index.unit.carry", "rounded though nothing is", unit,
         'round = [6, "half_up"]\ncarry = "exact"', 'carry = "rounded"'),
    ]  # fmt: skip
    found: list[tuple[str | None, str, str]] = []
    for field, note, text, old, new in changes:
        assert old in text, note
        found.append((field, note, source + text.replace(old, new, 1)))
    return found


def invalid_signatures(federation: Federation) -> list[tuple[str | None, str, str]]:
    """Of `charter.signatures.toml` under the first valid charter."""
    source = federation.charter_signatures().decode("ascii")
    signature = federation.charter_signatures().decode("ascii").split('"')[1]
    return [
        ("signature[1].coop", "a second one by a coop", source.replace("coop = 2", "coop = 1", 1)),
        ("signature[0].coop", "0", source.replace("coop = 1", "coop = 0", 1)),
        ("signature[0].signature", "short", source.replace(signature, signature[:-2], 1)),
        ("signature[0].signature", "capitals", source.replace(signature, signature.upper(), 1)),
        ("signature[0].extra", "unknown", source.replace("coop = 1", "coop = 1\nextra = 1", 1)),
        ("signature", "none", ""),
        (None, "an escape of TOML 1.1", source.replace(signature, "\\x61" + signature[2:], 1)),
    ]
