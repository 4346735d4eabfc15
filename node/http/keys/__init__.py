"""Over HTTP, for anybody: whose key is being replaced, and what a new device has to know to ask for it."""
