"""Drafts of bulk uploads: kept, checked, mended, signed, submitted; nothing enters silently or in part unless
somebody chose it.

`sheets` knows what a row is; this room knows whose it is and how far it has come. A draft's rows lie in
blocks, its documents as they were prepared for the signature.
"""
