"""Leaving a cooperative, and what is claimed or was settled."""
