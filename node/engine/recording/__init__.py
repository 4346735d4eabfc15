"""The own log: what people ask for becomes entries, and peers' logs are anchored in it."""
