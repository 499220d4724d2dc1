"""What the guide says of metrics, of the log and of what goes wrong is what there is."""

import re
from pathlib import Path

from fhir_adapter.client.trouble import TROUBLES
from marrow.service.log import FIELDS
from marrow.service.metrics import Metrics
from marrow.service.store.rows import Counts

GUIDE = (Path(__file__).parents[2] / "docs/service.md").read_text(encoding="utf-8")
NOTHING = Counts(*(0,) * 8, None)


def part(begin: str, end: str) -> str:
    return GUIDE.split(begin, 1)[1].split(end, 1)[0]


def test_every_metric_is_in_the_guide_and_none_that_is_not_there() -> None:
    metrics = Metrics()
    metrics.watch(lambda: NOTHING, lambda: 0.0)
    there = {
        f"{each.name}_total" if each.type == "counter" else each.name
        for each in metrics.registry.collect()
        if each.name.startswith("marrow_")
    }
    table = part("| metric | says | alarm |", "`marrow status` says")
    assert set(re.findall(r"`(?:sum\(increase\()?(marrow_[a-z_]+)", table)) == there


def test_every_field_of_the_log_is_in_the_guide() -> None:
    table = part("| field | says |", "How much one process does")
    named = re.findall(r"`([a-z_]+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))
    assert set(named) == {"time", "level", "event", *FIELDS}


def test_codes_of_the_failure_table_are_those_of_the_client() -> None:
    codes = re.findall(r"`fhir-([a-z-]+)`", GUIDE)
    assert codes
    assert set(codes) <= TROUBLES.keys()
