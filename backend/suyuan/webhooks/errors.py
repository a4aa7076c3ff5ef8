"""What can be wrong with a webhook."""

from __future__ import annotations

from suyuan.kernel.errors import Conflict, NotFound, Refused


class EndpointRefused(Refused):
    """The endpoint cannot be registered as it is."""

    code = "webhook.refused"


class EndpointUnknown(NotFound):
    """There is no such endpoint of this party."""

    code = "webhook.unknown"


class DeliveryUnknown(NotFound):
    """There is no such delivery of this party."""

    code = "webhook.delivery_unknown"


class TooManyEndpoints(Conflict):
    """The party has as many endpoints as one may have."""

    code = "webhook.too_many"


class EndpointDisabled(Conflict):
    """Nothing is sent to an endpoint that is switched off."""

    code = "webhook.disabled"
