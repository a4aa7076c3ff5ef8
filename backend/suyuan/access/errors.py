"""Why a token does not open."""

from __future__ import annotations

from suyuan.kernel.errors import NotFound, Refused, Unauthenticated


class TokenWrong(Unauthenticated):
    """Not a token of ours. Says no more, so that nothing can be learnt by trying."""

    code = "token.wrong"


class TokenExpired(Unauthenticated):
    """The holder showed the right secret, too late."""

    code = "token.expired"


class TokenRevoked(Unauthenticated):
    """The holder showed the right secret of a token that was taken back."""

    code = "token.revoked"


class TokenRefused(Refused):
    """A token cannot be made like that."""

    code = "token.refused"


class TokenUnknown(NotFound):
    """There is no token with this id."""

    code = "token.unknown"
