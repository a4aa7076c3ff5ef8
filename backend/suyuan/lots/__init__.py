"""Lots and their genealogy: what there is, what it was made of, where it lies packed, and who holds it.

The graph and the sums are pure; the tables are this room's own.
"""
