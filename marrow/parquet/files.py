"""Parquet files of one run: all written beside those of the run before, then put in their place together."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from marrow.output import telling
from marrow.parquet.schemas import FIXED, arrow_schema

FOLDER = "parquet"
COMPRESSION = "zstd"
ROW_GROUP = 33_554_432
"""How many bytes, as Arrow holds them, make a row group."""


class MissingLibrary(ValueError):
    """The caller's fault: what was asked for needs a library that is not installed."""


def require_pyarrow() -> None:
    """Raise MissingLibrary where Parquet cannot be written."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise MissingLibrary(
            "--parquet needs the library pyarrow, which is not installed; pip install 'marrow-rules[parquet]'"
        ) from None


def path_of(out: Path, table: str) -> Path:
    """Where a table lies in a folder of results."""
    return out / FOLDER / f"{table}.parquet"


def remove_tables(out: Path) -> None:
    """Take away the tables of an earlier run; whatever else lies in their folder stays."""
    for table in FIXED:
        path = path_of(out, table)
        with telling(path):
            path.unlink(missing_ok=True)
    folder = out / FOLDER
    if folder.is_dir() and not any(folder.iterdir()):
        with telling(folder):
            folder.rmdir()


class Tables:
    """The tables of a run while they are written; of each, parts of rows in their order."""

    def __init__(self, files: Mapping[str, BinaryIO], schemas: Mapping[str, Any], stack: ExitStack) -> None:
        import pyarrow.parquet

        self._schemas = schemas
        self._writers = {
            name: stack.enter_context(
                pyarrow.parquet.ParquetWriter(file, schemas[name], compression=COMPRESSION, write_page_checksum=True)
            )
            for name, file in files.items()
        }
        self._held: dict[str, list[Any]] = {name: [] for name in files}

    def add(self, table: str, columns: Mapping[str, Iterable[Any]]) -> None:
        """Rows by column, each as long as the others. Raises where a column does not fit its type."""
        import pyarrow

        schema, held = self._schemas[table], self._held[table]
        arrays = [_array(columns[field.name], field) for field in schema]
        held.append(pyarrow.record_batch(arrays, schema=schema))
        if sum(batch.nbytes for batch in held) >= ROW_GROUP:
            self._write(table)

    def close(self) -> None:
        """Write what is still held."""
        for table in self._held:
            self._write(table)

    def _write(self, table: str) -> None:
        import pyarrow

        held = self._held[table]
        if held:
            rows = pyarrow.Table.from_batches(held)
            self._writers[table].write_table(rows, row_group_size=max(1, len(rows)))
            held.clear()


def _array(values: Iterable[Any], field: Any) -> Any:
    """One column; days come as proleptic ordinals, which Arrow counts from 1970."""
    import pyarrow

    if isinstance(values, pyarrow.Array):
        return values
    if pyarrow.types.is_date32(field.type):
        days = [None if day is None else day - EPOCH for day in values]
        return pyarrow.array(days, pyarrow.int32()).cast(field.type)
    return pyarrow.array(values if isinstance(values, list) else list(values), field.type)


EPOCH = 719163
"""1970-01-01 as a proleptic ordinal."""


@contextmanager
def tables(out: Path, more: Mapping[str, str], about: Mapping[str, Mapping[str, str]]) -> Iterator[Tables]:
    """Every table, open for rows; at the end all take their place, after an error none does.

    more: the pack's own columns of `patients`, and about: what is noted with them. Raises UnwritableOutput.
    """
    schemas = {name: arrow_schema(fixed) for name, fixed in FIXED.items()}
    schemas["patients"] = arrow_schema({**FIXED["patients"], **more}, about)
    paths = {name: path_of(out, name) for name in schemas}
    partial = {name: path.with_name(f".{path.name}.{uuid4().hex[:8]}") for name, path in paths.items()}
    folder = out / FOLDER
    with telling(folder):
        folder.mkdir(exist_ok=True)
        try:
            with ExitStack() as stack:
                files = {name: stack.enter_context(path.open("xb")) for name, path in partial.items()}
                with ExitStack() as writers:
                    written = Tables(files, schemas, writers)
                    yield written
                    written.close()
                for file in files.values():
                    file.flush()
                    os.fsync(file.fileno())
            for name, path in partial.items():
                path.replace(paths[name])
        except BaseException:
            for path in partial.values():
                path.unlink(missing_ok=True)
            raise
