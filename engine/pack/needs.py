"""What a measure is computed from: other measures, conclusions, a criterion; and the parameters of the anchors and concepts it uses."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.formula import Formula, FormulaError, parameters, read_formula, references
from engine.pack.constants import BUILT_IN_ANCHORS, Constants
from engine.pack.measures import MeasureSpec, Span
from engine.pack.parse import suggestion

if TYPE_CHECKING:
    from engine.pack.load import Draft

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Needs:
    """Bound names of measures, names of conclusions, and a bound criterion."""

    measures: tuple[str, ...] = ()
    conclusions: tuple[str, ...] = ()
    criterion: str | None = None


def measure_needs(
    draft: "Draft", spec: MeasureSpec, window: str | None, constants: Constants, place: Place, used: set[str]
) -> Needs:
    """The needs of one measure in one window; what it names and is not there becomes a fault at `place`."""
    anchors, concepts, names = _named(draft, spec, constants, place, used)
    constants.check("concepts", concepts, place)
    bound = [_here(name, window) for name in names]
    for anchor in anchors:
        if anchor not in draft.items["anchors"] and ("@" in anchor or anchor in draft.items["measures"]):
            bound.append(_here(anchor, window))
        else:
            constants.check("anchors", [anchor], place)
            _use_anchor(draft, anchor, used)
    for name in [window] if window else []:
        used |= draft.used.get(("windows", name), set()) | draft.used.get(("moving_windows", name), set())
        used |= _numbers(draft, constants, "windows", name) | _numbers(draft, constants, "moving_windows", name)
        if name in draft.items["windows"]:
            _use_anchor(draft, draft.items["windows"][name].anchor, used)
    for concept in concepts:
        _use_derived(draft, concept, used)
    conclusions = tuple(spec.outcome_day.conclusions) if spec.outcome_day else ()
    criterion = f"{spec.scan.criterion}" if spec.scan else None
    return Needs(tuple(dict.fromkeys(bound)), conclusions, criterion)


def formula_of(draft: "Draft", text: str, constants: Constants, place: Place) -> Formula | None:
    """The tree of a formula; a fault at `place` where it is not one."""

    def parameter(name: str) -> Decimal | None:
        found = constants.number(name)
        return None if found is None else found[0]

    try:
        return read_formula(text, parameter)
    except FormulaError as error:
        draft.fault(*place, str(error))
        return None


def _named(
    draft: "Draft", spec: MeasureSpec, constants: Constants, place: Place, used: set[str]
) -> tuple[list[str], list[str], list[str]]:
    """The anchors, concepts and measures that a measure's definition names."""
    anchors: list[str] = []
    concepts: list[str] = []
    names: list[str] = []

    def span(within: Span | None) -> None:
        if within is not None:
            anchors.append(within.anchor)

    if spec.select:
        after = [a for a in (spec.select.unless_after, spec.select.flag_after) if a]
        concepts += [spec.select.concept, *(c for a in after for c in a.concepts)]
    if spec.count:
        concepts += [*spec.count.concepts, *spec.count.or_possibly]
        anchors += spec.count.anchors
        span(spec.count.within)
    for doses in (spec.daily, spec.doses):
        if doses:
            concepts += [doses.concept, *([doses.weight] if doses.weight else [])]
            span(doses.within)
    if spec.days:
        anchors += [spec.days.since, spec.days.until]
    if spec.age:
        anchors += [spec.age.at, spec.age.birth]
    if spec.formula:
        tree = formula_of(draft, spec.formula, constants, place)
        if tree is not None:
            names += [reference.name for reference in references(tree)]
            used |= {constants.base(name) for name in parameters(tree)}
    if spec.lookup:
        anchors += [spec.lookup.birth, spec.lookup.at]
        names.append(spec.lookup.sex)
        if spec.lookup.table not in constants.tables:
            draft.fault(*place, f"there is no table `{spec.lookup.table}`{suggestion(spec.lookup.table, constants.tables)}")
    if spec.state:
        concepts.append(spec.state)
    if spec.earliest:
        names += [n for event in spec.earliest.events for n in (event.day, event.unless_after) if n]
    if spec.outcome_day:
        anchors.append(spec.outcome_day.since)
    if spec.scan:
        names.append(spec.scan.after)
        anchors.append(spec.scan.since)
        constants.check("moving_windows", [spec.scan.window], place)
    if spec.panel_day:
        names += spec.panel_day.panel
    if spec.marked:
        names.append(spec.marked.measure)
    return anchors, concepts, names


def _here(name: str, window: str | None) -> str:
    return f"{name[: -len('@here')]}@{window}" if name.endswith("@here") and window else name


def _use_anchor(draft: "Draft", name: str, used: set[str]) -> None:
    """The parameters of an anchor, and of the anchors that it is made of."""
    spec = draft.items["anchors"].get(name)
    if name in BUILT_IN_ANCHORS or spec is None:
        return
    used |= draft.used["anchors", name]
    for value in (*(spec.days or ()), spec.date):
        if isinstance(value, str):
            used.add(value.lstrip("-"))
    for other in (*(spec.first_known or ()), *(spec.earliest or ()), *([spec.after] if spec.after else [])):
        _use_anchor(draft, other, used)


def _numbers(draft: "Draft", constants: Constants, section: str, name: str) -> set[str]:
    spec = draft.items[section].get(name)
    found: set[str] = set()
    if spec is not None:
        constants.fill(spec, found, (section, name))
    return found


def _use_derived(draft: "Draft", concept: str, used: set[str]) -> None:
    spec = draft.items["concepts"].get(concept)
    if spec is not None:
        used |= draft.used["concepts", concept] | {rule.when for rule in spec.derive if rule.when}
