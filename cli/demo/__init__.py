"""`fiado demo`: a federation of real nodes on this machine, to look at or to try real input on."""
