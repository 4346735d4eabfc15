"""Commands of a member's account: to join, its balance and its history."""
