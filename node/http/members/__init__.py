"""What members ask of their node over HTTP, and how they sign in."""
