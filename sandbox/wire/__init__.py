"""HTTP, both directions: the edge that everything comes in by, the courier that everything goes out by."""
