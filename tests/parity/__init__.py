"""Tests that the native and the reference validator agree."""
