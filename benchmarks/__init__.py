"""Benchmarks: each prints JSON, checks its own result, and also runs small as a test."""
