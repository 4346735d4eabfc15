"""The federation: its charter in force, what was changed in it, and who wants to join."""
