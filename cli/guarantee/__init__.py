"""`fiado guarantee`: answering for what another member owes."""
