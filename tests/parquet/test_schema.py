"""The documented columns are those of the code and of the files."""

import re
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from engine.cohort.columns import Columns
from marrow.packs import load_pack
from marrow.parquet.patients import own_columns
from marrow.parquet.schemas import FIXED, arrow_schema
from tests.parquet.invented import rows, write_tables

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "parquet.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<kind>[A-Z]*)(?:`(?P<name>\w+)`)? \| (?P<type>\S.*?) \|", re.MULTILINE)
PLAIN = {"string": str, "double": float, "bool": bool}


def documented(table: str) -> list[tuple[str, str, str]]:
    """The kind that a column is named after ("" for none), the rest of its name, and its type."""
    (section,) = re.findall(rf"^### {table}\n(.*?)(?=^##)", DOCUMENT, re.MULTILINE | re.DOTALL)
    found = [(one["kind"], one["name"] or "", one["type"].replace("\\", "")) for one in ROW.finditer(section)]
    assert found
    return found


@pytest.mark.parametrize("table", FIXED)
def test_each_table_is_documented_column_by_column(table: str) -> None:
    assert {name: type for kind, name, type in documented(table) if not kind} == FIXED[table]


def test_every_table_is_in_the_list() -> None:
    assert re.findall(r"^\| \[`(\w+)`\]\(#(\w+)\)", DOCUMENT, re.MULTILINE) == [(name, name) for name in FIXED]


def spelt(field: pyarrow.Field) -> str:
    """The type of a column as the document spells it, from Arrow's own words."""
    text = str(field.type).replace("date32[day]", "date32")
    text = re.sub(r"list<element: (.*?) not null>$", r"list<\1>", text)
    text = re.sub(r"(?<=: )string(?! not null)", "string?", text)
    return text + ("?" if field.nullable else "")


@pytest.mark.parametrize("table", FIXED)
def test_the_files_have_the_documented_columns(out: Path, table: str) -> None:
    schema = pyarrow.parquet.read_schema(out / "parquet" / f"{table}.parquet")
    assert {field.name: spelt(field) for field in list(schema)[: len(FIXED[table])]} == FIXED[table]
    if table != "patients":
        assert len(schema) == len(FIXED[table])


def test_the_columns_of_a_pack_are_of_the_documented_kinds(whole: Path) -> None:
    """Each further column of `patients` is one of the documented ones, and each of those is there."""
    pack = load_pack("lan_2021")
    schema = pyarrow.parquet.read_schema(whole / "parquet" / "patients.parquet")
    kinds = {(kind, name, type) for kind, name, type in documented("patients") if kind}
    seen = set()
    for field in list(schema)[len(FIXED["patients"]) :]:
        noted = {key.decode(): value.decode() for key, value in field.metadata.items()}
        kind = "MEASURE" if "measure" in noted else "CONCLUSION"
        of = noted[kind.lower()]
        stem = of.replace("@", "_").replace(".", "_")
        assert field.name.startswith(stem)
        assert (kind, field.name.removeprefix(stem), spelt(field)) in kinds
        seen.add((kind, field.name.removeprefix(stem), spelt(field)))
        item = pack.measures[of] if kind == "MEASURE" else pack.conclusions[of]
        assert noted["label"] == (item.spec.label if kind == "MEASURE" else item.label)
        assert noted["unit"] == ((item.unit or "") if field.type == pyarrow.float64() else "")
    assert seen == kinds


def test_two_columns_never_have_one_name() -> None:
    """A measure that is called as a conclusion comes first and keeps the name."""
    pack = load_pack("lan_2021")
    names = ["severity", "response.day_90", "response.day_40"]
    columns = Columns(
        outcomes={name: [] for name in names}, effective={name: [] for name in names}, possible={name: [] for name in names},
        lacks={name: [] for name in names}, numbers={"severity": [], "wbc@baseline": []},
        codes={"severity": [], "wbc@baseline": []},
    )  # fmt: skip
    pack.measures["severity"] = pack.measures["sex"]
    found = [each.name for each in own_columns(pack, columns)]
    assert len(set(found)) == len(found)
    assert found[:3] == ["severity", "wbc_baseline", "severity_2"]


@pytest.mark.parametrize("table", FIXED)
def test_a_cohort_of_nobody_has_every_table(tmp_path: Path, table: str) -> None:
    write_tables(tmp_path / "out")
    assert rows(tmp_path / "out", table) == []


def test_a_schema_is_written_for_people_and_read_for_arrow() -> None:
    schema = arrow_schema({"a": "list<struct<x: string?, y: int32>>", "b": "date32?", "c": "double"}, {"c": {"unit": "g"}})
    assert schema.field("a").type == pyarrow.list_(
        pyarrow.field("element", pyarrow.struct([("x", pyarrow.string()), pyarrow.field("y", pyarrow.int32(), False)]), False)
    )
    assert [field.nullable for field in schema] == [False, True, False]
    assert schema.field("c").metadata == {b"unit": b"g"}
