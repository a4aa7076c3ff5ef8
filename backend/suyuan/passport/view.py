"""What a LotPage says, in the words of one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suyuan.kernel.ledger import Kind
from suyuan.passport.gaps import is_bystander
from suyuan.passport.model import Discord, Handed, LotPage, State, Step
from suyuan.passport.words import Words

_RELATIONS = {Kind.OFFERED: "to", Kind.ACCEPTED: "from", Kind.REFUSED: "from", Kind.RECEIVED: "from"}


class View:
    """Sentences of a page. `more`: steps after those shown."""

    def __init__(self, page: LotPage, words: Words, *, more: int) -> None:
        self._page = page
        self._words = words
        self.more = more

    @property
    def name(self) -> str:
        product = self._page.product
        return self._words.name(product.names) if product else self._words.word("unnamed")

    @property
    def other_name(self) -> str:
        product = self._page.product
        return self._words.other_name(product.names) if product else ""

    @property
    def title(self) -> str:
        if self._page.product:
            return self._words.word("title", name=self.name, lot=self._page.lot)
        return self._words.word("titleUnnamed", lot=self._page.lot)

    @property
    def says(self) -> str:
        """The verdict's sentence: what is proven, and what is not."""
        page, words = self._page, self._words
        counted = {
            "entries": len(page.final),
            "signers": page.signers,
            "pending": page.pending,
            "gaps": sum(gap.count for gap in page.gaps if gap.grave),
            "contradictions": len(page.discords),
        }
        values = {name: words.word(f"count.{name}", n=number) for name, number in counted.items()}
        if page.state is State.PENDING:
            already = words.word("verdict.pendingAlready", entries=values["entries"]) if page.final else ""
            values["already"] = already
        if page.since is not None:
            values["since"] = words.local_time(page.since)
        if page.doubt is not None:
            code, since = page.doubt
            known = code if words.has(f"doubt.{code}") else "other"
            values |= {"doubt": words.word(f"doubt.{known}"), "doubtedSince": words.local_time(since)}
        said = [words.word(f"verdict.{page.state.value}Text", **values).strip()]
        said += [words.word(f"also.{code}", **values) for code in self._also()]
        return ("" if words.language == "zh" else " ").join(said)

    def _also(self) -> Iterator[str]:
        """What is wrong beside what the verdict is about: none of it may be hidden by another."""
        page = self._page
        wrong = {
            State.DOUBTED: page.doubt is not None,
            State.CONTRADICTION: bool(page.discords),
            State.PENDING: page.pending > 0,
            State.GAPS: any(gap.grave for gap in page.gaps),
        }
        yield from (state.value for state, holds in wrong.items() if holds and state is not page.state)

    @property
    def figures(self) -> tuple[tuple[str, int], ...]:
        page = self._page
        return (
            ("entries", len(page.final)),
            ("signers", page.signers),
            ("pending", page.pending),
            ("contradictions", len(page.discords)),
        )

    @property
    def custody(self) -> str:
        page, words = self._page, self._words
        if page.custodian is None:
            return words.word("custody.none")
        party = words.name(page.custodian.names)
        if page.offered_to is None:
            return words.word("custody.now", party=party)
        return words.word("custody.offered", party=party, to=words.name(page.offered_to.names))

    @property
    def as_of(self) -> str:
        if self._page.as_of is None:
            return ""
        block, time = self._page.as_of
        return self._words.word("verify.asOf", block=block, time=self._words.local_time(time))

    def discord(self, discord: Discord) -> str:
        facts = dict(discord.facts)
        facts["uom"] = self._words.unit(facts.get("uom", ""))
        known = discord.code in self._words.tree("contradictions")
        try:
            return str(self._words.tree("contradictions")[discord.code if known else "other"]).format(
                **(facts | {"code": discord.code})
            )
        except KeyError:
            return str(self._words.tree("contradictions")["other"]).format(code=discord.code)

    def relation(self, step: Step) -> str:
        return _RELATIONS.get(step.kind, "with")

    def amounts(self, step: Step) -> str:
        return " · ".join(self._words.amount(quantity, unit) for quantity, unit in step.amounts)

    def temperature(self, step: Step) -> str:
        low, high = (
            f"{value:.1f}".replace("-", "\N{MINUS SIGN}") for value in step.temperature or (0.0, 0.0)
        )
        degree = "\N{NO-BREAK SPACE}℃" if self._words.language == "zh" else "\N{NO-BREAK SPACE}°C"
        return (
            f"{low}{degree}"
            if low == high
            else self._words.word("journey.between", low=low + degree, high=high + degree)
        )

    def limit(self, step: Step) -> str:
        """The limit of the temperature, its unit and sign as those of the temperatures beside it."""
        degree = "℃" if self._words.language == "zh" else "°C"
        text = step.handed.limit if step.handed else ""
        return text.replace("-", "\N{MINUS SIGN}").replace(" ℃", f"\N{NO-BREAK SPACE}{degree}")

    def rules(self, rules: Sequence[str]) -> str:
        return self._words.word("handed.comma").join(
            self._words.word(f"handed.rule.{each}") for each in rules
        )

    @staticmethod
    def differs(told: Handed, row: str) -> bool:
        """Whether both sides say something else in this row."""
        sides = (told.receiver, told.sender)
        return None not in sides and getattr(sides[0], row) != getattr(sides[1], row)

    def recorded(self, step: Step) -> str:
        """The block's time beside the claimed one."""
        if step.recorded is None or step.lag is None:
            return ""
        moment = step.recorded.time.astimezone(step.happened.tzinfo)
        same_day = moment.date() == step.happened.date()
        shown = f"{moment:%H:%M}" if same_day else self._words.time(moment)
        lag = step.lag
        if lag.total_seconds() < 0:
            told = self._words.word("journey.before")
        else:
            told = self._words.word("journey.afterwards", lag=self._words.lag(lag))
        return f"{shown} · {told}"

    def declared(self, step: Step) -> str:
        key = f"reason.{step.declared}"
        texts = self._words.tree("journey")
        return str(texts.get(key, texts["corrects"]))

    def tagged(self, step: Step) -> bool:
        told = step.refusal or step.alarm or step.declared or step.corrected or step.disputed or step.hidden
        return bool(told) or step.key_doubted is not None or is_bystander(step)

    def bystander(self, step: Step) -> bool:
        return is_bystander(step)
