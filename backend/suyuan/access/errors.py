"""Why somebody does not get in."""

from __future__ import annotations

from suyuan.kernel.errors import (
    Forbidden,
    NotFound,
    Refused,
    SuyuanError,
    TooMany,
    Unauthenticated,
    Unavailable,
)


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


class SessionEnded(Unauthenticated):
    """The session of this cookie is over, or never was: one answer for all."""

    code = "session.ended"


class SessionReplayed(SessionEnded):
    """Somebody showed a secret that was changed for another long ago: it was copied, as far as we know."""

    code = "session.replayed"

    def __init__(self, session: str) -> None:
        super().__init__("This session was ended, because its former secret was used again. Sign in again.")
        self.session = session


class CsrfWrong(Forbidden):
    """A page elsewhere may have sent this; nothing was done."""

    code = "session.csrf"


class ProofStale(Forbidden):
    """The act needs a recent proof of who acts (POST /api/v1/session/prove)."""

    code = "session.prove"


class AccountRefused(Refused):
    """An account cannot be made or changed like that."""

    code = "account.refused"


class AccountUnknown(NotFound):
    """There is no account with this id, or the caller may not know of it."""

    code = "account.unknown"


class SignInWrong(Unauthenticated):
    """Login and proof do not fit, whichever it is: one answer for all."""

    code = "sign-in.wrong"


class PasswordRefused(Refused):
    """A password cannot be set like that."""

    code = "password.refused"


class HashingBusy(Unavailable):
    """So many sign in at this moment that more would cost all memory."""

    code = "sign-in.busy"


class SlowDown(TooMany):
    """Too many failures: the next attempt waits. Never for good, and the right proof works after it."""

    code = "sign-in.slow-down"


class BegunWrong(Unauthenticated):
    """What was begun is over, was used already, or never was."""

    code = "sign-in.begun"


class InvitationWrong(NotFound):
    """No such link, or it is too old, used, or replaced by a newer one: one answer for all."""

    code = "invitation.unknown"


class ProofRefused(Refused):
    """A second factor or passkey cannot be set up like that."""

    code = "proof.refused"


class CompanyRefused(Refused):
    """A company's sign-in cannot be set up like that."""

    code = "company.refused"


class CompanyUnknown(NotFound):
    """There is no such company's sign-in."""

    code = "company.unknown"


class DemoAccounts(SuyuanError):
    """The demo's people could come into a system that is not a demonstration."""

    code = "accounts.of-demo"
