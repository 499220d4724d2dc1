"""Two evaluators that differ are heard, by the names of what differs and without the patient."""

from decimal import Decimal

import pytest

from engine.evaluate.both import Both, Disagreement
from engine.evaluate.plain import Plain
from engine.judgement import Judgement
from engine.pack.expression import Compare, Named, Not
from engine.pack.program import Pack
from engine.snapshot import Snapshot
from engine.truth import Truth
from tests.written_packs import conclusion, exactly, pack, snapshot

LOW = Compare("anc", "below", Decimal("0.5"))
SEVERITY = conclusion("severity", [("SEVERE", Named("low")), ("NONE", None)], applies=Named("low"), flags=[Not(Named("low"))])
SMALL = pack({"low": LOW, "high": Not(Named("low"))}, [SEVERITY])
PATIENT = snapshot(SMALL, anc=exactly("0.07"))


class Contrary:
    """An evaluator that is wrong about everything that follows from `low`."""

    def __init__(self, of: Pack) -> None:
        self._plain, self._other = Plain(of), snapshot(of, anc=exactly("9"))

    def judge(self, snapshot: Snapshot) -> Judgement:
        return self._plain.judge(self._other)

    def criterion(self, name: str, snapshot: Snapshot) -> Truth:
        return self._plain.criterion(name, self._other)


def contradicted() -> Both:
    both = Both(SMALL)
    both._rete = Contrary(SMALL)  # type: ignore[assignment]
    return both


def test_two_that_agree_speak_as_one() -> None:
    both = Both(SMALL)
    assert both.judge(PATIENT) == Plain(SMALL).judge(PATIENT)
    assert (both.criterion("low", PATIENT), both.criterion("high", PATIENT)) == (True, False)


def test_a_difference_names_each_criterion_and_each_part_of_a_conclusion() -> None:
    with pytest.raises(Disagreement) as raised:
        contradicted().judge(PATIENT)
    assert raised.value.differences == (
        "criterion low: met / not_met",
        "criterion high: not_met / met",
        "conclusion severity: SEVERE / NONE",
        "conclusion severity applies: met / not_met",
        "conclusion severity outcome SEVERE: met / not_met",
        "conclusion severity flag flag_0: not_met / met",
    )
    assert str(raised.value).startswith("plain and rete disagree on criterion low: met / not_met; criterion high")
    assert "0.07" not in str(raised.value)


def test_a_difference_in_one_criterion_asked_for_alone() -> None:
    with pytest.raises(Disagreement, match=r"on criterion high: not_met / met$"):
        contradicted().criterion("high", PATIENT)


def test_a_message_stays_readable_where_everything_differs() -> None:
    assert str(Disagreement(f"criterion c{number}" for number in range(12))).endswith("criterion c9; and 2 more")
