"""The two steps of a run on a cluster: everything is sorted by where it belongs, then each part is evaluated where it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from marrow.inputs import UnreadableInput
from marrow.spark.inputs import Listed, plain_uri
from marrow.spark.reading import chunks_of_lines, chunks_of_wholes, files_of, lines_of, wholes_of
from marrow.spark.steps import Arrived, Chunk, First, Second, discreet, made_once
from marrow.spark.trouble import told, unreadable_file

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

SENT = "bucket long, file long, place long, data binary"
DONE = "part long, name string, number long, data binary"
PAIRS = "key long, home long"
NOTE, KEYS = -1, -2
"""Buckets that are not for the second step."""
PIECE = 4_194_304
"""Bytes of a result that travel at a time."""
Batches = Iterable["pyarrow.RecordBatch"]


class Note(NamedTuple):
    """What the first step says of a chunk."""

    file: int
    place: int
    data: bytes


class Done(NamedTuple):
    """A piece of a file of a part; those of one file follow each other."""

    part: int
    name: str
    data: bytes


class Cluster:
    """One run. What the steps make does not depend on what Spark does with them: how it cuts, where, how often."""

    def __init__(self, spark: "SparkSession", inputs: Sequence[Listed]) -> None:
        self._spark = spark
        self.inputs = list(inputs)
        self.unreadable: set[int] = set()
        """Files of folders that cannot be read to their end: nothing of them counts."""
        self._sent: DataFrame | None = None

    def sort(self, make: Callable[[], First]) -> list[Note]:
        """Do the first step; its notes, in the order of the input. make: called once in each process of the cluster.

        Raises UnreadableInput where a file that was named cannot be read.
        """
        while True:
            sent = self._sorted(make)
            try:
                rows = sent.where(f"bucket = {NOTE}").select("file", "place", "data").collect()
            except Exception as error:  # noqa: BLE001 - whatever Spark throws, of whichever layer
                sent.unpersist()
                self._leave_out(error)
                continue
            self._sent = sent
            return sorted(Note(row.file, row.place, bytes(row.data)) for row in rows)

    def _sorted(self, make: Callable[[], First]) -> "DataFrame":
        from pyspark import StorageLevel

        left = [each for number, each in enumerate(self.inputs) if number not in self.unreadable]
        files = files_of(self.inputs)
        shared = self._spark.sparkContext.broadcast((make, files))
        both = (
            (lines_of(self._spark, left), chunks_of_lines),
            (wholes_of(self._spark, left), chunks_of_wholes),
        )
        frames = [frame.mapInArrow(_first(shared, chunks), SENT) for frame, chunks in both if frame is not None]
        if not frames:
            return self._spark.createDataFrame([], SENT)
        sent = frames[0] if len(frames) == 1 else frames[0].unionAll(frames[1])
        return sent.persist(StorageLevel.DISK_ONLY)

    def _leave_out(self, error: Exception) -> None:
        """Go on without the file that cannot be read. Raises where it was named, or something else went wrong."""
        uri = unreadable_file(error)
        numbers = [
            number
            for number, each in enumerate(self.inputs)
            if uri is not None and plain_uri(uri) in (each.uri, plain_uri(each.path))
        ]
        if not numbers or numbers[0] in self.unreadable:
            raise told(error) from None
        file = self.inputs[numbers[0]]
        if file.named:
            raise UnreadableInput(f"{file.whole_name}: cannot be read to its end; write or copy the file again") from None
        self.unreadable.add(numbers[0])

    # --- what is known of all keys -------------------------------------------------------------------------------------

    def homes_of_shared_keys(self) -> list[tuple[int, int]]:
        """Each key that came in more than one home, with each of these homes."""
        pairs = self._pairs()
        shared = pairs.groupBy("key").agg({"home": "count"}).where("`count(home)` > 1").select("key")
        rows = self._done(lambda: pairs.join(shared, "key").collect())
        return sorted((row.key, row.home) for row in rows)

    def homes_of(self, keys: Sequence[int]) -> list[tuple[int, int]]:
        """Each of these keys that came, with each of its homes."""
        from pyspark.sql.functions import col

        if not keys:
            return []
        rows = self._done(lambda: self._pairs().where(col("key").isin(list(keys))).collect())
        return sorted((row.key, row.home) for row in rows)

    def _pairs(self) -> "DataFrame":
        assert self._sent is not None
        return self._sent.where(f"bucket = {KEYS}").select("data").mapInArrow(_pairs, PAIRS).distinct()

    # --- the second step -----------------------------------------------------------------------------------------------

    def evaluate(self, make: Callable[[], Second], routes: Mapping[int, Sequence[int]]) -> Iterator[Done]:
        """Do the second step; what each part came to, part by part. routes: by part, the buckets that it needs.

        Everything is done when the first piece arrives; pieces then come one at a time, however many there are.
        """
        from pyspark import StorageLevel

        done = self._evaluated(make, routes).persist(StorageLevel.DISK_ONLY)
        try:
            self._done(done.count)
            rows = done.toLocalIterator(prefetchPartitions=True)
            while (row := self._done(lambda: next(rows, None))) is not None:
                yield Done(row.part, row.name, bytes(row.data))
        finally:
            done.unpersist()

    def _evaluated(self, make: Callable[[], Second], routes: Mapping[int, Sequence[int]]) -> "DataFrame":
        from pyspark.sql.functions import broadcast, col

        assert self._sent is not None
        shared = self._spark.sparkContext.broadcast(make)
        ways = [(bucket, part) for part, buckets in routes.items() for bucket in buckets]
        by_bucket = self._spark.createDataFrame(ways, "bucket long, part long")
        parts = max(routes, default=0) + 1
        arrived = self._sent.join(broadcast(by_bucket), "bucket").select("part", "bucket", "file", "place", "data")
        ordered = arrived.repartitionById(parts, col("part").cast("int")).sortWithinPartitions("part", "bucket", "file", "place")
        return ordered.mapInArrow(_second(shared), DONE)

    def _done(self, ask: Callable[[], Any]) -> Any:
        """What Spark answers; where it fails, in one line."""
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - as above
            raise told(error) from None

    def close(self) -> None:
        """Give back the room on the cluster's disks."""
        if self._sent is not None:
            self._sent.unpersist()
            self._sent = None


def _first(shared: Any, chunks: Callable[..., Iterator[Chunk]]) -> Callable[[Batches], Iterator["pyarrow.RecordBatch"]]:
    @discreet
    def run(batches: Batches) -> Iterator["pyarrow.RecordBatch"]:
        make, files = shared.value
        step: First = made_once(shared, make)
        for chunk in chunks(batches, files):
            for sent in step(chunk):
                rows = [(NOTE, sent.note), *((KEYS, sent.pairs),) * bool(sent.pairs), *sorted(sent.buckets.items())]
                yield _batch(
                    bucket=[bucket for bucket, _ in rows],
                    file=[chunk.file] * len(rows),
                    place=[sent.place] * len(rows),
                    data=[data for _, data in rows],
                )

    return run


def _second(shared: Any) -> Callable[[Batches], Iterator["pyarrow.RecordBatch"]]:
    @discreet
    def run(batches: Batches) -> Iterator["pyarrow.RecordBatch"]:
        step: Second = made_once(shared, shared.value)
        for part, rows in groupby(_arrived(batches), key=lambda row: row[0]):
            for name, data in step.evaluate(part, (arrived for _, arrived in rows)):
                starts = range(0, max(1, len(data)), PIECE)  # a file without a byte is one too
                for number, start in enumerate(starts):
                    yield _batch(part=[part], name=[name], number=[number], data=[data[start : start + PIECE]])

    return run


def _arrived(batches: Batches) -> Iterator[tuple[int, Arrived]]:
    for batch in batches:
        columns = [batch.column(name).to_pylist() for name in ("part", "bucket", "file", "place", "data")]
        for part, *rest in zip(*columns, strict=True):
            yield part, Arrived(*rest)


def _pairs(batches: Batches) -> Iterator["pyarrow.RecordBatch"]:
    import pyarrow

    for batch in batches:
        for data in batch.column("data").to_pylist():
            numbers = pyarrow.Array.from_buffers(pyarrow.int64(), len(data) // 8, [None, pyarrow.py_buffer(data)])
            places = pyarrow.array(range(0, len(numbers), 2))
            yield _batch(key=numbers.take(places), home=numbers.take(pyarrow.array(range(1, len(numbers), 2))))


def _batch(**columns: Any) -> "pyarrow.RecordBatch":
    import pyarrow

    types = {"data": pyarrow.binary(), "name": pyarrow.string()}
    arrays = [
        values if isinstance(values, pyarrow.Array) else pyarrow.array(values, types.get(name, pyarrow.int64()))
        for name, values in columns.items()
    ]
    return pyarrow.RecordBatch.from_arrays(arrays, names=list(columns))
