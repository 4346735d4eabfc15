"""`fiado contact`: names for payees on this device."""
