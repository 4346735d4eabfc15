"""Tests of `cli.paying`."""
