"""What readers of TOML, JSON and UTF-8 say is wrong with a file, for the catalogues.

Only texts: `retelling` finds them in what such a reader said. One that a newer Python adds is told in English
until it stands here too.
"""

from typing import Final

from cli.shell.language import later

WORDS: Final = (
    later("{problem} (at line {line}, column {column})"),
    later("{problem} (at end of document)"),
    later("{problem}: line {line} column {column} (char {place})"),
    later("Cannot declare {key} twice"),
    later("Cannot mutate immutable namespace {key}"),
    later("Cannot overwrite a value"),
    later("Cannot redefine namespace {key}"),
    later("Duplicate inline table key {key}"),
    later("Escaped character is not a Unicode scalar value"),
    later("Expected '=' after a key in a key/value pair"),
    later("Expected ']' at the end of a table declaration"),
    later("Expected ']]' at the end of an array declaration"),
    later("Expected newline or end of document after a statement"),
    later("Expecting property name enclosed in double quotes"),
    later("Expecting value"),
    later("Expecting {mark} delimiter"),
    later("Extra data"),
    later("Found invalid character {character}"),
    later("Illegal character {character}"),
    later("Invalid date or datetime"),
    later("Invalid hex value"),
    later("Invalid initial character for a key part"),
    later("Invalid statement"),
    later("Invalid value"),
    later("Unclosed array"),
    later("Unclosed inline table"),
    later("Unescaped '\\' in a string"),
    later("Unterminated string"),
    later("Unterminated string starting at"),
    later("'utf-8' codec can't decode byte {byte} in position {place}: {problem}"),
    later("invalid start byte"),
    later("invalid continuation byte"),
    later("unexpected end of data"),
    # `node.folder.settings` says it so of the settings of a node, in the words of TOML.
    later("a whole number from {least} to {most}"),
    later("a table"),
)
