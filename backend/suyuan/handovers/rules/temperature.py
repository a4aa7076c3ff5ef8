"""HA2, HA5, HA6, HA7: temperatures and how they were taken (GB 31605-2020, GB/T 28843, GB/T 22918)."""

from __future__ import annotations

from collections.abc import Iterable

from suyuan.handovers.numbers import celsius
from suyuan.handovers.rules.model import Finding, LineFacts, Measured, Profile, Reading, Verdict

#: Packs whose surface is taken: door, middle, front.
PACKS = 3
#: Degrees (in hundredths) that an empty vehicle may be off before loading is refused, and that goods may
#: change between two hands.
OFF = 300
#: Minutes at the limit before loading, chilled and frozen; minutes that goods may stand in the open.
PRECOOL, PRECOOL_FROZEN, EXPOSED = 10, 30, 30


def limit_text(profile: Profile) -> str:
    """The limits with their unit, as they are shown."""
    low = "" if profile.low is None else celsius(profile.low)
    high = "" if profile.high is None else celsius(profile.high + profile.tolerance)
    if low and high:
        return f"{low}…{high} ℃"
    return f"≤ {high} ℃" if high else f"≥ {low} ℃"


def ha2(facts: LineFacts) -> list[Finding]:
    """The vehicle's air was at the limit before loading; what the sender measured counts."""
    told = [each for each in (facts.sender, facts.receiver) if each and each.precool is not None]
    if not told or facts.profile is None:
        return [_found("HA2", Verdict.UNMEASURED, "not_measured", facts)]
    air, minutes = told[0].precool or 0, told[0].precool_minutes
    off = _off(air, facts.profile)
    needed = PRECOOL_FROZEN if facts.profile.frozen else PRECOOL
    value, limit = f"{celsius(air)} ℃", limit_text(facts.profile)
    if off > OFF:
        return [_found("HA2", Verdict.BLOCK, "precool_far_off", facts, value, limit)]
    if off:
        return [_found("HA2", Verdict.WARN, "precool_off", facts, value, limit)]
    if minutes is None or minutes < needed:
        said = "–" if minutes is None else f"{minutes} min"
        return [_found("HA2", Verdict.WARN, "precool_short", facts, said, f"≥ {needed} min")]
    return [_found("HA2", Verdict.PASS, "within", facts, value, limit)]


def ha5(facts: LineFacts) -> list[Finding]:
    """Surface of three packs; if one is out, between packs; if that is out, the core."""
    measured = facts.receiver
    if facts.profile is None or measured is None or not measured.has_temperature:
        return [_found("HA5", Verdict.UNMEASURED, "not_measured", facts)]
    places = {each.place for each in measured.surface}
    value = f"{len(places)}"
    if measured.core:
        return [_found("HA5", Verdict.PASS, "core_taken", facts, f"{len(measured.core)}", "≥ 1")]
    if len(places) < PACKS:
        return [_found("HA5", Verdict.CONDITIONAL, "too_few_packs", facts, value, f"≥ {PACKS}")]
    if _outside(measured.surface, facts.profile) and not measured.between:
        value, limit = _worst(_kept(measured.surface), facts.profile), limit_text(facts.profile)
        return [_found("HA5", Verdict.CONDITIONAL, "between_missing", facts, value, limit)]
    if _outside(measured.between, facts.profile):
        value, limit = _worst(_kept(measured.between), facts.profile), limit_text(facts.profile)
        return [_found("HA5", Verdict.CONDITIONAL, "core_missing", facts, value, limit)]
    return [_found("HA5", Verdict.PASS, "method_kept", facts, value, f"≥ {PACKS}")]


def ha6(facts: LineFacts) -> list[Finding]:
    """What goods may have when they change hands: the deepest measurement that was taken decides."""
    measured, profile = facts.receiver, facts.profile
    if profile is None or measured is None or not measured.has_temperature:
        return [_found("HA6", Verdict.UNMEASURED, "not_measured", facts)]
    limit = limit_text(profile)
    core = _kept(measured.core)
    if _outside(core, profile):
        return [_found("HA6", Verdict.BLOCK, "core_out", facts, _worst(core, profile), limit)]
    shallow = [*_kept(measured.surface), *_kept(measured.between)]
    if not shallow and not core:
        return [_found("HA6", Verdict.UNMEASURED, "only_refused_measured", facts)]
    if not _outside(shallow, profile):
        return [_found("HA6", Verdict.PASS, "within", facts, _worst(core or shallow, profile), limit)]
    return [_surface_out(facts, profile, shallow, has_core=bool(core))]


def _surface_out(facts: LineFacts, profile: Profile, shallow: list[Reading], *, has_core: bool) -> Finding:
    """A surface out of the limits, while no core is."""
    value, limit, band = _worst(shallow, profile), limit_text(profile), profile.surface_high
    if band is not None and max(each.centi for each in shallow) > band:
        verdict = Verdict.CONDITIONAL if has_core else Verdict.BLOCK
        return _found("HA6", verdict, "surface_far", facts, value, f"≤ {celsius(band)} ℃")
    if has_core:
        verdict = Verdict.CONDITIONAL if band is None else Verdict.PASS
        return _found("HA6", verdict, "surface_out_core_in", facts, value, limit)
    return _found("HA6", Verdict.CONDITIONAL, "surface_out", facts, value, limit)


def ha7(facts: LineFacts) -> list[Finding]:
    """Goods change by at most 3 degrees from the sender's reading and stand in the open at most 30 min."""
    return [_change(facts), _exposure(facts)]


def _change(facts: LineFacts) -> Finding:
    before, after = warmest(facts.sender), warmest(facts.receiver)
    if before is None or after is None:
        return _found("HA7", Verdict.UNMEASURED, "change_unknown", facts)
    change = after - before
    value, limit = f"{celsius(change)} K", f"≤ {celsius(OFF)} K"
    if abs(change) > OFF:
        return _found("HA7", Verdict.HOLD, "changed_much", facts, value, limit)
    return _found("HA7", Verdict.PASS, "change_within", facts, value, limit)


def _exposure(facts: LineFacts) -> Finding:
    minutes = facts.receiver.exposure_minutes if facts.receiver else None
    if minutes is None:
        return _found("HA7", Verdict.UNMEASURED, "exposure_unknown", facts)
    verdict, says = (Verdict.HOLD, "exposed_long") if minutes > EXPOSED else (Verdict.PASS, "exposure_within")
    return _found("HA7", verdict, says, facts, f"{minutes} min", f"≤ {EXPOSED} min")


def warmest(measured: Measured | None) -> int | None:
    """The warmest surface that goes on, else the warmest of what was taken; None without a reading."""
    if measured is None:
        return None
    for readings in (measured.surface, measured.between, measured.core):
        kept = _kept(readings)
        if kept:
            return max(each.centi for each in kept)
    return None


def _kept(readings: Iterable[Reading]) -> list[Reading]:
    return [each for each in readings if not each.refused]


def _off(value: int, profile: Profile) -> int:
    """How far outside the limits, in hundredths; 0 inside and on them."""
    if profile.high is not None and value > profile.high + profile.tolerance:
        return value - profile.high - profile.tolerance
    return profile.low - value if profile.low is not None and value < profile.low else 0


def _outside(readings: Iterable[Reading], profile: Profile) -> bool:
    return any(_off(each.centi, profile) for each in _kept(readings))


def _worst(readings: Iterable[Reading], profile: Profile) -> str:
    worst = max(readings, key=lambda each: (_off(each.centi, profile), each.centi))
    return f"{celsius(worst.centi)} ℃"


def _found(  # noqa: PLR0913, PLR0917 - what one finding is made of
    rule: str, verdict: Verdict, says: str, facts: LineFacts, value: str = "", limit: str = ""
) -> Finding:
    return Finding(rule, verdict, says, value, limit, facts.line)
