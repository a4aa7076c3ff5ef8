"""What keeps a chain from being used; each message is one sentence for the operator."""

from __future__ import annotations

from suyuan.kernel.errors import ErrorKind, SuyuanError


class ChainMisconfigured(SuyuanError):
    """A setting about the chain cannot be used; nothing was started."""

    code = "chain.misconfigured"
    kind = ErrorKind.INTERNAL


class BadPolicy(ChainMisconfigured):
    """The setting names no finality policy."""

    code = "chain.policy"


class BadRelayerKey(ChainMisconfigured):
    """The relayer's key cannot be used here; the message never contains it."""

    code = "chain.relayer_key"


class WrongChain(ChainMisconfigured):
    """The node serves another chain, or other code, than the deployment file says."""

    code = "chain.wrong"


class NotDeployed(ChainMisconfigured):
    """There is no deployment for this chain."""

    code = "chain.not_deployed"


class DeploymentFailed(ChainMisconfigured):
    """A deployment step did not do what it must; it can be run again."""

    code = "chain.deployment_failed"


class NodeMissing(ChainMisconfigured):
    """The embedded node's program is not installed, or does not start."""

    code = "chain.node_missing"


class NodeBusy(ChainMisconfigured):
    """Another process supervises the embedded node of this data folder."""

    code = "chain.node_busy"
