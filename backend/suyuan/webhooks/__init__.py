"""Notices sent on to systems of the parties: signed, retried, only to addresses that are public.

docs/formats/webhooks.md says what a receiver may rely on. Delivered at least once and in no promised order.
"""
