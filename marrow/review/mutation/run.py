"""Runs the scenarios on each mistake until one notices it: the likeliest first, in several processes."""

import gc
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.pack.load import Reading
from engine.pack.parse import PackError
from marrow.review.mutation.change import Mistake
from marrow.review.mutation.force import in_force
from marrow.review.mutation.generate import Written
from marrow.review.mutation.reach import Place, Reach
from marrow.review.mutation.watched import Watched
from marrow.review.rules_under_test import RulesUnderTest, cohort
from marrow.review.scenarios import run_case
from marrow.review.steps import Steps

_ALL_SEE = ("emission", "concepts", "systems")
"""Sections whose items show in what is read and written, not only in what is concluded."""
_FAR = 99


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mistake. is_valid: whether a pack with it loads at all; noticed_by: the place of a case that fails."""

    mistake: Mistake
    is_valid: bool
    noticed_by: str | None = None
    cases: int = 0


@dataclass(slots=True)
class Trial:
    """Everything that is needed to try a mistake."""

    reading: Reading
    watched: Sequence[Watched]
    intakes: dict[bytes, Any]
    steps: Steps
    known: dict[str, str] = field(default_factory=dict)
    _written: Written = field(init=False)
    _reach: Reach | None = None
    _sound: dict[Any, list[Any]] = field(default_factory=dict)
    _same: dict[Any, bool] = field(default_factory=dict)
    _cohort: list[bytes] = field(default_factory=list)
    _last: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._written = Written.of(self.reading)

    def __call__(self, mistake: Mistake) -> Verdict:
        """Run cases on one mistake until one fails."""
        reads_anew = mistake.rule.partition(".")[0] in ("concepts", "systems")
        rules = RulesUnderTest(mistake.made_in(self.reading), intakes={} if reads_anew else self.intakes)
        try:
            rules.pack()
        except PackError:
            return Verdict(mistake, False)
        number = 0
        for one in self.in_order(mistake):
            if one.cutoff is not None and not self.results_may_differ(mistake, rules, one):
                continue
            number += 1
            if not run_case(one.case, rules, self.steps).passed:
                self._last[mistake.rule] = one.case.place
                return Verdict(mistake, True, one.case.place, number)
        return Verdict(mistake, True, None, number)

    def results_may_differ(self, mistake: Mistake, rules: RulesUnderTest, one: Watched) -> bool:
        """Whether what is computed of the cohort can differ: not where nothing is concluded or measured otherwise."""
        section = mistake.rule.partition(".")[0]
        if section in ("parameters", "statistics"):
            return True
        if section == "emission":
            return False
        pieces = [piece.lower().encode() for piece in mistake.reads]
        if pieces and not any(piece in chart for piece in pieces for chart in (*self._cohort_text(), one.more.lower())):
            return False
        asked = one.cutoff, tuple(sorted(one.settings[0].items())), one.more
        if asked not in self._sound:
            self._sound[asked] = _concluded(RulesUnderTest(self.reading, intakes=self.intakes), one)
        if (mistake.id, *asked) not in self._same:
            try:
                same = _concluded(rules, one) == self._sound[asked]
            except (ArithmeticError, LookupError, TypeError, ValueError):
                same = False
            self._same[mistake.id, *asked] = same
        return not self._same[mistake.id, *asked]

    def _is_in_force(self, mistake: Mistake, one: Watched) -> bool:
        return not one.settings or any(in_force(mistake, self._written, settings) for settings in one.settings)

    def _flag(self, mistake: Mistake) -> str:
        """The flag of a conclusion that a mistake is made in, if it is in one."""
        match mistake.path:
            case ("conclusions", name, "flags", int(place), *_):
                return str(self._written.items["conclusions"][str(name)]["flags"][place]["flag"])
            case _:
                return ""

    def _cohort_text(self) -> list[bytes]:
        if not self._cohort:
            self._cohort = [chart.lower() for chart in cohort()]
        return self._cohort

    def in_order(self, mistake: Mistake) -> list[Watched]:
        """The cases that could notice a mistake, the likeliest first."""
        section, _, name = mistake.rule.partition(".")
        if self._reach is None:
            self._reach = Reach(self._written)
        near = self._reach.distances((section, name))
        flag = ("flag", self._flag(mistake))
        first = (self.known.get(mistake.id), self._last.get(mistake.rule))
        able = [one for one in self.watched if _may_notice(one, mistake, section, near) and self._is_in_force(mistake, one)]

        def order(one: Watched) -> tuple[object, ...]:
            return *(one.case.place != place for place in first), flag not in one.tags, *_likely(one, near, section)

        return sorted(able, key=order)


def _may_notice(one: Watched, mistake: Mistake, section: str, near: dict[Place, int]) -> bool:
    if one.cutoff is not None or section == "statistics":
        return one.cutoff is not None
    if mistake.reads and not any(piece.lower().encode() in chart for chart in one.charts for piece in mistake.reads):
        return False
    if section in _ALL_SEE:
        return True
    if not one.looks:
        return one.has_evaluated
    looks = {name for look in one.looks for name in (look, look.rpartition(".")[0])}
    return any(("conclusions", name) in near for name in looks)


def _likely(one: Watched, near: dict[Place, int], section: str) -> tuple[object, ...]:
    """What is sorted by: results of a cohort last, for codes what is only read first, then what is tagged near the mistake."""
    if section == "emission":
        return one.cutoff is not None, -len(one.looks)  # who reads what is written looks at much at once
    return one.cutoff is not None, section in _ALL_SEE and one.has_evaluated, _distance(one, near)


def _distance(one: Watched, near: dict[Place, int]) -> tuple[bool, int, int, bool]:
    """How far what a case is tagged with is away from the mistake, rules and statements together; what names the very item goes
    first. Cases that set a parameter need a pack of their own, and come after the others.
    """
    rules = min(
        [near.get((_SECTION.get(kind, kind), name), _FAR) for kind, name in one.tags if kind != "statement"], default=_FAR
    )
    cited = min([near.get(("statements", name), _FAR) for kind, name in one.tags if kind == "statement"], default=_FAR)
    return rules > 0, rules + cited, rules, any(one.settings)


_SECTION = {
    "criterion": "criteria",
    "conclusion": "conclusions",
    "window": "windows",
    "anchor": "anchors",
    "table": "tables",
    "concept": "concepts",
    "parameter": "parameters",
    "measure": "measures",
}


def _concluded(rules: RulesUnderTest, one: Watched) -> list[Any]:
    """Every conclusion and measure of each child of the cohort."""
    assert one.cutoff is not None
    cutoff, evaluate = one.cutoff, rules.evaluation(one.settings[0])
    names = tuple(evaluate.pack.measures)
    found: list[Any] = []
    for chart in (*cohort(), *([one.more] if one.more else [])):
        for record in rules.read(chart).records:
            evaluated = evaluate(record, cutoff.toordinal())
            said = [(one.name, one.outcome, one.effective, one.possible) for one in evaluated.conclusions]
            found.append((said, {name: (m.value, m.when) for name, m in zip(names, evaluated.snapshot, strict=True)}))
    return found


# --- several processes -----------------------------------------------------------------------------------------------

_trial: Trial | None = None


def tried(trial: Trial, mistakes: Iterable[Mistake], jobs: int, progress: Callable[[], None]) -> Iterator[Verdict]:
    """A verdict on every mistake, in their order, whatever the number of processes."""
    with _little_looking():
        yield from _tried(trial, mistakes, jobs, progress)


def _tried(trial: Trial, mistakes: Iterable[Mistake], jobs: int, progress: Callable[[], None]) -> Iterator[Verdict]:
    if jobs <= 1:
        for mistake in mistakes:
            yield trial(mistake)
            progress()
        return
    global _trial  # noqa: PLW0603 - what a forked process finds: the charts that were read before it began
    _trial = trial
    pool = multiprocessing.get_context("fork").Pool(jobs, initializer=_begin)
    try:
        for verdict in pool.imap(_one, mistakes, chunksize=4):
            yield verdict
            progress()
        pool.close()
    finally:
        pool.terminate()
        pool.join()


@contextmanager
def _little_looking() -> Iterator[None]:
    """Charts that stay are not looked through for what could go: that would cost more than the work, and copy what is shared."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _one(mistake: Mistake) -> Verdict:
    assert _trial is not None
    return _trial(mistake)
