"""A node's folder: what lies in it, how it is read, and how a new one is written."""
