"""What is claimed, what was settled, and what would happen if an account closed now."""
