"""The lines of conditions.ndjson as rows: what SQL asks of a Condition in columns, and the whole of it as text."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from fhir_adapter.arrival import CONCLUSION
from marrow.parquet.files import Tables
from marrow.parquet.lines import AT_ONCE

Json = dict[str, Any]


def add_conditions(tables: Tables, path: Path) -> None:
    """Write the Conditions, those included that are withdrawn. What an earlier evaluation wrote may lack any element."""
    decode = msgspec.json.Decoder(Json).decode
    with path.open("rb") as file:
        while lines := file.readlines(AT_ONCE):
            rows = [_row(decode(line), line) for line in lines]
            tables.add("conditions", {name: [row[name] for row in rows] for name in rows[0]})


def _row(condition: Json, line: bytes) -> Json:
    pack, conclusion = _concluded(condition)
    return {
        "id": condition.get("id"),
        "patient": condition.get("subject", {}).get("reference"),
        "pack": pack,
        "conclusion": conclusion,
        "clinical_status": _code(condition, "clinicalStatus"),
        "verification": _code(condition, "verificationStatus"),
        "codes": [
            {name: coding.get(name) for name in ("system", "code", "display")}
            for coding in condition.get("code", {}).get("coding", ())
        ],
        "text": condition.get("code", {}).get("text"),
        "onset": _day(condition.get("onsetDateTime")),
        "recorded": _day(condition.get("recordedDate")),
        "evidence": list(dict.fromkeys(_evidence(condition))),
        "resource": line.decode().rstrip("\n"),
    }


def _concluded(condition: Json) -> tuple[str | None, str | None]:
    """The pack and conclusion that a Condition states, from its identifier: pack/conclusion/id."""
    for identifier in condition.get("identifier", ()):
        said = str(identifier.get("value", "")).split("/")
        if identifier.get("system") == CONCLUSION and len(said) == 3:
            return said[0], said[1]
    return None, None


def _code(condition: Json, name: str) -> str | None:
    coding: list[Json] = condition.get(name, {}).get("coding", [])
    return next((each["code"] for each in coding if "code" in each), None)


def _day(text: str | None) -> int | None:
    """The day that is written, of a dateTime as well; None for a month or a year, which is no day."""
    try:
        return date.fromisoformat((text or "")[:10]).toordinal()
    except ValueError:
        return None


def _evidence(condition: Json) -> Iterator[str]:
    """The resources that it rests on: R4 has them below `detail`, R5 as `reference`."""
    for each in condition.get("evidence", ()):
        for detail in (*each.get("detail", ()), each.get("reference", {})):
            if "reference" in detail:
                yield detail["reference"]
