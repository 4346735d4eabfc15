"""The command that checks a node's logs again from the first entry."""
