"""Files to chunks, on the cluster: lines by Spark, cut wherever it likes, everything else as it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from marrow.spark.inputs import Listed, plain_uri
from marrow.spark.steps import Chunk

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

CHUNK = 8_388_608
"""Bytes of lines that the first step is given at a time. It decides nothing of the result."""
ROW = "file string, start long, data binary"
_MARK = b"\xef\xbb\xbf"
_GLOB = re.compile(r"([\\{}\[\]*?^])")


class File(NamedTuple):
    """What a worker has to know of a file. number: its place among the inputs."""

    number: int
    has_mark: bool


def files_of(inputs: Sequence[Listed]) -> dict[str, File]:
    """By what Spark calls them, the files."""
    return {each.uri: File(number, each.has_mark) for number, each in enumerate(inputs)}


def lines_of(spark: "SparkSession", inputs: Iterable[Listed]) -> "DataFrame | None":
    """A row for each line of the files that can be cut: file, first byte of the split that the line begins in, the line's bytes.

    Within a split the rows are in the order of the lines; only the line feed ends one.
    """
    paths = [_literal(each.path) for each in inputs if each.by_line]
    if not paths:
        return None
    told = ("_metadata.file_path AS file", "_metadata.file_block_start AS start", "CAST(value AS BINARY) AS data")
    return spark.read.option("lineSep", "\n").text(paths).selectExpr(*told)


def wholes_of(spark: "SparkSession", inputs: Iterable[Listed]) -> "DataFrame | None":
    """A row for each other file, as it is, packed where it is packed."""
    paths = [_literal(each.path) for each in inputs if not each.by_line]
    if not paths:
        return None
    told = ("_metadata.file_path AS file", "CAST(0 AS BIGINT) AS start", "content AS data")
    return spark.read.format("binaryFile").load(paths).selectExpr(*told)


def _literal(path: str) -> str:
    """A path in which nothing stands for other letters."""
    return _GLOB.sub(r"\\\1", path)


def chunks_of_lines(batches: Iterable["pyarrow.RecordBatch"], files: dict[str, File]) -> Iterator[Chunk]:
    """The lines of one task, a chunk of each split at a time: the same chunks however the lines came in batches."""
    here: tuple[str, int] | None = None
    held: list[bytes] = []
    size = place = 0
    for uri, start, data in _rows(batches):
        if (uri, start) != here:
            if here is not None and held:
                yield _chunk(files, here, place, held)
            here, held, size, place = (uri, start), [], 0, 0
        held.append(data)
        size += len(data) + 1
        if size >= CHUNK:
            yield _chunk(files, here, place, held)
            held, size, place = [], 0, place + 1
    if here is not None and held:
        yield _chunk(files, here, place, held)


def _rows(batches: Iterable["pyarrow.RecordBatch"]) -> Iterator[tuple[str, int, bytes]]:
    for batch in batches:
        columns: list[list[Any]] = [batch.column(name).to_pylist() for name in ("file", "start", "data")]
        yield from zip(*columns, strict=True)


def _chunk(files: dict[str, File], here: tuple[str, int], place: int, held: list[bytes]) -> Chunk:
    """Lines, each with its end. A split has fewer chunks than bytes, so that places stay in order and apart."""
    uri, start = here
    file = files[plain_uri(uri)]
    mark = _MARK if file.has_mark and start == place == 0 else b""
    return Chunk(file.number, start + place, mark + b"\n".join(held) + b"\n", True)


def chunks_of_wholes(batches: Iterable["pyarrow.RecordBatch"], files: dict[str, File]) -> Iterator[Chunk]:
    """Each file as one chunk, as its bytes are."""
    for uri, _, data in _rows(batches):
        yield Chunk(files[plain_uri(uri)].number, 0, data, False)
