"""The open books over HTTP, how the node is, and where the others answer."""
