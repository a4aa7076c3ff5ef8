"""The way to the chain: a durable queue, one relayer, and the proof of what arrived. Knows hashes, not food.

A reader starts at `outbox` (what enters), `relay` (one pass) and `queries` (what can be seen).
"""
