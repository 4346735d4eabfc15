"""Tests of `node.notices`."""
