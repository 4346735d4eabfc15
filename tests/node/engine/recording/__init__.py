"""Tests of `node.engine.recording`."""
