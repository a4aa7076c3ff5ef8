"""What can be wrong with parties."""

from __future__ import annotations

from suyuan.kernel.errors import Conflict, ErrorKind, Forbidden, NotFound, Refused, SuyuanError


class PartyRefused(Refused):
    """The party cannot be registered like that."""

    code = "party.refused"


class PartyUnknown(NotFound):
    """No party has this number or identifier."""

    code = "party.unknown"


class IdentifierTaken(Conflict):
    """Another party has this identifier, or this party has it already."""

    code = "party.identifier-taken"


class SiteTaken(Conflict):
    """The site belongs to another party."""

    code = "site.taken"


class SiteRefused(Refused):
    """The site cannot be registered like that."""

    code = "site.refused"


class KeyUnknown(NotFound):
    """The party has no such key."""

    code = "key.unknown"


class KeyTaken(Conflict):
    """A key belongs to one party, once."""

    code = "key.taken"


class KeyRefused(Refused):
    """It is not the address of a key."""

    code = "key.refused"


class KeyNeeded(Conflict):
    """It is the key that the party's submissions are signed with: rotate first."""

    code = "key.needed"


class RotationUnderWay(Conflict):
    """The last rotation is not final on the chain yet."""

    code = "key.rotation-under-way"


class NoCustodialKey(Conflict):
    """The party keeps its own key; we have nothing to rotate."""

    code = "key.not-custodial"


class QualificationRefused(Refused):
    """The qualification cannot be set like that."""

    code = "party.qualification"


class ChallengeUnknown(NotFound):
    """No such text was given to this party to sign, or it is too old, or it was used."""

    code = "key.challenge"


class KeyNotProven(Refused):
    """The signature does not show that the key is there."""

    code = "key.not-proven"


class KeyApprovalNeeded(Conflict):
    """The party signs itself: a new key is approved by a present one, or by two people when that is lost."""

    code = "key.approval-needed"


class RecoveryUnknown(NotFound):
    """The party has asked for no such recovery."""

    code = "key.recovery-unknown"


class RecoveryUnderWay(Conflict):
    """One recovery at a time."""

    code = "key.recovery-under-way"


class RecoveryEnded(Conflict):
    """It was approved, cancelled or done before."""

    code = "key.recovery-ended"


class SecondPersonNeeded(Forbidden):
    """The one who asks is not the one who approves."""

    code = "key.second-person"


class SuspicionRefused(Refused):
    """It cannot be said like that."""

    code = "key.suspicion"


class SignatureRefused(SuyuanError):
    """A signature that does not count. Its code says why: `signature.form`, `signature.wrong-key`,
    `signature.key-revoked`, `signature.key-waits`, `signature.count`, `signature.not-asked`.
    """

    code = "signature.refused"
    kind = ErrorKind.REFUSED


class SealBroken(SuyuanError):
    """A custodial key does not open: another master key, or a changed row. Nothing is signed with it."""

    code = "key.seal-broken"
