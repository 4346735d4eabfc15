"""Commands that found a federation: its charter, drafted and signed."""

from cli.shell.errors import words_stand_in

words_stand_in("cli.node.words", "cli.federation.words", "cli.steward.words")
