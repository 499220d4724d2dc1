"""What the Parquet tables hold, column by column; docs/parquet.md says it in words."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

CODING = "struct<system: string?, code: string?, display: string?>"
FIXED: dict[str, dict[str, str]] = {
    "conclusions": {
        "patient": "string",
        "pack": "string",
        "pack_version": "string",
        "conclusion": "string",
        "outcome": "string",
        "as_of": "date32?",
        "effective": "date32?",
        "possible": "list<string>",
        "missing": "list<string>",
        "flags": "list<string>",
        "evidence": "list<string>",
        "parameters": "string",
    },
    "criteria": {
        "patient": "string",
        "conclusion": "string",
        "position": "int32",
        "criterion": "string",
        "kind": "string?",
        "status": "string",
        "because": "string",
    },
    "conditions": {
        "id": "string?",
        "patient": "string?",
        "pack": "string?",
        "conclusion": "string?",
        "clinical_status": "string?",
        "verification": "string?",
        "codes": f"list<{CODING}>",
        "text": "string?",
        "onset": "date32?",
        "recorded": "date32?",
        "evidence": "list<string>",
        "resource": "string",
    },
    "patients": {
        "patient": "string",
        "as_of": "date32?",
        "group_name": "string?",
        "left_out": "string?",
        "stopped_by": "list<string>",
    },
    "endpoints": {
        "patient": "string",
        "endpoint": "string",
        "group_name": "string",
        "days": "int32?",
        "event_kind": "int32?",
        "event": "string?",
        "competing": "bool?",
        "left_out": "string?",
    },
    "survival": {
        "endpoint": "string",
        "group_name": "string",
        "days": "int32",
        "at_risk": "int32",
        "events": "int32",
        "censored": "int32",
        "survival": "double",
        "standard_error": "double?",
        "ci_low": "double?",
        "ci_high": "double?",
    },
    "issues": {
        "source": "string",
        "path": "string",
        "code": "string",
        "severity": "string",
        "message": "string",
    },
}
"""By table its columns, in order, as they are written for people: `?` after a type that may be null.

`patients` has further columns, which the pack decides (marrow/parquet/patients.py).
"""


def arrow_schema(columns: Mapping[str, str], about: Mapping[str, Mapping[str, str]] | None = None) -> "pyarrow.Schema":
    """The schema of Arrow for columns as above; about: what is noted with a column."""
    import pyarrow

    noted = about or {}
    return pyarrow.schema([_field(name, written, noted.get(name)) for name, written in columns.items()])


def _field(name: str, written: str, about: Mapping[str, str] | None = None) -> Any:
    import pyarrow

    plain = written.removesuffix("?")
    return pyarrow.field(name, _type(plain), nullable=plain != written, metadata=dict(about) if about else None)


def _type(written: str) -> Any:
    import pyarrow

    if written.startswith("list<"):
        return pyarrow.list_(_field("element", written.removeprefix("list<").removesuffix(">")))
    if written.startswith("struct<"):
        inside = written.removeprefix("struct<").removesuffix(">").split(", ")
        return pyarrow.struct([_field(name, of) for name, of in (each.split(": ") for each in inside)])
    simple = {
        "string": pyarrow.string(), "date32": pyarrow.date32(), "int32": pyarrow.int32(), "double": pyarrow.float64(),
        "bool": pyarrow.bool_(),
    }  # fmt: skip
    return simple[written]
