"""The pack's conclusions beside the oracle's, and the differences that are known and explained."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.conclude import displayed
from engine.evaluation import Evaluation
from engine.judgement import Evaluator
from engine.pack.program import Pack
from engine.truth import WORDS
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from tests.oracle import lan_2021 as oracle
from tests.oracle.lan_2021 import NOT_APPLICABLE, NOT_DUE, UNDETERMINED, Child
from tests.oracle.written import write


@dataclass(frozen=True)
class Seen:
    """One conclusion of Marrow."""

    outcome: str
    effective: date | None
    possible: frozenset[str]
    missing: bool
    flags: frozenset[str]
    criteria: dict[str, str]


@dataclass(frozen=True)
class Difference:
    """Where the two differ on one child: on what, what the oracle says, what Marrow says."""

    child: str
    what: str
    expected: str
    seen: str


class Marrow:
    """The pack at work: a child's Bundle in, what is concluded out."""

    def __init__(self, pack: Pack, evaluator: Evaluator) -> None:
        self.pack = pack
        self.vocabulary = Vocabulary.of(pack.concepts, pack.systems)
        self.evaluate = Evaluation(pack, evaluator)

    def concludes(self, child: Child, seed: int, validation: Any = "fast") -> tuple[dict[str, Seen], list[str]]:
        """What is concluded, by conclusion, and the issues of reading."""
        reader = Reader(self.vocabulary, validation=validation)
        reader.read(write(child, seed), "child.json")
        intake = reader.finish()
        found = {}
        for one in self.evaluate(intake.records[0], child.as_of.toordinal()).conclusions:
            rule = self.pack.conclusions[one.name]
            names = [displayed(name, rule) for name in rule.criteria]
            found[one.name] = Seen(
                one.outcome,
                None if one.effective is None else date.fromordinal(one.effective),
                frozenset(one.possible),
                bool(one.missing),
                frozenset(one.flags),
                {name: WORDS[truth] for name, (_, truth) in zip(names, one.criteria, strict=True)},
            )
        return found, [str(issue) for issue in intake.issues]


def one_of(found: Iterable[str]) -> str:
    """The only outcome that is open, or that none is."""
    every = set(found)
    return every.pop() if len(every) == 1 else UNDETERMINED


class Comparison:
    """Collects the differences on one child."""

    def __init__(self, child: Child, seen: dict[str, Seen]) -> None:
        self.child = child
        self.seen = seen
        self.found: list[Difference] = []

    def same(self, what: str, expected: Any, seen: Any) -> None:
        if expected != seen:
            self.found.append(Difference(self.child.name, what, str(expected), str(seen)))

    def outcomes(self, name: str, open_to: set[str]) -> None:
        """The outcome where one is open, and exactly the open ones where there are several."""
        seen = self.seen[name]
        self.same(name, one_of(open_to), seen.outcome)
        if len(open_to) > 1 and seen.outcome == UNDETERMINED:
            self.same(f"{name} possible", sorted(open_to), sorted(seen.possible))

    def all(self) -> list[Difference]:
        for name, seen in self.seen.items():
            undetermined = seen.outcome == UNDETERMINED
            self.same(f"{name}: something missing", undetermined, seen.missing)
            self.same(f"{name}: several possible", undetermined, len(seen.possible) > 1)
        if oracle.day_zero(self.child) is not None:
            self.entry()
        for name, graded in (("atg", oracle.regimen_atg), ("csa", oracle.regimen_csa), ("msc", oracle.regimen_msc)):
            self.same(f"regimen.{name}", graded(self.child), self.seen[f"regimen.{name}"].outcome)
        self.same("arm", oracle.arm(self.child), self.seen["arm"].outcome)
        self.same("clonal_evolution", oracle.clonal(self.child), self.seen["clonal_evolution"].outcome)
        grades = {about: oracle.response(self.child, about) for about in oracle.WINDOWS}
        for about, open_to in grades.items():
            self.outcomes(f"response.day_{about}", open_to)
        self.follow_up({grade for open_to in grades.values() for grade in open_to})
        return self.found

    def entry(self) -> None:
        grades = oracle.severities(self.child)
        self.outcomes("severity", grades)
        for name, status in oracle.criteria_of_severity(self.child).items():
            self.same(f"severity {name}", status, self.seen["severity"].criteria[name])
        wanted = oracle.eligibility(self.child, grades)
        self.same("eligibility", oracle.eligible(wanted), self.seen["eligibility"].outcome)
        for name, status in wanted.items():
            self.same(f"eligibility {name}", status, self.seen["eligibility"].criteria[name])

    def follow_up(self, grades: set[str]) -> None:
        outcome, day = oracle.survival(self.child)
        self.same("survival", outcome, self.seen["survival"].outcome)
        if day is not None:
            self.same("survival effective", day, self.seen["survival"].effective)
        outcome, day = oracle.failure(self.child)
        seen = self.seen["failure"]
        if grades & {"CR", "PR"}:
            # a relapse may follow a response, and treatment after one is no failure; that is held by examples elsewhere
            if seen.outcome == "relapse" or (seen.outcome == UNDETERMINED and "relapse" in seen.possible):
                return
            if outcome == "treatment_failure" and seen.outcome in ("none", "death", UNDETERMINED):
                return
        self.same("failure", outcome, seen.outcome)
        if day is not None:
            self.same("failure effective", day, seen.effective)


__all__ = ["NOT_APPLICABLE", "NOT_DUE", "Comparison", "Difference", "Marrow"]
