"""Commands that found a federation: its charter, drafted and signed."""
