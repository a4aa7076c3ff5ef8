from __future__ import annotations


class CannotStart(Exception):
    """The system cannot be started; the message is one clear sentence for the person at the terminal."""
