"""Commands for whoever runs a node: to install, run and examine it."""
