"""The review of a pack: everything that its site shows, put together from the pack, its features and their last run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from engine.pack.program import ConclusionRule, Pack
from marrow.evaluation import evaluator
from marrow.packs import load_pack, pack_folder
from marrow.report.reproduction import Reproduced
from marrow.review.card import Card, Said, card, users_of
from marrow.review.digest import digest
from marrow.review.features import Feature
from marrow.review.groups import Group, grouped
from marrow.review.last_run import Run, last_run
from marrow.review.made_of import MadeOf, made_of
from marrow.review.marks import Mark, read_review, standings
from marrow.review.mutants import Mutant
from marrow.review.rules import Rule, rules_of
from marrow.review.rules_under_test import RulesUnderTest
from marrow.review.scenarios import features_of
from marrow.review.trace import Shown, StatementTrace, rule_traces, shown_of, statement_traces


@dataclass(frozen=True, slots=True)
class Site:
    """What the site shows. cards: by rule id; mutants: None where no mistakes were tried."""

    pack: Pack
    groups: tuple[Group, ...]
    cards: Mapping[str, Card]
    statements: tuple[StatementTrace, ...]
    features: tuple[Feature, ...]
    shown: tuple[Shown, ...]
    run: Run
    marks: tuple[Mark, ...] = ()
    mutants: tuple[Mutant, ...] | None = None
    elsewhere: tuple[Mutant, ...] = field(default=())

    @property
    def digests(self) -> dict[str, str]:
        return {name: each.digest for name, each in self.cards.items()}

    @property
    def to_show(self) -> list[StatementTrace]:
        """The statements that have to be shown: all but the context."""
        return [one for one in self.statements if one.state != "context"]


def review(
    pack: str,
    *,
    jobs: int = 0,
    quiet: bool = True,
    mutants: Sequence[Mutant] | None = None,
    run: Run | None = None,
    numbers: Sequence[Reproduced] | None = None,
    marks_in: Path | None = None,
) -> Site:
    """Everything for the site of a pack by name or folder. Raises PackError, ReviewFault, FeatureFault.

    marks_in: the folder of the marks, where that is not the pack's. The others as in `unmarked`.
    """
    found = read_review(marks_in or pack_folder(pack), load_pack(pack).name)
    site = unmarked(pack, jobs=jobs, quiet=quiet, mutants=mutants, run=run, numbers=numbers)
    return with_marks(site, () if found is None else found.marks)


def unmarked(
    pack: str,
    *,
    jobs: int = 0,
    quiet: bool = True,
    mutants: Sequence[Mutant] | None = None,
    run: Run | None = None,
    numbers: Sequence[Reproduced] | None = None,
) -> Site:
    """The site without what reviewers said. Raises PackError, FeatureFault.

    jobs: processes that run scenarios, 0 for as many as there are processors. run, numbers: the last run, and the printed
    numbers computed again, where the caller has them already.
    """
    loaded = load_pack(pack)
    rules = rules_of(loaded)
    made = {name: made_of(loaded, rule) for name, rule in rules.items()}
    features = features_of(pack)
    run = last_run(pack, features, jobs=jobs, quiet=quiet) if run is None else run
    shown = shown_of(features, run)
    traces = rule_traces(rules, made, shown, run)
    near = {name: _near(loaded, made[name], rule) for name, rule in rules.items()}
    said = {
        name: Said(digest(loaded, rule), tuple(one for one in mutants or () if one.rule in near[name]))
        for name, rule in rules.items()
    }
    judge = evaluator(loaded, "plain")
    cards = {
        name: card(loaded, traces[name], judge, _own(made, name), said[name], users_of(rule, traces.values()))
        for name, rule in rules.items()
    }
    beside = frozenset[str]().union(*near.values())
    return Site(
        pack=loaded,
        groups=tuple(grouped(loaded, rules)),
        cards=cards,
        statements=statement_traces(loaded, traces, shown, _numbers(pack, loaded) if numbers is None else numbers, run),
        features=features,
        shown=shown,
        run=run,
        mutants=None if mutants is None else tuple(mutants),
        elsewhere=tuple(one for one in mutants or () if one.rule not in beside),
    )


def with_marks(site: Site, marks: Sequence[Mark]) -> Site:
    """The same site with these marks, and no others."""
    given = standings(marks, site.digests)
    cards = {name: replace(each, standings=given.get(name, ())) for name, each in site.cards.items()}
    return replace(site, marks=tuple(marks), cards=cards)


def summary(site: Site) -> dict[str, Any]:
    """summary.json."""
    mutants = site.mutants
    survivors = [one for one in mutants or () if one.survives]
    return {
        "statements": len(site.to_show),
        "covered": sum(one.state == "shown" for one in site.to_show),
        "scenarios": sum(one.total for one in site.shown),
        "passed": site.run.passed,
        "mutants": None if mutants is None else len(mutants),
        "noticed": None if mutants is None else len(mutants) - len(survivors),
        "survivors": [{"mutant": f"{one.rule}: {one.what}", "because": one.explained or "not explained"} for one in survivors],
    }


def _own(made: Mapping[str, MadeOf], rule: str) -> MadeOf:
    """What a rule is made of beside the rules that it names."""
    return made[rule].without(made[other] for other in made if other != rule and other in made[rule].items())


def _near(pack: Pack, made: MadeOf, rule: Rule) -> frozenset[str]:
    """The items whose mistakes are shown beside a rule: itself, and what a criterion reads without going through another."""
    form = rule.forms[0]
    if isinstance(form, ConclusionRule):
        return frozenset({rule.id})
    read = {f"measures.{pack.measures[name].base}" for name in form.measures}
    return frozenset({rule.id, *((read | {f"parameters.{name}" for name in form.parameters}) & made.items())})


def _numbers(name: str, pack: Pack) -> list[Reproduced]:
    """The numbers that the source prints beside those computed of the demonstration cohort, where that is of this pack."""
    from marrow.demo.show import load_shown
    from marrow.report.printed_numbers import reproduce

    cutoff = pack.parameters.get(pack.statistics.cutoff or "")
    if load_shown().pack != pack.name or cutoff is None or not pack.printed:
        return []
    return reproduce(pack, RulesUnderTest.of(name).study(date.fromisoformat(cutoff.value)))
