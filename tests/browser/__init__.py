"""Tests that drive a headless browser."""
