"""The meaning: criteria as closures over a snapshot, three-valued, compiled once."""

from collections.abc import Callable
from decimal import Decimal

from engine.interval import Interval
from engine.judgement import Decision, Judgement
from engine.pack.expression import Among, AtLeast, Compare, Constant, Every, Expression, Known, Named, Not, Some, walk
from engine.pack.program import ConclusionRule, Outcome, Pack
from engine.snapshot import Snapshot
from engine.truth import Truth

Test = Callable[[Snapshot, list[Truth]], Truth]
"""A truth from a snapshot and the criteria decided before."""


class Plain:
    """Judges snapshots of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._index = {name: measure.index for name, measure in pack.measures.items()}
        self._order = {name: place for place, name in enumerate(pack.criteria)}
        self._criteria = [self._compile(criterion.expression) for criterion in pack.criteria.values()]
        self._conclusions = [self._conclusion(rule) for rule in pack.conclusions.values()]
        self._needs = {name: self._closure(pack, name) for name in pack.criteria}

    def judge(self, snapshot: Snapshot) -> Judgement:
        """Every criterion in the pack's order (each after those it names), then every conclusion."""
        truths: list[Truth] = []
        decide = truths.append
        for criterion in self._criteria:
            decide(criterion(snapshot, truths))
        return Judgement(tuple(truths), tuple([conclusion(snapshot, truths) for conclusion in self._conclusions]))

    def criterion(self, name: str, snapshot: Snapshot) -> Truth:
        """One criterion alone, with the criteria that it names."""
        truths: list[Truth] = [None] * len(self._criteria)
        for place in self._needs[name]:
            truths[place] = self._criteria[place](snapshot, truths)
        return truths[self._order[name]]

    def _closure(self, pack: Pack, name: str) -> list[int]:
        places = {self._order[name]}
        for node in walk(pack.criteria[name].expression):
            if isinstance(node, Named):
                places.update(self._closure(pack, node.criterion))
        return sorted(places)

    # --- compiling ---

    def _compile(self, node: Expression) -> Test:
        match node:
            case Compare():
                return _comparison(self._index[node.measure], node.op, node.limit)
            case Among(measure, codes):
                return _among(self._index[measure], codes)
            case Known(measure, known):
                return _known(self._index[measure], known)
            case Constant(value):
                return lambda snapshot, truths: value
            case Named(criterion):
                place = self._order[criterion]
                return lambda snapshot, truths: truths[place]
            case Not(part):
                return _not(self._compile(part))
            case Every(parts):
                return _every([self._compile(part) for part in parts])
            case Some(parts):
                return _some([self._compile(part) for part in parts])
            case AtLeast(least, parts):
                return _at_least(least, [self._compile(part) for part in parts])

    def _conclusion(self, rule: ConclusionRule) -> Callable[[Snapshot, list[Truth]], Decision]:
        applies = _met if rule.applies is None else self._compile(rule.applies)
        settled = _unmet if rule.due is None or rule.due.settled is None else self._compile(rule.due.settled)
        branches = [_met if outcome.when is None else self._compile(outcome.when) for outcome in rule.outcomes]
        flags = [self._compile(flag.when) for flag in rule.flags]
        outcomes = rule.outcomes

        def decide(snapshot: Snapshot, truths: list[Truth]) -> Decision:
            said = tuple([branch(snapshot, truths) for branch in branches])
            remarks = tuple([flag(snapshot, truths) for flag in flags]) if flags else ()
            return Decision(applies(snapshot, truths), settled(snapshot, truths), said, _certain(said, outcomes), remarks)

        return decide


def _certain(branches: tuple[Truth, ...], outcomes: tuple[Outcome, ...]) -> str | None:
    """The outcome of the first met branch, unless an unknown branch before it gives another."""
    still_open: str | None = None
    for truth, outcome in zip(branches, outcomes, strict=True):
        if truth is False:
            continue
        if still_open is not None and still_open != outcome.name:
            return None
        if truth is True:
            return outcome.name
        still_open = outcome.name
    return None


def _met(snapshot: Snapshot, truths: list[Truth]) -> Truth:
    return True


def _unmet(snapshot: Snapshot, truths: list[Truth]) -> Truth:
    return False


def _comparison(index: int, op: str, limit: Decimal) -> Test:
    compare = getattr(Interval, op)

    def test(snapshot: Snapshot, truths: list[Truth]) -> Truth:
        value = snapshot[index].value
        return compare(value, limit) if value.__class__ is Interval else None  # type: ignore[no-any-return]

    return test


def _among(index: int, codes: frozenset[str]) -> Test:
    def test(snapshot: Snapshot, truths: list[Truth]) -> Truth:
        value = snapshot[index].value
        if value.__class__ is not frozenset or not value:
            return None
        if value <= codes:
            return True
        return False if value.isdisjoint(codes) else None

    return test


def _known(index: int, known: bool) -> Test:
    return lambda snapshot, truths: (snapshot[index].value is not None) == known


def _not(part: Test) -> Test:
    def test(snapshot: Snapshot, truths: list[Truth]) -> Truth:
        answer = part(snapshot, truths)
        return None if answer is None else not answer

    return test


def _every(parts: list[Test]) -> Test:
    def test(snapshot: Snapshot, truths: list[Truth]) -> Truth:
        answer: Truth = True
        for part in parts:
            truth = part(snapshot, truths)
            if truth is False:
                return False
            if truth is None:
                answer = None
        return answer

    return test


def _some(parts: list[Test]) -> Test:
    def test(snapshot: Snapshot, truths: list[Truth]) -> Truth:
        answer: Truth = False
        for part in parts:
            truth = part(snapshot, truths)
            if truth is True:
                return True
            if truth is None:
                answer = None
        return answer

    return test


def _at_least(least: int, parts: list[Test]) -> Test:
    def test(snapshot: Snapshot, truths: list[Truth]) -> Truth:
        met = able = 0
        for part in parts:
            truth = part(snapshot, truths)
            if truth is True:
                met += 1
            if truth is not False:
                able += 1
        if met >= least:
            return True
        return None if able >= least else False

    return test
