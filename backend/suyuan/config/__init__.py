"""Settings: read once at the start, wrong ones refused all together, secrets without default values."""

from suyuan.config.keys import Keys, load_keys
from suyuan.config.settings import Settings, SettingsWrong, load

__all__ = ["Keys", "Settings", "SettingsWrong", "load", "load_keys"]
