"""What happened to whom: rows that only grow, for to-do lists, live pages and webhooks.

The room below the way to the chain: whoever records something that a party should hear of tells it in the
same transaction, and nobody is called. Readers come by themselves.
"""

from suyuan.notices.tell import tell

__all__ = ["tell"]
