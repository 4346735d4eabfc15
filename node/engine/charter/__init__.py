"""The charter as a subject of decisions, and coops that want to join."""
