"""What watches over the node: its clock, its disk, its links, and what is to be told of them."""
