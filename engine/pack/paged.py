"""Whether everything that the pages name is there, and has the unit of what it is drawn beside."""

from collections.abc import Collection, Iterator, Mapping

from engine.pack.draft import Draft
from engine.pack.pages import ChartSpec, LimitSpec, ListSpec, PagesSpec, PanelSpec
from engine.pack.parse import Path, suggestion
from engine.pack.program import ConclusionRule, Measure

Found = Iterator[tuple[Path, str]]
"""Where inside a part of the section, and what is wrong there."""


def check_pages(draft: Draft, pages: PagesSpec, rules: Mapping[str, ConclusionRule], measures: Mapping[str, Measure]) -> None:
    """Add a fault to the draft for each name that stands for nothing, and for each limit in another unit."""
    for inside, message in _patients(pages.patients, rules, measures):
        draft.fault("pages", "patients", message, inside)
    if pages.chart is not None:
        for inside, message in _chart(draft, pages.chart, rules, measures):
            draft.fault("pages", "chart", message, inside)


def _patients(spec: ListSpec, rules: Mapping[str, ConclusionRule], measures: Collection[str]) -> Found:
    if spec.day is not None:
        yield from _there("measure", spec.day.measure, measures, ("day", "measure"))
    names: set[str] = set()
    for at, column in enumerate(spec.columns):
        if column.name in names:
            yield ("columns", at, "name"), f"there are two columns `{column.name}`"
        names.add(column.name)
        for place, name in enumerate(column.conclusions):
            yield from _there("conclusion", name, rules, ("columns", at, "conclusions", place))
    for at, name in enumerate(spec.awaited):
        yield from _there("conclusion", name, rules, ("awaited", at))


def _chart(draft: Draft, spec: ChartSpec, rules: Mapping[str, ConclusionRule], measures: Mapping[str, Measure]) -> Found:
    concepts, windows = draft.items["concepts"], draft.items["windows"]
    yield from _there("anchor", spec.day_zero, draft.items["anchors"], ("day_zero",))
    for at, panel in enumerate(spec.panels):
        concept = concepts.get(panel.concept)
        if concept is None and not draft.is_broken("concepts", panel.concept):
            yield ("panels", at, "concept"), f"there is no concept `{panel.concept}`{suggestion(panel.concept, concepts)}"
        elif concept is not None and concept.quantity is None:
            yield ("panels", at, "concept"), f"`{panel.concept}` is no quantity"
        elif concept is not None:
            for place, limit in enumerate(panel.limits):
                for inside, message in _limit(draft, panel, limit, measures):
                    yield ("panels", at, "limits", place, *inside), message
    for at, lane in enumerate(spec.lanes):
        for place, name in enumerate(lane.concepts):
            yield from _there("concept", name, concepts, ("lanes", at, "concepts", place))
    for at, name in enumerate(spec.windows):
        yield from _there("window", name, windows, ("windows", at))
    for at, name in enumerate(spec.conclusions):
        yield from _there("conclusion", name, rules, ("conclusions", at))


def _limit(draft: Draft, panel: PanelSpec, limit: LimitSpec, measures: Mapping[str, Measure]) -> Found:
    unit = draft.items["concepts"][panel.concept].quantity.unit
    for at, name in enumerate(limit.windows):
        yield from _there("window", name, draft.items["windows"], ("windows", at))
    if limit.parameter is not None:
        parameter = draft.parameters.get(limit.parameter)
        if parameter is None and limit.parameter in draft.items["parameters"]:
            return  # its value is wrong, which is said of it
        if parameter is None:
            yield from _there("parameter", limit.parameter, draft.parameters, ("parameter",))
        elif parameter.spec.type != "number":
            yield ("parameter",), f"`{limit.parameter}` is no number"
        elif parameter.spec.unit != unit:
            yield ("parameter",), f"`{limit.parameter}` is in {parameter.spec.unit}, `{panel.concept}` in {unit}"
    for window in limit.windows if limit.measure is not None else ():
        measure = measures.get(f"{limit.measure}@{window}")
        if measure is None:
            yield ("measure",), f"no conclusion reads a measure `{limit.measure}@{window}`"
        elif measure.unit != unit:
            yield ("measure",), f"`{limit.measure}` is in {measure.unit}, `{panel.concept}` in {unit}"


def _there(kind: str, name: str, known: Collection[str], inside: Path) -> Found:
    if name not in known:
        yield inside, f"there is no {kind} `{name}`{suggestion(name, known)}"
