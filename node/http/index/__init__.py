"""The indexed unit over HTTP: its values, how the next comes about, and publishing."""
