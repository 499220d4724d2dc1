"""The pages of a pack: faults of what is named and not there, and of limits in another unit than the values beside them."""

import json
from typing import Any

import pytest

from engine.pack.load import load
from engine.pack.parse import PackError
from marrow.packs import load_pack, pack_files, pack_folder

Json = dict[str, Any]
LIMIT: Json = {"label": "severe below", "parameter": "severity.anc_lt"}
COLUMN: Json = {"name": "severity", "label": "Severity", "conclusions": ["severity"]}


def faults(pages: Json) -> list[str]:
    """What is said of a pack whose pages are these, without suggestions."""
    files = pack_files(pack_folder("lan_2021")) | {"pages.yaml": json.dumps({"pages": pages})}
    try:
        load(files)
    except PackError as error:
        return sorted(fault.message.partition(";")[0] for fault in error.faults)
    return []


def panel(concept: str, *limits: Json) -> Json:
    return {"concept": concept, "label": "l", "limits": list(limits)}


SHAPES: Json = {
    "patients": {"columns": [COLUMN | {"conclusions": []}]},
    "chart": {
        "day_zero": "day_zero",
        "panels": [panel("anc", {"label": "l"}), panel("anc", {"label": "l", "measure": "hgb_limit"})],
    },
}
SHAPES_SAID = [
    "`pages.chart.panels[0].limits[0]`: expected `parameter` or `measure`",
    "`pages.chart.panels[1].limits[0]`: a `measure` needs `windows` to be read in",
    "`pages.patients.columns[0].conclusions`: expected at least 1",
]
NAMES: Json = {
    "patients": {
        "day": {"label": "Day", "measure": "atg_frist_day"},
        "columns": [COLUMN, COLUMN | {"conclusions": ["severty"]}],
        "awaited": ["nothing"],
    },
    "chart": {
        "day_zero": "day_zro",
        "panels": [
            panel("ancc"),
            panel("death"),
            panel(
                "anc",
                LIMIT,
                LIMIT | {"parameter": "severity.ank_lt"},
                LIMIT | {"parameter": "windows.d40"},
                LIMIT | {"parameter": "severity.residual_lt"},
                {"label": "l", "measure": "hgb_limit", "windows": ["day_90", "baseline"]},
            ),
            panel("hgb", {"label": "l", "measure": "hgb_limit", "windows": ["day_90"]}),
        ],
        "lanes": [{"label": "ATG", "concepts": ["rabit_atg"]}],
        "windows": ["day_41"],
        "conclusions": ["severtiy"],
    },
}
NAMES_SAID = [
    "`death` is no quantity",
    "`hgb_limit` is in g/L, `anc` in 10*9/L",
    "`severity.residual_lt` is in %, `anc` in 10*9/L",
    "`windows.d40` is no number",
    "no conclusion reads a measure `hgb_limit@baseline`",
    "there are two columns `severity`",
    "there is no anchor `day_zro`",
    "there is no concept `ancc`",
    "there is no concept `rabit_atg`",
    "there is no conclusion `nothing`",
    "there is no conclusion `severtiy`",
    "there is no conclusion `severty`",
    "there is no measure `atg_frist_day`",
    "there is no parameter `severity.ank_lt`",
    "there is no window `day_41`",
]


@pytest.mark.parametrize(
    ("pages", "said"), [({}, []), (SHAPES, SHAPES_SAID), (NAMES, NAMES_SAID)], ids=["none", "shapes", "names"]
)
def test_what_is_wrong_is_said(pages: Json, said: list[str]) -> None:
    assert faults(pages) == said


def test_the_shipped_pack_charts_what_its_rules_read() -> None:
    spec = load_pack("lan_2021").pages
    assert spec.chart is not None
    assert [panel.concept for panel in spec.chart.panels] == ["anc", "plt", "hgb", "arc"]
    assert [column.name for column in spec.patients.columns][:2] == ["severity", "eligibility"]
