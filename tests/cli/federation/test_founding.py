"""Wallets, stewards' keys, nodes' folders and the charter: everything that needs no network."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.founding import parse_founding
from node.folder.loading import load_folder
from tests.places import PROJECT

PASSPHRASE = "cuatro palabras en un papel"
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.touch(mode=0o600)
    file.write_text(PASSPHRASE, encoding="utf-8")
    return file


def run(*words: str | Path, code: ExitCode = ExitCode.OK, typed: str = "") -> dict[str, Any]:
    """Run a command with `--json`; its result, or the error it reports."""
    result = CliRunner().invoke(main, [*map(str, words), "--json"], input=typed)
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return document if code is ExitCode.OK else document.get("error", document)


def test_a_wallet_is_brought_back_by_its_words(tmp_path: Path, passphrase: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    secret = ("--passphrase-file", passphrase)
    made = run("wallet", "new", "--words", "12", "--wallet", first, *secret)
    assert len(made["words"]) == 12
    typed = " ".join(made["words"])
    back = run("wallet", "restore", "--wallet", second, *secret, typed=typed)
    assert back["public_key"] == made["public_key"]
    shown = run("wallet", "show", "--check", "--wallet", second, *secret)
    assert shown["public_key"] == made["public_key"]
    assert shown["account"] is None
    wrong = " ".join([*made["words"][:11], "fiado"])
    error = run(
        "wallet", "restore", "--wallet", tmp_path / "x", *secret, typed=wrong, code=ExitCode.USAGE
    )
    assert error["name"] == "words_unknown"
    assert not (tmp_path / "x").exists()


def test_a_wallet_is_never_replaced(tmp_path: Path, passphrase: Path) -> None:
    wallet = tmp_path / "wallet.json"
    secret = ("--passphrase-file", passphrase)
    run("wallet", "new", "--wallet", wallet, *secret)
    before = wallet.read_bytes()
    error = run("wallet", "new", "--wallet", wallet, *secret, code=ExitCode.WALLET)
    assert error["name"] == "wallet_exists"
    assert wallet.read_bytes() == before


def test_people_see_words_and_what_comes_next(tmp_path: Path, passphrase: Path) -> None:
    words = ["wallet", "new", "--wallet", str(tmp_path / "wallet.json")]
    result = CliRunner().invoke(main, [*words, "--passphrase-file", str(passphrase)])
    assert "Write them on paper" in result.stdout
    assert "fiado join" in result.stdout


@pytest.mark.parametrize(
    "words", [["balance"], ["history"], ["request", "1.00"], ["pay", "a@b", "1"]]
)
def test_a_wallet_without_account_is_told_to_join(
    tmp_path: Path, passphrase: Path, words: list[str]
) -> None:
    wallet = tmp_path / "wallet.json"
    secret = ("--passphrase-file", passphrase)
    run("wallet", "new", "--wallet", wallet, *secret)
    options = () if words[0] == "request" else secret
    error = run(*words, "--wallet", wallet, *options, code=ExitCode.WALLET)
    assert error["name"] == "not_joined"
    assert "fiado join" in error["remedy"]


def test_no_wallet_at_all(tmp_path: Path, passphrase: Path) -> None:
    words = ("balance", "--wallet", tmp_path / "none", "--passphrase-file", passphrase)
    assert run(*words, code=ExitCode.WALLET)["name"] == "wallet_missing"


def found(root: Path, passphrase: Path) -> tuple[Path, list[str]]:
    """Two nodes' folders and a complete draft of a charter; the file and the options it took."""
    options: list[str] = []
    for coop in ("norte", "sur"):
        node = run("node", "init", root / coop, "--coop", coop)
        options += ["--coop", f"{coop}=Cooperativa {coop}"]
        options += ["--node-key", f"{coop}={node['public_key']}"]
        for name in ("ana", "blas"):
            key = root / f"{name}-{coop}.json"
            made = run("steward", "key", "new", "--key", key, "--passphrase-file", passphrase)
            options += ["--steward", f"{coop}={name}:{made['public_key']}"]
    return root / "charter.toml", options


def test_a_charter_from_draft_to_nodes(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    made = run("federation", "init", charter, "--name", "Ferias", *options)
    assert made["is_complete"] is True
    sign = ("federation", "sign", charter, "--yes", "--node")
    assert run(*sign, tmp_path / "norte")["missing"] == ["sur"]
    assert run("federation", "show", charter, code=ExitCode.REFUSED)["missing"] == ["sur"]
    other = tmp_path / "sur.signature.toml"
    run(*sign, tmp_path / "sur", "--out", other)
    assert run("federation", "collect", charter, other)["missing"] == []
    shown = run("federation", "show", charter)
    assert shown["coops"] == ["norte", "sur"]
    for coop in ("norte", "sur"):
        run("node", "install", tmp_path / coop, charter)
        assert load_folder(tmp_path / coop).founding.federation.hex() == shown["federation"]


@pytest.mark.parametrize(
    ("words", "bound"),
    [([], 100_000), (["--entries-per-day", "250"], 250), (["--entries-per-day", "0"], None)],
)
def test_a_new_charter_bounds_the_entries_of_a_day_unless_told_otherwise(
    tmp_path: Path, passphrase: Path, words: list[str], bound: int | None
) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options, *words)
    assert parse_founding(charter.read_bytes()).genesis.entries_per_day == bound
    shown = CliRunner().invoke(main, ["federation", "show", str(charter)]).stdout
    assert ("no bound" if bound is None else f"at most {bound}") in shown


def test_a_charter_that_nobody_signed_is_not_installed(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    error = run("node", "install", tmp_path / "norte", charter, code=ExitCode.REFUSED)
    assert error["name"] == "charter_unsigned"
    assert "fiado federation sign" in error["remedy"]
    run("federation", "sign", charter, "--yes", "--node", tmp_path / "norte")
    error = run("node", "install", tmp_path / "norte", charter, code=ExitCode.REFUSED)
    assert error["message"].startswith("charter.signatures.toml: coop sur has not signed")
    assert "fiado federation show" in error["remedy"]
    assert not (tmp_path / "norte" / "charter.toml").exists()


@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), ("", 130)])
def test_who_does_not_agree_has_signed_nothing(
    tmp_path: Path, passphrase: Path, typed: str, code: int
) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    words = ["federation", "sign", str(charter), "--node", str(tmp_path / "norte")]
    result = CliRunner().invoke(main, words, input=typed)
    assert result.exit_code == code
    assert "othing was signed" in result.stderr
    assert not (tmp_path / "charter.signatures.toml").exists()
    assert CliRunner().invoke(main, words, input="y\n").exit_code == ExitCode.OK


def test_a_program_that_does_not_say_yes_signs_nothing(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    words = ("federation", "sign", charter, "--node", tmp_path / "norte")
    assert "--yes" in run(*words, code=ExitCode.USAGE)["message"]
    assert not (tmp_path / "charter.signatures.toml").exists()


def test_a_draft_that_lacks_keys_says_so(tmp_path: Path) -> None:
    charter = tmp_path / "charter.toml"
    made = run("federation", "init", charter, "--name", "Ferias", "--coop", "norte")
    assert made["is_complete"] is False
    assert "still missing" in charter.read_text(encoding="utf-8")
    assert run("federation", "show", charter, code=ExitCode.REFUSED)["name"] == "charter"


def test_a_draft_explains_itself_in_the_language_that_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    charter = tmp_path / "charter.toml"
    words = ["federation", "init", str(charter), "--name", "Ferias", "--coop", "norte"]
    words += ["--index", "survey", "--base", "2026-01-15=1000"]
    monkeypatch.setenv("FIADO_LANG", "es")
    assert CliRunner().invoke(main, words).exit_code == ExitCode.OK
    lines = charter.read_text(encoding="utf-8").splitlines()
    said = " ".join(line.removeprefix("# ") for line in lines if line.startswith("# "))
    for part in ("La carta de una federación.", "en unidades.", "Una encuesta cada tantos días"):
        assert part in said
    assert all(len(line) <= 100 for line in lines)
    assert not any(word in said for word in ("cooperatives", "must sign", "Everybody", "survey"))
    assert 'source = "las canastas de las propias cooperativas"' in lines
    assert run("federation", "show", charter, code=ExitCode.REFUSED)["name"] == "charter"


KEY = "ab" * 32


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--coop", "norte=Otra"), "norte is given twice"),
        (("--node-key", "norte=zz"), "a key is 64 hex digits"),
        (("--node-key", f"norte={KEY.upper()}"), "a key is 64 hex digits"),
        (("--steward", "norte=ana:zz"), "a key is 64 hex digits"),
        (("--node-key", f"norte={KEY}", "--node-key", f"norte={KEY}"), "given twice for norte"),
        (("--node-key", f"este={KEY}"), "there is no cooperative este here"),
        (("--threshold", "este=2"), "there is no cooperative este here"),
        (("--threshold", "norte"), "write a cooperative's name, = and the value"),
    ],
)
def test_what_a_draft_can_not_mean_is_refused(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    file = tmp_path / "charter.toml"
    given = ("federation", "init", file, "--name", "Ferias", "--coop", "norte=Norte")
    assert told in run(*given, *words, code=ExitCode.USAGE)["message"]
    assert not file.exists()


def test_a_file_that_holds_no_signatures_is_named(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    other = tmp_path / "other.toml"
    for text in ("hello", charter.read_text(encoding="utf-8")):
        other.write_text(text, encoding="utf-8")
        error = run("federation", "collect", charter, other, code=ExitCode.REFUSED)
        assert error["message"].startswith(f"{other} is not a file of signatures")
        assert "fiado federation sign" in error["remedy"]


def test_a_draft_never_replaces_a_file(tmp_path: Path) -> None:
    charter = tmp_path / "charter.toml"
    charter.write_text("ours", encoding="utf-8")
    words = ("federation", "init", charter, "--name", "Ferias", "--coop", "norte")
    assert "never replaces one" in run(*words, code=ExitCode.USAGE)["message"]
    assert charter.read_text(encoding="utf-8") == "ours"


def test_a_changed_charter_loses_its_signatures(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    for coop in ("norte", "sur"):
        run("federation", "sign", charter, "--yes", "--node", tmp_path / coop)
    charter.write_text(charter.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    shown = run("federation", "show", charter, code=ExitCode.REFUSED)
    assert shown["missing"] == ["norte", "sur"]
    words = ("node", "install", tmp_path / "norte", charter)
    assert run(*words, code=ExitCode.REFUSED)["name"] == "node_folder"


def test_a_second_draft_leaves_the_signatures_of_the_first_alone(
    tmp_path: Path, passphrase: Path
) -> None:
    charter, options = found(tmp_path, passphrase)
    second = tmp_path / "second.toml"
    run("federation", "init", charter, "--name", "Ferias", *options)
    run("federation", "init", second, "--name", "Otras ferias", *options)
    for coop in ("norte", "sur"):
        run("federation", "sign", charter, "--yes", "--node", tmp_path / coop)
    signed = (tmp_path / "charter.signatures.toml").read_bytes()
    done = run("federation", "sign", second, "--yes", "--node", tmp_path / "norte")
    assert (done["file"], done["missing"]) == (str(tmp_path / "second.signatures.toml"), ["sur"])
    words = ("federation", "sign", second, "--yes", "--node", tmp_path / "norte", "--out")
    error = run(*words, tmp_path / "charter.signatures.toml", code=ExitCode.REFUSED)
    assert error["name"] == "signatures_of_another_charter"
    assert (tmp_path / "charter.signatures.toml").read_bytes() == signed
    run("federation", "show", charter)
    other = tmp_path / "sur.toml"
    run("federation", "sign", second, "--yes", "--node", tmp_path / "sur", "--out", other)
    run("federation", "collect", second, other)
    run("node", "install", tmp_path / "norte", second)
    federation = run("federation", "show", second)["federation"]
    assert load_folder(tmp_path / "norte").founding.federation.hex() == federation


def test_a_charter_is_not_installed_where_there_is_no_node(
    tmp_path: Path, passphrase: Path
) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    for coop in ("norte", "sur"):
        run("federation", "sign", charter, "--yes", "--node", tmp_path / coop)
    error = run("node", "install", tmp_path / "nort", charter, code=ExitCode.REFUSED)
    assert error["name"] == "node_missing"
    assert "fiado node init" in error["remedy"]
    assert not (tmp_path / "nort").exists()


def test_a_charter_without_this_node_is_not_installed(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    for coop in ("norte", "sur"):
        run("federation", "sign", charter, "--yes", "--node", tmp_path / coop)
    run("node", "init", tmp_path / "este", "--coop", "este")
    run("node", "init", tmp_path / "elsewhere", "--coop", "sur")
    for folder, said in (("este", "no coop named este"), ("elsewhere", "not the key")):
        words = ("node", "install", tmp_path / folder, charter)
        error = run(*words, code=ExitCode.INPUT_OUTPUT)
        assert error["name"] == "node_folder"
        assert said in error["message"]
        assert not (tmp_path / folder / "charter.toml").exists()


def test_a_node_that_is_not_in_the_charter_can_not_sign(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    run("node", "init", tmp_path / "este", "--coop", "este")
    words = ("federation", "sign", charter, "--yes", "--node", tmp_path / "este")
    assert run(*words, code=ExitCode.REFUSED)["name"] == "node_key_unknown"


def test_a_nodes_folder_is_never_made_twice(tmp_path: Path) -> None:
    run("node", "init", tmp_path / "norte", "--coop", "norte")
    key = (tmp_path / "norte" / "node.key").read_bytes()
    error = run("node", "init", tmp_path / "norte", "--coop", "norte", code=ExitCode.INPUT_OUTPUT)
    assert error["name"] == "node_folder"
    assert error["message"].startswith("node.toml: already in")
    assert (tmp_path / "norte" / "node.key").read_bytes() == key


def test_a_folder_that_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["node", "run", str(tmp_path / "nowhere")])
    assert result.exit_code == ExitCode.INPUT_OUTPUT
    assert "fiado node init" in result.stderr


def test_the_doctor_reminds_of_a_restored_node(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    for coop in ("norte", "sur"):
        run("federation", "sign", charter, "--yes", "--node", tmp_path / coop)
    run("node", "install", tmp_path / "norte", charter)
    words = ("doctor", "--folder", tmp_path / "norte", "--wallet", tmp_path / "none")
    assert "restored" not in [each["name"] for each in run(*words)["checks"]]
    with (tmp_path / "norte" / "node.toml").open("a", encoding="utf-8") as settings:
        settings.write("[engine]\nrestored = true\n")
    checks = {each["name"]: each for each in run(*words)["checks"]}
    assert checks["restored"]["health"] == "note"
    assert "wallet" not in checks


def test_the_status_of_a_folder_is_asked_where_its_node_listens(tmp_path: Path) -> None:
    run("node", "init", tmp_path / "norte", "--coop", "norte", "--host", "0.0.0.0", "--port", "1")
    error = run("node", "status", tmp_path / "norte", code=ExitCode.NODE_UNREACHABLE)
    assert error["node"] == "http://127.0.0.1:1"
    assert f"The node in {tmp_path / 'norte'} does not run" in error["message"]
    assert "fiado node run" in error["remedy"]
    error = run("node", "status", "http://127.0.0.1:1", code=ExitCode.NODE_UNREACHABLE)
    assert "Check the address" in error["remedy"]


def test_a_node_without_charter_says_what_is_missing(tmp_path: Path) -> None:
    run("node", "init", tmp_path / "norte", "--coop", "norte")
    result = CliRunner().invoke(main, ["node", "run", str(tmp_path / "norte")])
    assert result.exit_code != ExitCode.OK
    assert "charter" in result.output + result.stderr


def test_the_doctor_sees_a_wallet_that_others_can_read(tmp_path: Path, passphrase: Path) -> None:
    wallet = tmp_path / "wallet.json"
    run("wallet", "new", "--wallet", wallet, "--passphrase-file", passphrase)
    assert run("doctor", "--wallet", wallet, "--folder", tmp_path, code=ExitCode.REFUSED)
    healthy = run("doctor", "--wallet", wallet)
    assert healthy["healthy"] is True
    wallet.chmod(0o644)
    checks = run("doctor", "--wallet", wallet, code=ExitCode.REFUSED)["checks"]
    assert [check["name"] for check in checks if check["health"] == "bad"] == ["wallet"]


@pytest.mark.parametrize(
    ("base", "value"), [("2026-01-15=1000", "1000.000000"), ("2026-01-15=184,9330", "184.933000")]
)
def test_what_a_unit_is_worth_is_read_with_either_mark(
    tmp_path: Path, base: str, value: str
) -> None:
    charter = tmp_path / "charter.toml"
    words = ("--name", "F", "--coop", "norte=N", "--index", "cer", "--base", base)
    run("federation", "init", charter, *words)
    assert f'base_value = "{value}"' in charter.read_text(encoding="utf-8")


@pytest.mark.parametrize("value", ["1.000", "1,000", "1e3", "", "0.5", "-5", "inf"])
def test_a_doubtful_worth_of_a_unit_is_refused(tmp_path: Path, value: str) -> None:
    charter = tmp_path / "charter.toml"
    base = f"2026-01-15={value}"
    words = ("--name", "F", "--coop", "norte=N", "--index", "cer", "--base", base)
    error = run("federation", "init", charter, *words, code=ExitCode.USAGE)
    if value == "1.000":
        assert "could mean 1 or 1000" in error["message"]
    assert not charter.exists()


def test_a_store_of_an_unknown_kind_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "norte-node"
    refused = run(
        "node", "init", folder, "--coop", "norte", "--store", "mysql://u:secret@h/x",
        code=ExitCode.USAGE,
    )  # fmt: skip
    assert refused["name"] == "store_url_malformed"
    assert "mysql" in refused["message"]
    assert "secret" not in str(refused)
    assert not folder.exists()


def test_the_peers_of_the_operators_page_can_be_added_as_they_stand(
    tmp_path: Path, passphrase: Path
) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    for coop in ("norte", "sur"):
        run("federation", "sign", charter, "--yes", "--node", tmp_path / coop)
    installed = run("node", "install", tmp_path / "norte", charter)
    assert installed["peers_unnamed"] == ["sur"]
    page = (PROJECT / "docs" / "OPERATING.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^    \[peers\]\n(?:    .+\n)+", page, re.MULTILINE)
    with (tmp_path / "norte" / "node.toml").open("a", encoding="utf-8") as settings:
        settings.write(block)
    assert load_folder(tmp_path / "norte").peers == {2: "https://fiado.sur.example"}
    again = run("node", "install", tmp_path / "norte", charter)
    assert again["peers_unnamed"] == []


def test_the_doctor_sees_a_node_that_does_not_run_and_knows_nobody(
    tmp_path: Path, passphrase: Path
) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    for coop in ("norte", "sur"):
        run("federation", "sign", charter, "--yes", "--node", tmp_path / coop)
    run("node", "install", tmp_path / "norte", charter)
    words = ("doctor", "--folder", tmp_path / "norte", "--wallet", tmp_path / "none")
    checks = {each["name"]: each for each in run(*words)["checks"]}
    assert "fiado node run" in checks["node"]["remedy"]
    assert "[peers]" in checks["peers"]["remedy"]
    assert "wages" not in checks
    with (tmp_path / "norte" / "node.toml").open("a", encoding="utf-8") as settings:
        settings.write('[wage]\nname = "CVS"\n')
    checks = {each["name"]: each for each in run(*words)["checks"]}
    assert checks["wages"]["health"] == "note"
    assert "wage.csv: it can't be read" in checks["wages"]["found"]


def test_a_port_that_is_taken_has_its_own_advice(tmp_path: Path, passphrase: Path) -> None:
    charter, options = found(tmp_path, passphrase)
    run("federation", "init", charter, "--name", "Ferias", *options)
    for coop in ("norte", "sur"):
        run("federation", "sign", charter, "--yes", "--node", tmp_path / coop)
    run("node", "install", tmp_path / "norte", charter)
    settings = tmp_path / "norte" / "node.toml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = re.sub("port = [0-9]+", f"port = {port}", settings.read_text(encoding="utf-8"))
        settings.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "cli", "node", "run", str(tmp_path / "norte")]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == ExitCode.INPUT_OUTPUT
    assert f"port {port}" in ended.stderr
    assert "two ports" in ended.stderr and "disk" not in ended.stderr


@pytest.mark.parametrize(
    ("stewards", "threshold", "is_warned"),
    [
        (1, None, True),
        (2, None, True),
        (2, 1, False),
        (3, None, False),
        (3, 3, True),
        (0, None, False),
    ],
)
def test_stewards_of_whom_none_can_be_spared_are_warned_of(
    tmp_path: Path, stewards: int, threshold: int | None, is_warned: bool
) -> None:
    words = ["federation", "init", str(tmp_path / "c.toml"), "--name", "F", "--coop", "norte=N"]
    for number in range(stewards):
        words += ["--steward", f"norte=s{number}:{number:064x}"]
    if threshold is not None:
        words += ["--threshold", f"norte={threshold}"]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == ExitCode.OK, told.output
    assert ("must sign everything" in told.stderr) == is_warned


def test_a_node_without_a_charter_is_refused_and_is_no_fault_of_the_disk(
    tmp_path: Path, passphrase: Path
) -> None:
    found(tmp_path, passphrase)
    ended = CliRunner().invoke(main, ["node", "run", str(tmp_path / "norte")])
    assert ended.exit_code == ExitCode.REFUSED
    assert "federation show" in ended.stderr
