"""What a program needs to act for a member: wallet, journal, orders, memos, sessions, a node's client."""
