"""From each statement of the source to its rules, scenarios and result, and back; and what has none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from engine.pack.names import named
from engine.pack.program import Pack
from engine.pack.vocabulary import StatementSpec
from marrow.report.reproduction import Reproduced
from marrow.review.features import Feature, Scenario
from marrow.review.last_run import Run
from marrow.review.made_of import MadeOf
from marrow.review.rules import Rule

State = Literal["shown", "failing", "missing", "not run", "context"]
"""Of a statement or rule: what shows it passed; some of it fails; nothing shows it; nothing was run; it is not to be shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A scenario with the result of its cases. failures: place and the step that did not hold."""

    feature: str
    rule: str
    scenario: Scenario
    total: int
    passed: int
    failures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """One statement. rules: that cite it; through: rules that use a parameter or measure that cites it."""

    name: str
    spec: StatementSpec
    rules: tuple[Rule, ...]
    through: tuple[Rule, ...]
    scenarios: tuple[Shown, ...]
    printed: tuple[Reproduced, ...]
    state: State


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule with the scenarios that are tagged with it, and what became of them."""

    rule: Rule
    made_of: MadeOf
    scenarios: tuple[Shown, ...]
    state: State


def shown_of(features: Iterable[Feature], run: Run) -> tuple[Shown, ...]:
    """Every scenario with its results."""
    return tuple(
        _shown(feature.stem, rule.name, scenario, run)
        for feature in features
        for rule in feature.rules
        for scenario in rule.scenarios
    )


def _shown(feature: str, rule: str, scenario: Scenario, run: Run) -> Shown:
    places = [case.place for case in scenario.cases]
    failures = tuple((place, failed) for place in places if (failed := run.failed_at.get(place)) is not None)
    passed = sum(place in run.failed_at for place in places) - len(failures)
    return Shown(feature, rule, scenario, len(places), passed, failures)


def rule_traces(rules: Mapping[str, Rule], made: Mapping[str, MadeOf], shown: Sequence[Shown], run: Run) -> dict[str, RuleTrace]:
    """Each rule by its id."""
    found = {}
    for rule in rules.values():
        kind = "conclusion" if rule.is_conclusion else "criterion"
        tags = {(kind, rule.base), *((kind, form.name) for form in rule.forms)}
        mine = tuple(one for one in shown if tags & one.scenario.tags)
        found[rule.id] = RuleTrace(rule, made[rule.id], mine, _state(mine, (), run))
    return found


def statement_traces(
    pack: Pack, traces: Mapping[str, RuleTrace], shown: Sequence[Shown], numbers: Sequence[Reproduced], run: Run
) -> tuple[StatementTrace, ...]:
    """Each statement, in the order of the source."""
    citing = _citing(pack)
    sources = {(spec.place, spec.label): spec.source for spec in pack.printed.values()}
    found = []
    for name, spec in pack.statements.items():
        rules = tuple(trace.rule for trace in traces.values() if name in trace.rule.source)
        items = citing.get(name, frozenset())
        through = tuple(t.rule for t in traces.values() if t.rule not in rules and items & t.made_of.items())
        scenarios = tuple(one for one in shown if ("statement", name) in one.scenario.tags)
        printed = tuple(one for one in numbers if name in sources.get((one.place, one.label), ()))
        state = "context" if spec.kind == "context" and not scenarios else _state(scenarios, printed, run)
        if spec.kind == "rule" and not rules and not through and state == "shown":
            state = "missing"  # a scenario without a rule shows nothing
        found.append(StatementTrace(name, spec, rules, through, scenarios, printed, state))
    return tuple(found)


def _state(scenarios: Sequence[Shown], printed: Sequence[Reproduced], run: Run) -> State:
    if any(one.failures for one in scenarios) or any(one.equal is False for one in printed):
        return "failing"
    if any(one.passed for one in scenarios) or any(one.equal for one in printed):
        return "shown"
    return "not run" if run.why_not and scenarios else "missing"


def _citing(pack: Pack) -> dict[str, frozenset[str]]:
    """By statement, the items other than rules that cite it, as section and name."""
    cited: dict[str, set[str]] = {}
    sections: dict[str, dict[str, BaseModel]] = {
        "parameters": {name: one.spec for name, one in pack.parameters.items()},
        "measures": {measure.base: measure.spec for measure in pack.measures.values()},
    }
    for section, specs in sections.items():
        for name, spec in specs.items():
            source = getattr(spec, "source", ())
            for statement in source if isinstance(source, list) else ():
                cited.setdefault(statement, set()).add(f"{section}.{name}")
    return {statement: frozenset(items) for statement, items in cited.items()}


def concepts_of(pack: Pack, made: MadeOf) -> tuple[str, ...]:
    """The concepts that the measures of a rule are read from, without those of the anchors that its windows hang on."""
    names = dict.fromkeys(
        name for measure in made.measures for kind, name in named(pack.measures[measure].spec) if kind == "concepts"
    )
    return tuple(name for name in names if name in pack.concepts)
