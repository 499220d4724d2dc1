"""A draft to a pack: every measure and criterion in every window it is asked for, in an order in which each can be computed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.pack.binder import Binder
from engine.pack.constants import Constants
from engine.pack.draft import Draft
from engine.pack.emission import EmissionSpec
from engine.pack.emitted import check_emission
from engine.pack.hooked import check_hooks
from engine.pack.meanings import check_meanings
from engine.pack.names import check_names, named
from engine.pack.paged import check_pages
from engine.pack.pages import PagesSpec
from engine.pack.program import Derivation, Measure, Pack, Row
from engine.pack.statistics import StatisticsSpec


def bind(
    draft: Draft,
    tables: Mapping[str, tuple[Row, ...]],
    emission: EmissionSpec,
    statistics: StatisticsSpec,
    systems: Mapping[str, list[str]],
    pages: PagesSpec,
) -> Pack | None:
    """The compiled pack of a draft; None with faults in the draft. What is broken already is passed over in silence."""
    check_names(draft)
    check_meanings(draft)
    binder = Binder(draft, Constants(draft, tables))
    for base, _, name in list(binder.names()):
        binder.conclusion(name, ("conclusions", base))
    check_emission(draft, emission, binder.rules, binder.measures)
    check_hooks(draft, binder.rules)
    check_pages(draft, pages, binder.rules, binder.measures)
    studied, computed_with = binder.statistics(statistics)
    _bind_the_rest(binder)
    filled = {
        section: {name: binder.constants.fill(spec, set(), (section, name)) for name, spec in draft.sound(section)}
        for section in ("anchors", "windows", "moving_windows")
    }
    if draft.failed or draft.manifest is None:
        return None
    ordered = _ordered(binder.measures)
    return Pack(
        manifest=draft.manifest,
        systems={name: tuple(uris) for name, uris in systems.items()},
        parameters=draft.parameters,
        concepts=draft.items["concepts"],
        anchors=filled["anchors"],
        windows=filled["windows"],
        moving_windows=filled["moving_windows"],
        tables=dict(tables),
        measures=ordered,
        criteria=binder.criteria,
        conclusions=binder.rules,
        emission=emission,
        statistics=studied,
        computed_with=computed_with,
        stages=1 + max([0, *(measure.stage for measure in ordered.values())]),
        printed=draft.items["printed"],
        hooks=draft.items["hooks"],
        pages=pages,
        statements=draft.items["statements"],
        derivations=tuple(_derivations(draft, binder.constants)),
    )


def _derivations(draft: Draft, constants: Constants) -> Iterator[Derivation]:
    """The derivations in force: those whose flag parameter, where they have one, is set."""
    for concept, spec in draft.sound("concepts"):
        for rule in spec.derive:
            tree = constants.formula(rule.formula or str(rule.at_most), ("concepts", concept))
            if tree is not None and (rule.when is None or draft.parameters[rule.when].value):
                yield Derivation(concept, rule, tree)


def _bind_the_rest(binder: Binder) -> None:
    """Find the faults of what no conclusion asks for; none of it becomes part of the pack."""
    draft = binder.draft
    rest = Binder(draft, binder.constants, dict(binder.measures), dict(binder.criteria), dict(binder.rules))
    for base, spec in draft.sound("measures"):
        for window in spec.windows or (None,):
            rest.measure(base if window is None else f"{base}@{window}", ("measures", base))
    asked = {criterion.base for criterion in binder.criteria.values()}
    for base, spec in draft.sound("criteria"):
        if base not in asked and not any(name.endswith("@here") for _, name in named(spec)):
            rest.criterion(base, ("criteria", base))


def _ordered(measures: Mapping[str, Measure]) -> dict[str, Measure]:
    """By stage, each after what it needs; the order of binding is already such an order within a stage."""
    names = sorted(measures, key=lambda name: measures[name].stage)
    return {name: replace(measures[name], index=index) for index, name in enumerate(names)}
