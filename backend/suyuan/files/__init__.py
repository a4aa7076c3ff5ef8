"""Files that people hand in: looked into before they are kept, kept once by their hash, and anchored.

What a file holds and who may see it are two things: two parties with the same bytes learn nothing of each
other.
"""
