"""What can be wrong with an application or a paper."""

from __future__ import annotations

from suyuan.kernel.errors import Conflict, Forbidden, NotFound, Refused, TooMany


class ApplicationUnknown(NotFound):
    """There is no such application, or it is another's."""

    code = "application.unknown"


class DocumentUnknown(NotFound):
    """There is no such paper, or it is another's."""

    code = "document.unknown"


class ApplicationRefused(Refused):
    """The application cannot be handed in like that; every fault with the field that it is about."""

    code = "application.refused"


class DocumentRefused(Refused):
    """The paper cannot be taken like that."""

    code = "document.refused"


class WrongState(Conflict):
    """The application or paper is at another point of its way: decided, handed in, or withdrawn."""

    code = "application.state"


class ChecksFail(Conflict):
    """The automatic checks find a fault, so that it cannot be approved; it can be sent back or refused."""

    code = "application.checks-fail"


class OwnApplication(Forbidden):
    """Whoever entered an application does not decide on it."""

    code = "application.four-eyes"


class TooManyApplications(TooMany):
    """More applications from this place than people make by hand; later there is room again."""

    code = "application.too-many"
