"""Tests of `node.member`."""
