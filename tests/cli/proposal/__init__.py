"""Proposals on the command line."""
