"""In which language a new key's words are, if nobody says so."""

from cli.shell.language import language
from node.member.mnemonic import Language


def usual_language() -> str:
    """Spanish where Spanish is spoken; there are lists in that and in English only."""
    usual = Language.SPANISH if language() == "es" else Language.ENGLISH
    return str(usual.value)
