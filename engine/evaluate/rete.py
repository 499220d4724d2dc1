"""The second evaluator: the pack's rules run by durable-rules 2.0.28, inside the subset that it answers rightly.

A snapshot is asserted as integers under one constant sid, the rules assert what they derive, and the state is deleted. A large
pack takes several rulesets, each of which reads what those before it derived.
"""

import locale
import threading
import weakref
from collections.abc import Iterable, Sequence
from json import dumps
from typing import Any, Final

import durable_rules_engine as durable
import msgspec

from engine.evaluate.network import Answers, Network, Rule, network
from engine.evaluate.ordinals import LARGEST
from engine.evaluate.subset import Definitions, ReteRefusal, refuse_collisions, refuse_outside
from engine.evaluate.ways import Premise
from engine.judgement import Decision, Judgement
from engine.pack.program import Pack
from engine.snapshot import Snapshot
from engine.truth import Truth

TESTS_IN_RULESET: Final = 80
"""Far below what is safe: each fact is held against all tests, and small states stay in the processor's cache."""
OPENING: Final = "o0"
_OPEN: Final = f'{{"sid":"p","id":"{OPENING}","{OPENING}":1}}'
_STORED, _UNMATCHED = 0, 1
_rule_of: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_TRUTHS: Final[dict[int | None, Truth]] = {1: True, 0: False, None: None}


class ReteError(RuntimeError):
    """durable-rules did what it must not do; nothing that it said of this snapshot counts."""


class Rete:
    """Judges snapshots of one pack, one at a time, from any thread; raises ReteRefusal for a pack outside the subset."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._whole = Session(network(pack, pack.criteria, pack.conclusions))
        self._alone: dict[str, Session] = {}

    def judge(self, snapshot: Snapshot) -> Judgement:
        known = self._whole.derive(snapshot)
        plan = self._whole.network
        return Judgement(_truths(known, plan.criteria), tuple(_decision(known, answers) for answers in plan.conclusions))

    def criterion(self, name: str, snapshot: Snapshot) -> Truth:
        """One criterion, by a network of its own: a scan asks for it day after day."""
        session = self._alone.get(name)
        if session is None:
            session = self._alone.setdefault(name, Session(network(self._pack, (name,), ())))
        return _TRUTHS[session.derive(snapshot).get(session.network.criteria[0])]


def _truths(known: dict[str, int], attributes: Iterable[str]) -> tuple[Truth, ...]:
    return tuple(_TRUTHS[known.get(attribute)] for attribute in attributes)


def _decision(known: dict[str, int], answers: Answers) -> Decision:
    applies, settled = _truths(known, (answers.applies, answers.settled))
    outcome = known.get(answers.outcome)
    name = None if outcome is None else answers.outcomes[outcome]
    return Decision(applies, settled, _truths(known, answers.branches), name, _truths(known, answers.flags))


class Session:
    """A network loaded into durable-rules, with one lock around everything that touches the state.

    A forked child may go on with it, unless the fork came in the middle of an evaluation: then lock and state are those of a
    thread that the child does not have. Fork before evaluating, or spawn.
    """

    def __init__(self, plan: Network) -> None:
        require_decimal_point()
        self.network = plan
        self._lock = threading.Lock()
        self._rulesets = tuple(Ruleset(rules) for rules in rulesets(plan.heads))

    def derive(self, snapshot: Snapshot) -> dict[str, int]:
        """Every attribute that is known: those read, and those derived."""
        require_decimal_point()
        known = dict(self.network.given)
        for source, attribute in self.network.sources:
            value = source.read(snapshot)
            if value is not None:
                known[attribute] = value
        with self._lock:
            for ruleset in self._rulesets:
                ruleset.derive(known)
        return known


def require_decimal_point() -> None:
    """Raises ReteRefusal where C would read `0.5` as 0: after a setlocale() to a language that writes a comma."""
    if locale.localeconv()["decimal_point"] != ".":
        raise ReteRefusal("durable-rules needs the C numeric locale: set LC_NUMERIC=C, or do not call locale.setlocale")


def rulesets(heads: Sequence[Sequence[Rule]], most_tests: int = TESTS_IN_RULESET) -> list[list[Rule]]:
    """The rules in as few rulesets as hold them, every head whole and after those that it needs."""
    parts: list[list[Rule]] = []
    tests: set[Premise] = set()
    for rules in heads:
        wanted = {test for rule in rules for test in rule.tests}
        if not parts or len(tests | wanted) > most_tests:
            parts.append([])
            tests = set()
        parts[-1] += rules
        tests |= wanted
    return parts


def definitions_of(rules: Sequence[Rule]) -> Definitions:
    """A ruleset as durable-rules reads it, with the rule that opens the state."""
    opening = Rule(OPENING, 1, (Premise(OPENING, False, 1),))
    return {f"r{number}": {"all": _conditions(rule)} for number, rule in enumerate((opening, *rules))}


def _conditions(rule: Rule) -> list[dict[str, Any]]:
    return [
        {f"m{place}": {"$lt" if test.below else "$gte": {test.attribute: test.limit}}} for place, test in enumerate(rule.tests)
    ]


def fact(attribute: str, value: int) -> str:
    """One attribute as the only fact of its name."""
    if type(value) is not int or abs(value) > LARGEST:
        raise ReteError(f"`{attribute}` holds a {type(value).__name__} that durable-rules may misread; expected a small integer")
    return f'{{"sid":"p","id":"{attribute}","{attribute}":{value}}}'


class Ruleset:
    """One ruleset of durable-rules, empty between two snapshots."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        definitions = definitions_of(rules)
        refuse_outside(definitions)
        wanted = dict.fromkeys(test.attribute for rule in rules for test in rule.tests)
        heads = dict.fromkeys(rule.head for rule in rules)
        refuse_collisions({OPENING: None, **wanted, **heads})
        self._reads = tuple(attribute for attribute in wanted if attribute not in heads)
        self._derives = {
            f"r{number}": (rule.head, rule.value, fact(rule.head, rule.value) if rule.head in wanted else None)
            for number, rule in enumerate(rules, start=1)
        }
        self._handle: int = durable.create_ruleset("marrow", dumps(definitions))
        weakref.finalize(self, durable.delete_ruleset, self._handle).atexit = False

    def derive(self, known: dict[str, int]) -> None:
        """Adds to `known` what the rules derive from it; raises ReteError where the library does not do as measured."""
        state = self._open()
        try:
            for attribute in self._reads:
                if attribute in known:
                    self._assert(fact(attribute, known[attribute]))
            self._fire(state, known)
        finally:
            durable.delete_state(self._handle, "p")

    def _open(self) -> int:
        """The state, after the one action without which deleting it kills the process."""
        code, state = durable.assert_fact(self._handle, _OPEN)
        if code != _STORED:
            raise ReteError("durable-rules kept the state of an earlier evaluation")
        if durable.start_action_for_state(self._handle, state) is None:
            raise ReteError("durable-rules did not open its state")
        durable.complete_and_start_action(self._handle, state)
        return int(state)

    def _assert(self, text: str) -> None:
        code, _ = durable.assert_fact(self._handle, text)
        if code not in (_STORED, _UNMATCHED):
            raise ReteError(f"durable-rules did not take a fact: code {code}")

    def _fire(self, state: int, known: dict[str, int]) -> None:
        """Runs what is due until nothing is; every rule can hold once, since every attribute has one fact."""
        started = durable.start_action_for_state(self._handle, state)
        message = started and started[1]
        for _ in self._derives:
            if not message:
                return
            (rule,) = _rule_of(message)
            head, value, text = self._derives[rule]
            if known.get(head, value) != value:
                raise ReteError(f"durable-rules derived two values for `{head}`")
            if text and head not in known:
                self._assert(text)
            known[head] = value
            message = durable.complete_and_start_action(self._handle, state)
        if message:
            raise ReteError(f"durable-rules fired more than {len(self._derives)} times")
