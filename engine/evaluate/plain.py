"""The meaning, compiled once: a pack becomes one straight-line Python function over a snapshot, three-valued.

`engine.open.truth_of` is the slow and obvious form of the same meaning; a property test keeps the two equal.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from types import CodeType
from typing import Any

from engine.interval import Interval
from engine.judgement import Decision, Judgement
from engine.pack.expression import Among, AtLeast, Compare, Constant, Every, Expression, Known, Literal, Named, Not, Some, walk
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from engine.truth import Truth

_OPERATORS = {"below": "<", "at_most": "<=", "above": ">", "at_least": ">="}


class Plain:
    """Judges snapshots of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._judge: Callable[[Snapshot], Judgement] = _Writer(pack).judge()
        self._single: dict[str, Callable[[Snapshot], Truth]] = {}

    def judge(self, snapshot: Snapshot) -> Judgement:
        """Every criterion in the pack's order, then every conclusion."""
        return self._judge(snapshot)

    def judging(self, conclusions: frozenset[str]) -> Callable[[Snapshot], Judgement]:
        """Judges these conclusions and the criteria that they show; what is not asked for is left unknown."""
        return _Writer(self._pack).judge(conclusions)

    def criterion(self, name: str, snapshot: Snapshot) -> Truth:
        """One criterion alone, with the criteria that it names."""
        if name not in self._single:
            self._single[name] = _Writer(self._pack).criterion(name)
        return self._single[name](snapshot)


class _Writer:
    """Writes the statements of one function. Every node becomes a local variable that is True, False or None."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._lines: list[str] = []
        self._values: dict[str, Any] = {"Interval": Interval, "Judgement": Judgement, "Decision": Decision, "new": tuple.__new__}
        self._known: dict[Expression, str] = {}

    def judge(self, only: frozenset[str] | None = None) -> Callable[[Snapshot], Judgement]:
        """Every criterion and conclusion; or only some conclusions and their criteria, with nothing in place of the others."""
        pack = self._pack
        rules = [rule for rule in pack.conclusions.values() if only is None or rule.name in only]
        shown = set(pack.criteria) if only is None else {name for rule in rules for name in rule.criteria}
        self._tests(
            [criterion.expression for name, criterion in pack.criteria.items() if name in shown]
            + [node for rule in rules for node in _nodes(rule)]
        )
        criteria = [self._named(name) if name in shown else "None" for name in pack.criteria]
        decisions = [self._decision(rule) if rule in rules else self._undecided() for rule in pack.conclusions.values()]
        return self._function(f"Judgement({_tuple(criteria)}, {_tuple(decisions)})")

    def criterion(self, name: str) -> Callable[[Snapshot], Truth]:
        self._tests([self._pack.criteria[name].expression])
        return self._function(self._named(name))

    def _function(self, result: str) -> Callable[[Snapshot], Any]:
        source = "def run(snapshot):\n" + "".join(f"    {line}\n" for line in [*self._lines, f"return {result}"])
        exec(_code(source, self._pack.name), self._values)  # noqa: S102 - written above, from a checked pack
        run: Callable[[Snapshot], Any] = self._values["run"]
        return run

    def _constant(self, value: object) -> str:
        name = f"k{len(self._values)}"
        self._values[name] = value
        return name

    def _assign(self, text: str) -> str:
        name = f"t{len(self._lines)}"
        self._lines.append(f"{name} = {text}")
        return name

    # --- tests of measures ---

    def _tests(self, nodes: Iterable[Expression]) -> None:
        """Every test that the nodes come down to, measure by measure: an exact number is compared in place."""
        by_measure: dict[str, dict[Literal, None]] = {}
        for test in self._all_tests(nodes):
            by_measure.setdefault(test.measure, {})[test] = None
        for measure, tests in by_measure.items():
            self._lines.append(f"v = snapshot[{self._pack.measures[measure].index}].value")
            comparisons = [test for test in tests if isinstance(test, Compare)]
            if comparisons:
                self._comparisons(comparisons)
            for test in tests:
                if isinstance(test, Among):
                    self._known[test] = self._among(test)
                elif isinstance(test, Known):
                    self._known[test] = self._assign(f"v is {'not ' if test.known else ''}None")

    def _all_tests(self, nodes: Iterable[Expression]) -> Iterable[Literal]:
        for node in nodes:
            for inner in walk(node):
                if isinstance(inner, Compare | Among | Known):
                    yield inner
                elif isinstance(inner, Named):
                    yield from self._all_tests([self._pack.criteria[inner.criterion].expression])

    def _comparisons(self, tests: list[Compare]) -> None:
        names = {test: f"t{len(self._lines)}_{place}" for place, test in enumerate(tests)}
        limits = {test: self._constant(test.limit) for test in tests}
        self._lines += [
            "if v.__class__ is Interval:",
            "    x = v.lo",
            "    if x is v.hi and x is not None:",
            *(f"        {names[test]} = x {_OPERATORS[test.op]} {limits[test]}" for test in tests),
            "    else:",
            *(f"        {names[test]} = v.{test.op}({limits[test]})" for test in tests),
            "else:",
            f"    {' = '.join(names.values())} = None",
        ]
        for test, name in names.items():
            self._known[test] = name

    def _among(self, test: Among) -> str:
        codes = self._constant(test.codes)
        decided = f"True if v <= {codes} else False if v.isdisjoint({codes}) else None"
        return self._assign(f"({decided}) if v.__class__ is frozenset and v else None")

    # --- combinations ---

    def _named(self, name: str) -> str:
        node = Named(name)
        if node not in self._known:
            self._known[node] = self._node(self._pack.criteria[name].expression)
        return self._known[node]

    def _node(self, node: Expression) -> str:
        if node not in self._known:
            self._known[node] = self._combined(node)
        return self._known[node]

    def _combined(self, node: Expression) -> str:
        match node:
            case Constant(value):
                return repr(value)
            case Named(criterion):
                return self._named(criterion)
            case Not(part):
                inner = self._node(part)
                return self._assign(f"None if {inner} is None else not {inner}")
            case Every(parts):
                return self._every([self._node(part) for part in parts])
            case Some(parts):
                return self._some([self._node(part) for part in parts])
            case Compare() | Among() | Known():
                raise TypeError("tests of measures are written first")
            case AtLeast(least, parts):
                names = [self._node(part) for part in parts]
                met = self._assign(" + ".join(f"({name} is True)" for name in names))
                able = " + ".join(f"({name} is not False)" for name in names)
                return self._assign(f"True if {met} >= {least} else None if {able} >= {least} else False")

    def _every(self, names: list[str]) -> str:
        failed = " or ".join(f"{name} is False" for name in names)
        return self._assign(f"False if {failed} else True if {' and '.join(names)} else None")

    def _some(self, names: list[str]) -> str:
        failed = " and ".join(f"{name} is False" for name in names)
        return self._assign(f"True if {' or '.join(names)} else False if {failed} else None")

    def _decision(self, rule: ConclusionRule) -> str:
        applies = "True" if rule.applies is None else self._node(rule.applies)
        settled = "False" if rule.due is None or rule.due.settled is None else self._node(rule.due.settled)
        branches = [self._node(outcome.when) if outcome.when is not None else "True" for outcome in rule.outcomes]
        flags = [self._node(flag.when) for flag in rule.flags]
        certain = self._assign(_certain(branches, [outcome.name for outcome in rule.outcomes]))
        return f"new(Decision, ({applies}, {settled}, {_tuple(branches)}, {certain}, {_tuple(flags)}))"

    def _undecided(self) -> str:
        self._values["undecided"] = Decision(None, None, (), None, ())
        return "undecided"


@lru_cache(maxsize=64)
def _code(source: str, pack: str) -> CodeType:
    """Packs that differ in numbers and codes alone are one text: those are constants beside it."""
    return compile(source, f"<pack {pack}>", "exec")


def _certain(branches: list[str], names: list[str]) -> str:
    """The outcome of the first met branch before which every branch of another outcome is not met, else None."""
    text = "None"
    for place in reversed(range(len(branches))):
        others = [branches[before] for before in range(place) if names[before] != names[place]]
        holds = " and ".join([branches[place], *(f"{other} is False" for other in others)])
        text = f"{names[place]!r} if {holds} else ({text})"
    return text


def _tuple(names: list[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _nodes(rule: ConclusionRule) -> list[Expression]:
    settled = None if rule.due is None else rule.due.settled
    nodes = [rule.applies, settled, *(outcome.when for outcome in rule.outcomes), *(flag.when for flag in rule.flags)]
    return [node for node in nodes if node is not None]
