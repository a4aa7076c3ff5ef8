"""What the forms of all rooms have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from suyuan.kernel.clock import as_utc


def _as_utc(value: datetime) -> datetime:
    try:
        return as_utc(value)
    except OverflowError:
        raise ValueError("the time is beyond the years 1 to 9999 in UTC") from None


#: A time with its offset; answered in UTC.
Time = Annotated[AwareDatetime, AfterValidator(_as_utc)]


class Form(BaseModel):
    """Members are camelCase outside; unknown ones are refused, so that no typing error passes in silence."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, from_attributes=True
    )


class Names(Form):
    """A name by language; one at least."""

    zh: str | None = None
    en: str | None = None

    def given(self) -> dict[str, str]:
        return {language: name for language, name in (("zh", self.zh), ("en", self.en)) if name is not None}
