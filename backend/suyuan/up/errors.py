from __future__ import annotations


class CannotStart(Exception):  # noqa: N818 - says what is the case
    """The system cannot be started; the message is one clear sentence for the person at the terminal."""
