"""What every part of the HTTP interface needs: reading, answering, problems, schemas, sessions."""
