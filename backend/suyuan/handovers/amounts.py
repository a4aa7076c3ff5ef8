"""How a receiver divides what was sent: exact, in the unit in which it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from suyuan.handovers.documents import counts_by_itself
from suyuan.handovers.errors import HandoverRefused
from suyuan.handovers.model import Handover, Line, LineResult, State
from suyuan.handovers.numbers import amount_text
from suyuan.handovers.schemas import LineAnswer, Reason
from suyuan.kernel.errors import Fault
from suyuan.lots.balance import in_common_unit
from suyuan.lots.model import Amount

_ZERO = Decimal(0)


def divided(found: Handover, answers: Sequence[LineAnswer]) -> list[LineResult]:
    """One result for each line; without answers everything is accepted.

    Raises HandoverRefused with every fault: lines that are missing or named twice, units that do not fit,
    parts of what cannot be parted, figures that do not add up (with the difference).
    """
    if not answers:
        return [LineResult(each.line, each.quantity, _ZERO, _ZERO, None) for each in found.lines]
    faults: list[Fault] = []
    results: dict[int, LineResult] = {}
    for place, answer in enumerate(answers):
        pointer = f"/lines/{place}"
        if answer.line > len(found.lines) or answer.line in results:
            message = f"line {answer.line} does not exist or is named twice"
            fix = f"give lines 1 to {len(found.lines)} once each"
            faults.append(Fault(f"{pointer}/line", "handover.line", message, fix))
            continue
        result, wrong = _result(found.line(answer.line), answer, pointer)
        faults += wrong
        results[answer.line] = result
    for line in found.lines:
        if line.line not in results and not faults:
            message = f"line {line.line} is not answered"
            faults.append(Fault("/lines", "handover.line_missing", message, "answer every line"))
    if faults:
        raise HandoverRefused(faults)
    return [results[line.line] for line in found.lines]


def _result(line: Line, answer: LineAnswer, pointer: str) -> tuple[LineResult, list[Fault]]:
    faults: list[Fault] = []
    figures = []
    for name in ("accepted", "refused", "missing"):
        value = in_unit(Decimal(getattr(answer, name)), answer.uom, line.uom)
        if value is None:
            message = f"{answer.uom} cannot be told exactly in {line.uom or 'pieces'}"
            fix = f"give it in {line.uom or 'pieces'}, as it was sent"
            faults.append(Fault(f"{pointer}/uom", "handover.unit", message, fix))
            break
        figures.append(value)
    if faults:
        return LineResult(line.line, _ZERO, _ZERO, line.quantity, None), faults
    accepted, refused, missing = figures
    whole = counts_by_itself(line.uri) and any(each not in (_ZERO, line.quantity) for each in figures)
    broken = not line.uom and any(each != each.to_integral_value() for each in figures)
    if whole or broken:
        message = f"{line.uri} cannot be parted like that"
        fix = "accept or refuse it whole; of a container, let the sender offer the lots in it"
        faults.append(Fault(pointer, "handover.not_divisible", message, fix))
    difference = line.quantity - sum(figures)
    if difference:
        said = " + ".join(amount_text(each) for each in figures)
        way = "missing from" if difference > 0 else "too much in"
        message = (
            f"{said} is not the {amount_text(line.quantity)} that was sent; "
            f"{amount_text(abs(difference))} is {way} the sum"
        )
        fix = "accepted + refused + missing must be what was sent"
        faults.append(Fault(pointer, "HA13.sums_differ", message, fix))
    reason = answer.reason or ("not_arrived" if missing == line.quantity else None)
    return LineResult(line.line, accepted, refused, missing, reason, answer.evidence), faults


def in_unit(value: Decimal, given: str | None, wanted: str) -> Decimal | None:
    """The amount in the unit `wanted`; None when it cannot be said exactly."""
    if given is None or given == wanted:
        return value
    told, one = in_common_unit(Amount(value, given)), in_common_unit(Amount(Decimal(1), wanted))
    if told.uom != one.uom:
        return None
    with localcontext() as context:
        context.prec = 40
        found = told.quantity / one.quantity
        exact = found == round(found, 6) and found * one.quantity == told.quantity
    return round(found, 6).normalize() + _ZERO if exact else None


def refused_whole(found: Handover, reason: Reason, evidence: tuple[str, ...]) -> list[LineResult]:
    """Everything goes back."""
    return [LineResult(each.line, _ZERO, each.quantity, _ZERO, reason, evidence) for each in found.lines]


def state_of(results: Sequence[LineResult]) -> State:
    """What the answer is as a whole."""
    if not any(each.accepted for each in results):
        return State.REFUSED
    whole = all(not each.refused and not each.missing for each in results)
    return State.ACCEPTED if whole else State.IN_PART


def agree(ours: Sequence[LineResult], theirs: Sequence[LineResult]) -> bool:
    """Whether two answers say the same."""
    first, second = ([(x.line, x.accepted, x.refused, x.missing) for x in each] for each in (ours, theirs))
    return first == second
