"""The invented trial with three arms: patients written in a line, and what the cohort of them comes to."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.cohort.columns import Columns, Observer
from engine.cohort.results import Results
from engine.cohort.study import study
from engine.evaluate.plain import Plain
from engine.evaluation import Evaluation
from engine.pack.program import Pack
from marrow.packs import load_pack
from marrow.report.data import survival_json, tables_json
from tests.spec.language import START, record

FOLDER = Path(__file__).resolve().parent / "packs" / "trial_invented"
LAST_DAY = 400
"""The day of evaluation, counted from the first treatment."""

Json = dict[str, Any]


@cache
def trial(**settings: str) -> Pack:
    """The pack; `__` in the name of a setting is a dot."""
    return load_pack(str(FOLDER), {name.replace("__", "."): value for name, value in settings.items()})


def columns(*patients: str, as_of: int = LAST_DAY, pack: Pack | None = None) -> Columns:
    """What the statistics read of patients, each like "arm undated = red; seen day 60; relapse day 30", treated on day 0."""
    pack = pack or trial()
    evaluation, observe = Evaluation(pack, Plain(pack)), Observer(pack)
    for patient in patients:
        observe(evaluation(record(patient), START + as_of))
    return observe.columns


def results(*patients: str, as_of: int = LAST_DAY, pack: Pack | None = None) -> Results:
    pack = pack or trial()
    return study(pack, columns(*patients, as_of=as_of, pack=pack), START + as_of)


def tables(*patients: str, **options: Any) -> Json:
    """What is written into tables.json."""
    return tables_json(options.get("pack") or trial(), results(*patients, **options))


def survival(*patients: str, **options: Any) -> Json:
    """What is written into survival.json."""
    return survival_json(options.get("pack") or trial(), results(*patients, **options))


def red(text: str) -> str:
    """A patient of the red arm."""
    return f"arm undated = red; {text}"


def left_out(found: Mapping[str, Any]) -> dict[tuple[str | None, str], int]:
    """Patients by group and reason."""
    return {(one["group"], one["reason"]): one["patients"] for one in found["left_out"]}
