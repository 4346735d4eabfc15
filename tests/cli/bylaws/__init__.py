"""Bylaws on the command line."""
