"""Names to meanings: a measure, criterion or conclusion is bound when it is first asked for, with everything that it needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.pack.constants import Constants
from engine.pack.draft import Draft, Place
from engine.pack.expression import Expression, Named, walk
from engine.pack.measures import MeasureSpec
from engine.pack.names import say_missing
from engine.pack.needs import Needs, here, measure_needs
from engine.pack.parse import suggestion
from engine.pack.printed_places import check_printed
from engine.pack.program import ConclusionRule, Criterion, Due, Flag, Measure, Outcome
from engine.pack.rules import ConclusionSpec, CriterionSpec
from engine.pack.statistics import StatisticsSpec
from engine.pack.studied import check_statistics, named_parts
from engine.pack.translate import Translator, measures_in


@dataclass(slots=True)
class Binder:
    """One binding of a draft; criteria and measures are bound when first asked for, so that what nobody asks for is known."""

    draft: Draft
    constants: Constants
    measures: dict[str, Measure] = field(default_factory=dict)
    criteria: dict[str, Criterion] = field(default_factory=dict)
    rules: dict[str, ConclusionRule] = field(default_factory=dict)
    open: list[tuple[str, str]] = field(default_factory=list)

    def _enter(self, section: str, base: str, name: str) -> bool:
        """Whether this can be bound now: a fault where it is being bound already, because it needs itself."""
        if (section, name) in self.open:
            circle = [step for _, step in self.open[self.open.index((section, name)) :]]
            self.draft.fault(section, base, f"this needs itself: {' -> '.join([*circle, name])}")
            return False
        self.open.append((section, name))
        return True

    # --- measures ---

    def measure(self, name: str, asker: Place) -> Measure | None:
        """The measure of this bound name, with everything that it needs; a fault of the asker where there is none."""
        if name in self.measures:
            return self.measures[name]
        base, _, window = name.partition("@")
        if window == "here":
            return None  # the asker has no window, which is told where it asks
        spec: MeasureSpec | None = self.draft.items["measures"].get(base)
        if spec is None:
            if base not in self.draft.items["measures"]:
                say_missing(self.draft, "measures", name, asker)
            return None
        if (window or None) not in (spec.windows or (None,)):
            expected = ", ".join(f"{base}@{known}" for known in spec.windows) or base
            self.draft.fault(*asker, f"`{name}` is not a measure; expected {expected}", about=base)
            return None
        if not self._enter("measures", base, name):
            return None
        found = self._bind_measure(name, base, window or None, spec)
        self.open.pop()
        self.measures[name] = found
        return found

    def _bind_measure(self, name: str, base: str, window: str | None, spec: MeasureSpec) -> Measure:
        place = ("measures", base)
        used = set(self.draft.used[place])
        filled = self.constants.fill(spec, used, place)
        needs = measure_needs(self.draft, filled, window, self.constants, place, used)
        stage = 0
        parameters = used
        for need in needs.measures:
            found = self.measure(need, place)
            if found is not None:
                stage, parameters = max(stage, found.stage), parameters | found.parameters
        later, names = self._later(needs, place)
        if needs.criterion in self.criteria:
            parameters = parameters | self.criteria[needs.criterion].parameters
        parameters = parameters | set().union(*(self.rules[n].parameters for n in needs.conclusions if n in self.rules))
        if needs.conclusions or needs.criterion:
            stage = max(stage, later) + 1
        tree = None if filled.formula is None else self.constants.formula(filled.formula, place)
        return Measure(name, base, window, -1, filled, (*needs.measures, *names), stage, frozenset(parameters), tree)

    def _later(self, needs: Needs, place: Place) -> tuple[int, tuple[str, ...]]:
        """The stage of the conclusions or the criterion that a measure is computed from, and the measures of those."""
        stage = 0
        names: list[str] = []
        for conclusion in needs.conclusions:
            rule = self.conclusion(conclusion, place)
            if rule is not None:
                stage = max(stage, rule.stage)
                names += rule.measures
        if needs.criterion:
            criterion = self.criterion(needs.criterion, place)
            if criterion is not None:
                names += criterion.measures
                stage = max([stage, *(self.measures[m].stage for m in criterion.measures if m in self.measures)])
        return stage, tuple(dict.fromkeys(names))

    # --- criteria ---

    def criterion(self, name: str, asker: Place) -> Criterion | None:
        """The criterion of this bound name; a fault of the asker where there is none."""
        if name in self.criteria:
            return self.criteria[name]
        base, _, window = name.partition("@")
        if window == "here":
            return None
        spec: CriterionSpec | None = self.draft.items["criteria"].get(base)
        if spec is None:
            if base not in self.draft.items["criteria"]:
                say_missing(self.draft, "criteria", name, asker)
            return None
        if not self._enter("criteria", base, name):
            return None
        place = ("criteria", base)
        expression, measures, used = self.expression(spec.when, window or None, place)
        self.open.pop()
        found = Criterion(
            name, base, window or None, spec.label, spec.kind, _source(spec.source), expression, measures,
            frozenset(used | self.draft.used[place]),
        )  # fmt: skip
        self.criteria[name] = found
        return found

    def expression(self, spec: Any, window: str | None, place: Place) -> tuple[Expression, tuple[str, ...], set[str]]:
        """The bound expression, every measure that it can depend on directly or through criteria, and its parameters."""
        translator = Translator(self.draft, self.constants, window, place)
        expression = translator.translate(spec)
        measures: list[str] = []
        used = set(translator.used)
        for node in walk(expression):
            if isinstance(node, Named):
                criterion = self.criterion(node.criterion, place)
                if criterion is not None:
                    measures += criterion.measures
                    used |= criterion.parameters
        for name in measures_in(expression):
            measure = self.measure(name, place)
            if measure is not None:
                measures.append(name)
        for name in measures:
            if name in self.measures:
                used |= self.measures[name].parameters
        return expression, tuple(dict.fromkeys(measures)), used

    # --- conclusions ---

    def conclusion(self, name: str, asker: Place) -> ConclusionRule | None:
        """The conclusion of this name: `severity`, or `response.day_90` for one window of `response`."""
        if name in self.rules:
            return self.rules[name]
        known = {full: (base, window) for base, window, full in self.names()}
        if name not in known:
            broken = [base for base in self.draft.items["conclusions"] if self.draft.is_broken("conclusions", base)]
            if not any(name == base or name.startswith(f"{base}.") for base in broken):
                self.draft.fault(*asker, f"there is no conclusion `{name}`{suggestion(name, known)}", about=name)
            return None
        base, window = known[name]
        if not self._enter("conclusions", base, name):
            return None
        rule = self._bind_conclusion(name, base, window, self.draft.items["conclusions"][base])
        self.open.pop()
        self.rules[name] = rule
        return rule

    def names(self) -> Iterator[tuple[str, str | None, str]]:
        """Every conclusion as (base, window, name), in the order of the files."""
        for base, spec in self.draft.sound("conclusions"):
            if spec.for_each is None:
                yield base, spec.window, base
            else:
                for window in spec.for_each:
                    yield base, window, f"{base}.{window}"

    def _bind_conclusion(self, name: str, base: str, window: str | None, spec: ConclusionSpec) -> ConclusionRule:
        place = ("conclusions", base)
        used = set(self.draft.used[place])
        measures: list[str] = []

        def bound(expression: Any) -> Expression:
            node, names, parameters = self.expression(expression, window, place)
            measures.extend(names)
            used.update(parameters)
            return node

        outcomes = tuple(Outcome(o.outcome, o.label, None if o.when is None else bound(o.when)) for o in spec.outcomes)
        applies = None if spec.applies is None else bound(spec.applies)
        due = None
        if spec.due is not None:
            at = spec.due.window
            filled = self.constants.fill(spec.due, used, place)
            filled = filled.model_copy(update={"window": window if at == "here" else at})
            due = Due(filled, None if spec.due.settled is None else bound(spec.due.settled))
        shown = [here(criterion, window) for criterion in spec.criteria]
        for criterion in shown:
            bound(criterion)
        effective = self._effective(spec, window, place, measures)
        deciding = tuple(dict.fromkeys(measures))  # what only a flag looks at is no evidence
        flags = tuple(Flag(f.flag, f.label, bound(f.when)) for f in spec.flags)
        stage = max([0, *(self.measures[m].stage for m in measures if m in self.measures)])
        return ConclusionRule(
            name, base, window, spec.label, _source(spec.source), applies, due, tuple(shown), outcomes, flags, effective,
            deciding, frozenset(used), stage,
        )  # fmt: skip

    def _effective(self, spec: ConclusionSpec, window: str | None, place: Place, measures: list[str]) -> str | Mapping[str, str]:
        if spec.effective == "newest":
            return "newest"
        if isinstance(spec.effective, str):
            days = {"": here(spec.effective, window)}
        else:
            days = {outcome: here(name, window) for outcome, name in spec.effective.items()}
            outcomes = [outcome.outcome for outcome in spec.outcomes]
            for name in dict.fromkeys(days):
                if name not in outcomes:
                    message = f"`effective` names no outcome `{name}`{suggestion(name, outcomes)}"
                    self.draft.fault(*place, message, about=name)
        measures.extend(name for name in days.values() if self.measure(name, place) is not None)
        return days.get("", days)

    # --- statistics ---

    def statistics(self, spec: StatisticsSpec) -> tuple[StatisticsSpec, frozenset[str]]:
        """The statistics with their numbers filled in and every measure that they read bound, and the parameters they use."""
        used: set[str] = set()
        parts: dict[str, Any] = {}
        for part in spec.model_fields_set:
            place = ("statistics", part)
            used |= self.draft.used.get(place, set())
            filled = self.constants.fill(StatisticsSpec(**{part: getattr(spec, part)}), used, place)
            parts[part] = getattr(filled, part)
        for part, kind, name in named_parts(spec):
            if kind == "measures" and name.endswith("@here"):
                message = f"`{name}` stands for the window of whoever asks, and the statistics have none"
                self.draft.fault("statistics", part, message, about=name)
            elif kind == "measures":
                self.measure(name, ("statistics", part))
        studied = spec.model_copy(update=parts)
        used |= {studied.cutoff} if studied.cutoff is not None else set()
        check_statistics(self.draft, studied, self.rules)
        check_printed(self.draft, studied)
        return studied, frozenset(used)


def _source(source: Any) -> tuple[str, ...]:
    return (source,) if isinstance(source, str) else tuple(source)
