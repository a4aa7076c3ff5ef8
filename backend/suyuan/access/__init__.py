"""Who is calling, and what he may do. Knows parties only by their number."""
