"""Each trap of durable-rules 2.0.28, by its number in docs/decisions/0005, and what keeps us out of it."""

import locale
import math
import os
import signal
import subprocess
import sys
import textwrap
import threading
import tomllib
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import durable_rules_engine as durable
import pytest

from engine.evaluate import rete
from engine.evaluate.network import network
from engine.evaluate.ordinals import ordinal
from engine.evaluate.rete import Rete, ReteError, Ruleset, fact, rulesets
from engine.evaluate.subset import ReteRefusal, fnv1a, refuse_collisions, refuse_outside
from engine.interval import Interval
from engine.pack.expression import AtLeast, Compare, Constant, Every, Known, Named, Not, Some
from engine.pack.program import Pack
from engine.truth import Truth
from tests.written_packs import Value, conclusion, exactly, pack, random_pack, random_snapshot, snapshot

ROOT = Path(__file__).parents[2]
LOW = Compare("anc", "below", Decimal("0.5"))
SMALL = pack(
    {"low": LOW, "platelets_low": Compare("plt", "below", Decimal(20)), "both": Every((Named("low"), Named("platelets_low")))}
)


START = """
from random import Random
from engine.evaluate import rete
from engine.evaluate.ordinals import ordinal
from engine.evaluate.rete import Rete
from tests.written_packs import *
"""


def criteria(of: Pack, **values: Value) -> dict[str, Truth]:
    return dict(zip(of.criteria, Rete(of).judge(snapshot(of, **values)).criteria, strict=True))


def python(script: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, so that what kills it kills a test and not the run."""
    return subprocess.run(
        [sys.executable, "-c", START + textwrap.dedent(script)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


class Library:
    """durable-rules, with one function replaced."""

    def __init__(self, **replaced: Callable[..., Any]) -> None:
        self._replaced = replaced
        self._real = durable

    def __getattr__(self, name: str) -> Any:
        return self._replaced.get(name) or getattr(self._real, name)


# --- 1: a decimal comma makes 0.3 into 0 ------------------------------------------------------------------------------


def test_trap_1_a_decimal_comma_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": ","})
    with pytest.raises(ReteRefusal, match="LC_NUMERIC=C"):
        Rete(SMALL)


def test_trap_1_a_decimal_comma_is_refused_at_each_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluator = Rete(SMALL)
    monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": ","})
    with pytest.raises(ReteRefusal, match="LC_NUMERIC=C"):
        evaluator.judge(snapshot(SMALL))


# --- 2: values that the library misreads ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1e-05, 1e16, math.inf, math.nan, 0.5, True, "5", None, Decimal(5), 2**63, -(2**70)])
def test_trap_2_nothing_but_small_integers_reaches_the_library(value: Any) -> None:
    with pytest.raises(ReteError, match="`a1`"):
        fact("a1", value)


@pytest.mark.parametrize(
    ("number", "low"),
    [
        ("1E-5", True),
        ("1E+16", False),
        ("1E+400", False),
        ("-1E+400", True),
        ("1E-400", True),
        ("0E+99", True),
        ("9" * 2000, False),
    ],
)
def test_trap_2_numbers_with_any_exponent_compare_rightly(number: str, low: bool) -> None:
    assert criteria(SMALL, anc=exactly(number))["low"] is low


def test_trap_2_zero_is_zero_however_it_is_written() -> None:
    assert [ordinal(Decimal(zero), 2) for zero in ("0", "-0", "0.000", "0E+99", "0E-99")] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("limit", ["1E+16", "0.00000000000000001", "9007199254740993"])
def test_trap_2_a_limit_that_a_double_does_not_hold_is_refused_by_name(limit: str) -> None:
    with pytest.raises(ReteRefusal, match="measure `anc`: a limit"):
        Rete(pack({"c": Compare("anc", "below", Decimal(limit)), "d": LOW}))


# --- 3: what the library accepts and answers wrongly ------------------------------------------------------------------

LT = {"$lt": {"a1": 5}}


@pytest.mark.parametrize(
    "definition",
    [
        {"any": [{"m0": LT}]},
        {"all": [{"m0": LT}], "any": [{"m0": LT}]},
        {"all": [{"m0": LT}], "pri": 1},
        {"all": []},
        {"all": {"m0": LT}},
        {"all": [{"m0$not": LT}]},
        {"all": [{"none": LT}]},
        {"all": [{"m0$any": [{"m1": LT}]}]},
        {"all": [{"m0": LT}, {"m0": {"$lt": {"a2": 5}}}]},
        {"all": [{"m0": LT, "m1": LT}]},
        {"all": [{"m0": {"$nex": {"a1": 1}}}]},
        {"all": [{"m0": {"$and": []}}]},
        {"all": [{"m0": {"$and": [LT, LT]}}]},
        {"all": [{"m0": {"$or": [LT, LT]}}]},
        {"all": [{"m0": {"$lt": {"a1": {"$m": "a2"}}}}]},
        {"all": [{"m0": {"$gte": {"a1": {"m1": "a2"}}}}]},
        {"all": [{"m0": {"$lt": {"a1": {"$add": {"$l": {"$m": "a2"}, "$r": 1}}}}}]},
        {"all": [{"m0": {"$iall": {"a1": LT}}}]},
        {"all": [{"m0": {"$mt": {"a1": "x"}}}]},
        {"all": [{"m0": {"$lt": {"a1": 5}, "$gte": {"a1": 1}}}]},
        {"all": [{"m0": {"$lt": {"a1": 5, "a2": 6}}}]},
        {"all": [{"m0": {"$lt": {"a1": 0.5}}}]},
        {"all": [{"m0": {"$lt": {"a1": "5"}}}]},
        {"all": [{"m0": {"$lt": {"a1": True}}}]},
        {"all": [{"m0": {"$lt": {"a1": None}}}]},
        {"all": [{"m0": {"$lt": {"a1": [5]}}}]},
        {"all": [{"m0": {"$lt": {"a.b": 5}}}]},
        {"all": [{"m0": {"$lt": {"sid": 5}}}]},
        {"all": [{"m0": {"$lt": {"id": 5}}}]},
        {"all": [{"m0": LT}, {"m1": {"$gte": {"a1": 1}}}]},
        {"all": [{"m0": {"$lt": {"a1": 2**53}}}]},
    ],
)
def test_trap_3_everything_outside_the_subset_is_refused(definition: dict[str, Any]) -> None:
    refuse_outside({"r1": {"all": [{"m0": LT}]}})
    with pytest.raises(ReteRefusal, match=r"`r0`|is no name|cannot tell"):
        refuse_outside({"r0": definition})


def test_trap_3_a_criterion_that_needs_itself_is_refused_by_name() -> None:
    with pytest.raises(ReteRefusal, match="criterion `a` needs itself"):
        Rete(pack({"a": Named("b"), "b": Not(Named("a"))}))


# --- 4: limits at which the library loops, stops or fuses -------------------------------------------------------------


def test_trap_4_a_rule_has_sixteen_tests_at_most() -> None:
    refuse_outside({"r0": {"all": [{f"m{i}": {"$lt": {f"a{i}": 1}}} for i in range(16)]}})
    with pytest.raises(ReteRefusal, match="17 tests"):
        refuse_outside({"r0": {"all": [{f"m{i}": {"$lt": {f"a{i}": 1}}} for i in range(17)]}})


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([(f"a{i}", 1) for i in range(401)], "401 different tests"),
        ([("a0", i) for i in range(61)], "61 tests of `a0`"),
        ([("a0", 1)] * 251, "251 rules with one test of `a0`"),
        ([("a0", 1)] * 4097, "4097 rules"),
    ],
)
def test_trap_4_a_ruleset_stays_far_from_the_limits(rules: list[tuple[str, int]], message: str) -> None:
    with pytest.raises(ReteRefusal, match=message):
        refuse_outside({f"r{i}": {"all": [{"m0": {"$lt": {name: limit}}}]} for i, (name, limit) in enumerate(rules)})


def test_trap_4_names_that_are_one_to_the_library_are_refused() -> None:
    assert fnv1a("rxmhwamm") == fnv1a("pworlvhu")
    assert fnv1a("sid") == 3593476751
    refuse_collisions(["d92798", "o162127"])
    with pytest.raises(ReteRefusal, match="cannot tell `o162126` from `d92798`"):
        refuse_collisions(["d92798", "o162126"])


@pytest.mark.parametrize("measured", [0, 1, 74, 75, 149, 150])
def test_trap_4_a_measure_with_many_limits_is_split(measured: int) -> None:
    of = pack({f"c{limit}": Compare("anc", op, Decimal(limit)) for limit in range(150) for op in ("below",)})
    assert list(criteria(of, anc=exactly(str(measured))).values()) == [measured < limit for limit in range(150)]


def test_trap_4_a_pack_with_more_tests_than_a_ruleset_holds_is_split() -> None:
    parts = {f"c{i}": Compare(f"n{i}", "below", Decimal(i)) for i in range(600)}
    of = pack({**parts, "all": Every(tuple(map(Named, parts))), "most": AtLeast(599, tuple(map(Named, parts)))})
    found = criteria(of, **{f"n{i}": exactly("-1") for i in range(599)})
    assert (found["all"], found["most"], found["c0"], found["c599"]) == (None, True, True, None)


def test_trap_4_a_conclusion_with_many_branches_is_split() -> None:
    of = pack({}, [conclusion("c", [*((f"o{i}", Compare(f"n{i}", "below", Decimal(1))) for i in range(40)), ("none", None)])])
    evaluator = Rete(of)
    above: dict[str, Value] = {f"n{i}": exactly("2") for i in range(40)}
    assert evaluator.judge(snapshot(of, **above)).conclusions[0].outcome == "none"
    assert evaluator.judge(snapshot(of, **{**above, "n39": exactly("0")})).conclusions[0].outcome == "o39"
    assert evaluator.judge(snapshot(of, **{**above, "n39": exactly("0"), "n3": None})).conclusions[0].outcome is None


# --- 5, 6, 16, 18: what kills the process -----------------------------------------------------------------------------


def test_trap_5_thousands_of_patients_for_whom_no_rule_fires() -> None:
    ended = python("""
        of = pack({"low": Compare("anc", "below", Decimal("0.5"))})
        for _ in range(5000):
            assert Rete(of).judge(snapshot(of, anc=Interval(None, None))).criteria == (None,)
        """)
    assert ended.returncode == 0, ended.stderr


def test_trap_6_an_empty_patient_and_an_empty_pack() -> None:
    ended = python("""
        of = pack({"low": Compare("anc", "below", Decimal("0.5")), "known": Known("anc"), "on": Constant(True, "p")})
        evaluator = Rete(of)
        for _ in range(2000):
            assert evaluator.judge(snapshot(of)).criteria == (None, False, True)
        assert Rete(pack({})).judge(()) == ((), ())
        only = pack({"on": Constant(True, "p"), "off": Constant(False, "p")}, [conclusion("c", [("a", None), ("b", None)])])
        assert Rete(only).judge(()).criteria == (True, False)
        assert Rete(only).judge(()).conclusions[0].outcome == "a"
        """)
    assert ended.returncode == 0, ended.stderr


def test_trap_16_a_smoke_test_in_a_process_of_its_own() -> None:
    ended = python("""
        for seed in range(30):
            random = Random(seed)
            of = random_pack(random, 20, 4)
            for _ in range(20):
                Rete(of).judge(random_snapshot(random, of))
        print("judged")
        """)
    assert (ended.returncode, ended.stdout) == (0, "judged\n"), ended.stderr


def test_trap_18_a_crash_ends_one_process_and_no_other() -> None:
    ended = python("""
        import os, signal
        Rete(pack({"low": Compare("anc", "below", Decimal("0.5"))}))
        os.kill(os.getpid(), signal.SIGSEGV)
        """)
    assert ended.returncode == -signal.SIGSEGV
    assert criteria(SMALL, anc=exactly("0.1"))["low"] is True


# --- 7: order ---------------------------------------------------------------------------------------------------------


def test_trap_7_the_order_of_rules_and_facts_changes_nothing() -> None:
    random = Random(7)
    of = random_pack(random, 12, 3)
    plan = network(of, of.criteria, of.conclusions)
    (rules,) = rulesets(plan.heads, most_tests=400)
    orders = [Ruleset(rules), *(Ruleset(random.sample(rules, len(rules))) for _ in range(20))]
    for _ in range(30):
        taken = random_snapshot(random, of)
        read = {attribute: source.read(taken) for source, attribute in plan.sources}
        found = [_derived(ruleset, {name: value for name, value in read.items() if value is not None}) for ruleset in orders]
        assert all(other == found[0] for other in found)


def _derived(ruleset: Ruleset, known: dict[str, int]) -> dict[str, int]:
    ruleset.derive(known)
    return known


# --- 8, 9, 10, 17: what the library says and nobody hears -------------------------------------------------------------


def test_trap_8_a_fact_taken_for_another_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset = Ruleset(rulesets(network(SMALL, SMALL.criteria, ()).heads)[0])
    monkeypatch.setattr(rete, "fact", lambda attribute, value: fact("a0", value))
    with pytest.raises(ReteError, match="code 2"):
        ruleset.derive({"a0": 1, "a2": 1})


def test_trap_8_a_state_left_over_is_an_error() -> None:
    ruleset = Ruleset(rulesets(network(SMALL, SMALL.criteria, ()).heads)[0])
    durable.assert_fact(ruleset._handle, fact(rete.OPENING, 1))
    with pytest.raises(ReteError, match="earlier evaluation"):
        ruleset.derive({})


def test_trap_9_every_fact_handed_in_is_accounted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []

    def counting(handle: int, text: str) -> tuple[int, int]:
        code, state = real(handle, text)
        codes.append(code)
        return code, state

    real = durable.assert_fact
    evaluator = Rete(SMALL)
    monkeypatch.setattr(rete, "durable", Library(assert_fact=counting))
    evaluator.judge(snapshot(SMALL, anc=exactly("0.1"), plt=Interval(Decimal(5), None)))
    # opening; both ends of anc, of which the lower meets no rule; the lower end of plt, which meets none; `low` read by nothing
    assert sorted(codes) == [0, 0, 1, 1]


@pytest.mark.parametrize("code", [2, 3])
def test_trap_9_a_fact_that_is_not_taken_is_an_error(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    real = durable.assert_fact
    evaluator = Rete(SMALL)
    lost = Library(assert_fact=lambda handle, text: real(handle, text) if rete.OPENING in text else (code, 1))
    monkeypatch.setattr(rete, "durable", lost)
    with pytest.raises(ReteError, match=f"code {code}"):
        evaluator.judge(snapshot(SMALL, anc=exactly("0.1")))


def test_trap_10_an_error_while_rules_fire_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(message: str) -> Any:
        raise OSError("in the middle of an action")

    evaluator = Rete(SMALL)
    with monkeypatch.context() as patched:
        patched.setattr(rete, "_rule_of", failing)
        for _ in range(100):
            with pytest.raises(OSError, match="in the middle"):
                evaluator.judge(snapshot(SMALL, anc=exactly("0.1")))
    assert evaluator.judge(snapshot(SMALL, anc=exactly("0.1"))).criteria == (True, None, None)


def test_trap_10_two_values_for_one_truth_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluator = Rete(SMALL)
    rules: Iterator[dict[str, Any]] = iter([{"r1": 0}, {"r2": 0}])
    monkeypatch.setattr(rete, "_rule_of", lambda message: next(rules))
    with pytest.raises(ReteError, match="derived two values"):
        evaluator.judge(snapshot(SMALL, anc=exactly("0.1"), plt=exactly("30")))


def test_trap_17_rules_that_never_stop_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluator = Rete(SMALL)
    opened = iter([durable.complete_and_start_action])

    def endless(handle: int, state: int) -> str | None:
        real = next(opened, None)
        return '{"r1":{}}' if real is None else real(handle, state)

    monkeypatch.setattr(rete, "durable", Library(complete_and_start_action=endless))
    with pytest.raises(ReteError, match="fired more than"):
        evaluator.judge(snapshot(SMALL, anc=exactly("0.1")))


# --- 11, 12, 13: threads, memory, fork --------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [True, False])
def test_trap_11_eight_threads(shared: bool) -> None:
    random = Random(11)
    of = random_pack(random, 10, 2)
    one = Rete(of)
    taken = [random_snapshot(random, of) for _ in range(60)]
    expected = [one.judge(each) for each in taken]
    wrong: list[int] = []

    def work(number: int) -> None:
        evaluator = one if shared else Rete(of)
        order = Random(number).sample(range(len(taken)), len(taken))
        wrong.extend(i for i in order if evaluator.judge(taken[i]) != expected[i])
        done.append(number)

    done: list[int] = []
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert (wrong, sorted(done)) == ([], list(range(8)))


GROWTH = """
    import resource
    def megabytes():
        with open("/proc/self/statm") as pages:
            return int(pages.read().split()[1]) * resource.getpagesize() / 2**20
    def grown(work, before, times):
        for i in range(before): work(i)
        start = megabytes()
        for i in range(times): work(i)
        return megabytes() - start
    random = Random(12)
    of = random_pack(random, 8, 2)
    taken = [random_snapshot(random, of) for _ in range(50)]
    evaluator = Rete(of)
    kept = []
"""


def _grown(work: str, before: int, times: int) -> float:
    """Megabytes by which the process grows while it works, after it has worked before."""
    ended = python(textwrap.dedent(GROWTH) + textwrap.dedent(work) + f"print(grown(work, {before}, {times}))")
    assert ended.returncode == 0, ended.stderr
    return float(ended.stdout)


def test_trap_12_memory_stays_flat_over_many_patients() -> None:
    work = "work = lambda i: evaluator.judge(taken[i % 50])\n"
    leaking = "def work(i): kept.append(bytes(1000)); evaluator.judge(taken[i % 50])\n"
    assert _grown(work, 2000, 15000) < 1.5
    assert _grown(leaking, 1000, 6000) > 1.5


def test_trap_12_memory_stays_flat_over_many_evaluators() -> None:
    work = "work = lambda i: Rete(of).judge(taken[i % 50])\n"
    leaking = "rete.durable.delete_ruleset = lambda handle: None\n" + work
    assert _grown(work, 50, 300) < 8
    assert _grown(leaking, 50, 300) > 8


def test_trap_13_a_forked_child_goes_on_with_the_evaluator() -> None:
    ended = python("""
        import os
        random = Random(13)
        of = random_pack(random, 10, 2)
        evaluator = Rete(of)
        taken = [random_snapshot(random, of) for _ in range(100)]
        expected = [evaluator.judge(each) for each in taken]
        child = os.fork()
        right = all(evaluator.judge(each) == judged for each, judged in zip(taken, expected))
        if child == 0:
            os._exit(0 if right else 1)
        assert right and os.waitpid(child, 0)[1] == 0
        """)
    assert ended.returncode == 0, ended.stderr


# --- 14: limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["0.5", "0.2", "20", "25", "30", "50"])
def test_trap_14_on_the_limit_and_next_to_it(limit: str) -> None:
    at = Decimal(limit)
    of = pack({op: Compare("n", op, at) for op in ("below", "at_most", "above", "at_least")})
    answers = {}
    for place, number in (
        ("next below", Decimal(math.nextafter(float(limit), -math.inf))),
        ("just below", at - Decimal("1E-17")),
        ("at", at),
        ("at, written longer", Decimal(limit + ("00" if "." in limit else ".00"))),
        ("just above", at + Decimal("1E-17")),
        ("next above", Decimal(math.nextafter(float(limit), math.inf))),
    ):
        if number != at or place.startswith("at"):
            answers[place] = tuple(criteria(of, n=Interval.exactly(number)).values())
    below, on, above = (True, True, False, False), (False, True, False, True), (False, False, True, True)
    assert answers.pop("just below") == below
    assert answers.pop("just above") == above
    assert answers.pop("at") == answers.pop("at, written longer") == on
    assert all(answer == (below if place == "next below" else above) for place, answer in answers.items())


# --- 15: Python -------------------------------------------------------------------------------------------------------


def test_trap_15_the_project_asks_for_a_python_that_the_library_loads_in() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "<3.13" in project["requires-python"]
    assert "durable-rules==2.0.28" in project["dependencies"]


# --- the language -----------------------------------------------------------------------------------------------------


def test_kleene_keeps_a_part_and_its_opposite_unknown() -> None:
    of = pack(
        {"never": Every((LOW, Not(LOW))), "ever": Some((LOW, Not(LOW))), "known": Some((Known("anc"), Known("anc", False)))}
    )
    assert criteria(of) == {"never": None, "ever": None, "known": True}
    assert criteria(of, anc=exactly("0.1")) == {"never": False, "ever": True, "known": True}


def test_constants_decide_before_any_patient() -> None:
    on, off = Constant(True, "p"), Constant(False, "q")
    of = pack({"every": Every((on, LOW)), "none": Every((off, LOW)), "some": Some((on, LOW)), "two": AtLeast(2, (on, off, LOW))})
    assert criteria(of) == {"every": None, "none": False, "some": True, "two": None}
