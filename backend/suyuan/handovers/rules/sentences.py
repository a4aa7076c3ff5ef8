"""What each finding says, and what to do about it; the pages have their own words for the same codes."""

from __future__ import annotations

from suyuan.handovers.rules.model import Finding
from suyuan.kernel.errors import Fault

#: Code -> (sentence, what to do).
SENTENCES: dict[str, tuple[str, str]] = {
    "not_measured": ("nothing was measured", "measure it, or give a choice with a reason"),
    "within": ("within the limits", ""),
    "precool_off": ("the vehicle was not at the limit before loading", "cool it before the next loading"),
    "precool_far_off": ("the vehicle was far off the limit", "refuse the load, or cool the vehicle first"),
    "precool_short": ("the vehicle was not at the limit long enough", "let it stand before loading"),
    "core_taken": ("the core was measured", ""),
    "too_few_packs": ("fewer packs than needed were measured", "measure at door, middle and front"),
    "between_missing": ("a surface is out of the limits", "measure between packs, then the core"),
    "core_missing": ("between packs it is out of the limits", "measure the core"),
    "method_kept": ("measured as the standard asks", ""),
    "core_out": ("the core is out of the limits", "refuse these goods"),
    "only_refused_measured": ("only packs that are refused were measured", "measure the others as well"),
    "surface_far": ("the surface is far out of the limits", "measure the core, or refuse these goods"),
    "surface_out_core_in": ("the surface is out of the limits, the core within", "give a reason"),
    "surface_out": ("the surface is out of the limits", "measure the core"),
    "change_unknown": ("the sender's or the receiver's reading is missing", ""),
    "changed_much": ("the temperature changed by more than 3 degrees", "let quality staff look at it"),
    "change_within": ("the temperature hardly changed", ""),
    "exposure_unknown": ("nobody said how long the goods stood in the open", ""),
    "exposed_long": ("the goods stood in the open for too long", "let quality staff look at it"),
    "exposure_within": ("the goods did not stand in the open for too long", ""),
    "scanned": ("both sides scanned the same code", ""),
    "not_scanned": ("nobody said that the code was scanned", ""),
    "scan_differs": ("the scanned code is another's", "look for the right goods, or refuse"),
    "seal_not_sent": ("the sender named no seal", ""),
    "seal_unread": ("the receiver read no seal", ""),
    "seal_equal": ("the seal is the sender's", ""),
    "seal_differs": ("the seal is not the sender's", "refuse, and keep a photo of the seal"),
    "packs_uncounted": ("the packs were not counted on both sides", ""),
    "packs_equal": ("as many packs as were sent", ""),
    "packs_differ_declared": ("fewer packs; the missing amount is declared", ""),
    "packs_differ": ("another number of packs than was sent", "count again, or declare what is missing"),
    "packaging_unseen": ("nobody looked at the packaging", ""),
    "packaging_good": ("the packaging is dry and clean", ""),
    "sums_differ": ("accepted, refused and missing are not what was sent", "make the three add up to it"),
    "sums_close": ("the figures add up", ""),
    "sums_close_missing": ("the figures add up, and something is missing", ""),
    "reason_missing": ("a refusal without a reason", "choose why"),
    "evidence_missing": ("a refusal without evidence", "add a photo, a file or a measurement"),
    "refusal_shown": ("the refusal has a reason and evidence", ""),
    "no_trip_record": ("there is no telemetry of the way", ""),
    "trip_complete": ("the record of the way is whole", ""),
    "trip_from_logger": ("the record of the way has holes; the logger was read here", ""),
    "trip_incomplete": ("the record of the way is INCOMPLETE", "read the logger on the spot"),
    "excursion_open": ("an excursion is open", "let quality staff decide"),
    "budget_used": ("the time outside the limits is used up", "let quality staff decide"),
    "no_excursion": ("no excursion is open", ""),
    "instrument_unnamed": ("no instrument is named", "say what it was measured with"),
    "calibration_over": ("the instrument's calibration has run out", "measure with a calibrated one"),
    "too_uncertain": ("the instrument is not exact enough", "measure with a better one"),
    "instrument_good": ("the instrument is calibrated and exact enough", ""),
    "vehicle_unseen": ("nobody looked at vehicle and dock", ""),
    "vehicle_dirty": ("vehicle or dock are dirty", "have it cleaned"),
    "vehicle_good": ("vehicle and dock are clean", ""),
    "co_load": ("something lies beside the goods that must not", "refuse, or have it parted"),
    "place_unknown": ("not both signers gave their place", ""),
    "places_apart": ("the signers were far from each other", ""),
    "places_near": ("both signers were at the same place", ""),
    "sensor_not_handed": ("no sensor went over with the goods", ""),
    "sensor_overlap": ("the sensor belongs to both for a while", "give one moment for both"),
    "sensor_hole": ("the sensor belongs to nobody for a while", "give one moment for both"),
    "sensor_seamless": ("the sensor changed hands in one moment", ""),
    "in_future": ("the answer claims a time that is still to come", "mend the clock"),
    "before_offer": ("answered before it was offered", "mend the time"),
    "before_departure": ("answered before the goods had left", "mend the time"),
    "in_order": ("the times are in order", ""),
}

#: Findings of packaging, each also without the photo that it needs.
_PACKAGING = {
    "packaging_wet": "the packaging is wet",
    "packaging_dirty": "the packaging is dirty",
    "thaw_signs": "there are signs of thawing",
    "ice_missing": "the ice is gone",
}
SENTENCES |= {code: (text, "give a reason") for code, text in _PACKAGING.items()}
SENTENCES |= {
    f"{code}_no_photo": (f"{text}, and no photo shows it", "add a photo") for code, text in _PACKAGING.items()
}


def as_fault(found: Finding) -> Fault:
    """The finding as a fault of the request, with value, limit and what to do."""
    text, fix = SENTENCES[found.says]
    figures = ", ".join(
        f"{name} {said}" for name, said in (("value", found.value), ("limit", found.limit)) if said
    )
    where = "" if found.line is None else f"/lines/{found.line - 1}"
    shown = f"{found.rule}: {text}" + (f" ({figures})" if figures else "")
    return Fault(where, f"{found.rule}.{found.says}", shown, fix)
