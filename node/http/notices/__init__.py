"""Notices: subscribing and leaving, and what a browser asks when it was told to look."""
