"""A pack that is laid out once gives of every chart what the obvious way gives: each measure and conclusion, to the digit."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.evaluate.plain import Plain
from engine.evaluation import Evaluated, Evaluation
from engine.pack.load import load
from engine.pack.program import Pack
from engine.snapshot import Measured
from marrow.packs import RULES, pack_files
from tests.oracle.obvious.evaluation import Evaluation as Obvious
from tests.property.random_charts import random_chart

PACKS = [*sorted(path.parent for path in RULES.glob("*/pack.yaml")), *sorted(Path(__file__).parents[1].glob("packs/*"))]
CHARTS = 60


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("strange", [0.0, 0.2, 1.0])
def test_a_chart_is_measured_as_the_obvious_way_measures_it(folder: Path, strange: float) -> None:
    _agree(load(pack_files(folder)), Random(f"{folder.name} {strange}"), strange, CHARTS)


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_so_it_is_whatever_a_parameter_chooses(folder: Path) -> None:
    random = Random(folder.name)
    for name, value in _other_choices(load(pack_files(folder))):
        _agree(load(pack_files(folder), {name: value}), random, random.choice([0.0, 0.3]), 6)


def test_conclusions_of_one_chart_leave_nothing_behind_for_the_next() -> None:
    pack = load(pack_files(PACKS[0]))
    random, evaluate = Random(1), Evaluation(pack, Plain(pack))
    charts = [random_chart(random, pack, 0.3) for _ in range(20)]
    first = [_text(evaluate(*chart)) for chart in charts]
    assert [_text(evaluate(*chart)) for chart in reversed(charts)] == first[::-1]


def _other_choices(pack: Pack) -> list[tuple[str, str]]:
    rules = [parameter for parameter in pack.parameters.values() if parameter.spec.used_by == "rules"]
    flags = [(each.name, str(not each.value).lower()) for each in rules if each.spec.type == "flag"]
    choices = [(each.name, option) for each in rules if each.spec.type == "choice" for option in each.spec.options or ()]
    return flags + choices


def _agree(pack: Pack, random: Random, strange: float, charts: int) -> None:
    evaluate, obvious = Evaluation(pack, Plain(pack)), Obvious(pack, Plain(pack))
    known = 0
    for number in range(charts):
        record, as_of = random_chart(random, pack, strange)
        found, meant = evaluate(record, as_of), obvious(record, as_of)
        for name, one, other in zip(pack.measures, found.snapshot, meant.snapshot, strict=True):
            assert _measured(one) == _measured(other), f"{name}, chart {number}"
        assert _text(found) == _text(meant), f"chart {number}"
        known += sum(measured.value is not None and bool(measured.evidence) for measured in found.snapshot)
    assert known > charts  # charts that nothing is read from would show nothing


def _text(evaluated: Evaluated) -> Any:
    conclusions = [
        (*conclusion[:8], [_measured(source) for source in conclusion.sources], conclusion[9:])
        for conclusion in evaluated.conclusions
    ]
    return evaluated.patient, [_measured(measured) for measured in evaluated.snapshot], conclusions


def _measured(measured: Measured) -> list[str]:
    """Every part of a measured value in words: numbers with the digits that they have."""
    parts = [getattr(measured, name) for name in Measured.__struct_fields__]
    return [repr(sorted(part) if isinstance(part, frozenset) else part) for part in parts]
