"""The command that checks a node's logs again from the first entry."""

from cli.shell.errors import words_stand_in

words_stand_in("cli.node.words")
