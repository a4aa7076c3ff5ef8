"""The way to the chain: an ordered, durable queue of operations, and the loop that brings them home."""
