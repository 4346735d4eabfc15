"""The stewards' part of the HTTP interface: requests to join, and drafts that gather signatures."""
