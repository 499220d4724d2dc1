"""What a measure is computed from: other measures, conclusions, a criterion; and the parameters of all that it uses."""

from dataclasses import dataclass

from engine.formula import parameters
from engine.pack.constants import Constants
from engine.pack.draft import Draft, Place
from engine.pack.measures import MeasureSpec
from engine.pack.names import named


@dataclass(frozen=True, slots=True)
class Needs:
    """Bound names of measures, names of conclusions, and a bound criterion."""

    measures: tuple[str, ...] = ()
    conclusions: tuple[str, ...] = ()
    criterion: str | None = None


def measure_needs(
    draft: Draft, spec: MeasureSpec, window: str | None, constants: Constants, place: Place, used: set[str]
) -> Needs:
    """The needs of one measure in one window; `used` collects the parameters of everything that it reads."""
    measures: list[str] = []
    for kind, name in named(spec):
        is_measure = kind in ("measures", "terms") or (kind == "days" and name.partition("@")[0] in draft.items["measures"])
        if is_measure and name not in draft.items["anchors"]:
            measures.append(here(name, window))
        elif kind in ("anchors", "days"):
            _use_anchor(draft, constants, name, used)
        elif kind == "concepts":
            _use_derived(draft, name, used)
    if window is not None:
        _use_window(draft, constants, window, used)
    if spec.formula is not None:
        tree = constants.formula(spec.formula, place)
        used |= {constants.base(name) for name in (parameters(tree) if tree is not None else ())}
    conclusions = tuple(spec.outcome_day.conclusions) if spec.outcome_day else ()
    return Needs(tuple(dict.fromkeys(measures)), conclusions, spec.scan.criterion if spec.scan else None)


def here(name: str, window: str | None) -> str:
    """A bound name with `@here` replaced by the window it stands for."""
    return f"{name[: -len('@here')]}@{window}" if name.endswith("@here") and window else name


def _use_window(draft: Draft, constants: Constants, name: str, used: set[str]) -> None:
    for section in ("windows", "moving_windows"):
        spec = draft.items[section].get(name)
        if spec is not None:
            used |= draft.used[section, name]
            constants.fill(spec, used, (section, name))
        if spec is not None and section == "windows":
            _use_anchor(draft, constants, spec.anchor, used)


def _use_anchor(draft: Draft, constants: Constants, name: str, used: set[str]) -> None:
    """The parameters of an anchor, and of the anchors that it is made of; looked for once."""
    if name not in constants.anchors:
        constants.anchors[name] = set()
        _look_through(draft, constants, name, constants.anchors[name])
    used |= constants.anchors[name]


def _look_through(draft: Draft, constants: Constants, name: str, used: set[str], way: tuple[str, ...] = ()) -> None:
    spec = draft.items["anchors"].get(name)
    if spec is None or name in way:
        return
    used |= draft.used["anchors", name]
    constants.fill(spec, used, ("anchors", name))
    for kind, other in named(spec):
        if kind == "anchors":
            _look_through(draft, constants, other, used, (*way, name))


def _use_derived(draft: Draft, concept: str, used: set[str]) -> None:
    spec = draft.items["concepts"].get(concept)
    if spec is not None:
        used |= draft.used["concepts", concept] | {rule.when for rule in spec.derive if rule.when}
