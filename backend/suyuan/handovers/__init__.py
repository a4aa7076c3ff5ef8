"""Handovers: one party offers, the other measures and answers.

Each act is an event under its party's own signature, stored in the same transaction as the room's own rows.
"""
