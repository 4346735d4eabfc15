"""A node's folder."""
