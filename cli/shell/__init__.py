"""What every command needs: what it takes from people, what it prints, and how it ends."""
