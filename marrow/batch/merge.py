"""Putting the parts together: every line in the order of patients, whatever the parts were."""

import heapq
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import msgspec

from engine.cohort.columns import Columns, Observer
from engine.pack.program import Pack
from fhir_adapter.issue import Issue
from fhir_adapter.releases import Release
from fhir_adapter.write import device, to_json
from marrow.batch.job import Job
from marrow.batch.part_step import CONDITION, ISSUES, LINES, RESOURCES, PartResult, Place, order
from marrow.output import remove, write_chunks, write_lines
from marrow.written import transaction_of

MOST_OPEN = 128
"""Files that are open at a time."""
_ISSUE = msgspec.json.Decoder(Issue)


class Files:
    """The files of all parts, of which only some are open at a time."""

    def __init__(self, job: Job, suffix: str) -> None:
        self._job, self._suffix = job, suffix
        self._opened = lru_cache(MOST_OPEN)(self._open)

    def read(self, part: int, offset: int, length: int) -> bytes:
        file = self._opened(part)
        file.seek(offset)
        return file.read(length)

    def _open(self, part: int) -> BinaryIO:
        return self._job.part_path(part).with_suffix(self._suffix).open("rb")

    def lines(self, places: Iterable[tuple[str, int, int, int]]) -> Iterator[bytes]:
        """The lines at these places, one after the other."""
        for _, part, offset, length in places:
            yield from self.read(part, offset, length).splitlines()


def in_order(each: Iterable[tuple[int, Sequence[Place]]]) -> list[tuple[str, int, int, int]]:
    """All places, each with its part, in the order of patients."""
    return sorted((name, part, offset, length) for part, places in each for name, offset, length in places)


def merged_columns(pack: Pack, results: Sequence[PartResult]) -> Columns:
    """The columns of all parts, in the order of patients, so that every sum is taken in the same order."""
    together = Observer(pack).empty()
    for result in results:
        together.extend(result.columns)
    names = [name for result in results for name, _, _ in result.lines]
    return together.taken(sorted(range(len(names)), key=names.__getitem__))


def put_together(job: Job, results: Sequence[PartResult], extra: Sequence[Issue], release: Release | None, out: Path) -> None:
    """Write conclusions, Conditions and issues of all parts, and the transaction where there is a release to write it in."""
    parts = range(len(results))
    write_lines(out / "conclusions.ndjson", Files(job, LINES).lines(in_order(enumerate(each.lines for each in results))))
    places = in_order(enumerate(each.resources for each in results)) + in_order(enumerate(each.withdrawn for each in results))
    resources = Files(job, RESOURCES)
    write_lines(out / "conditions.ndjson", (line for line in resources.lines(places) if line.startswith(CONDITION)))
    if release is None:
        remove(out / "bundle.json")
    else:
        own = to_json(device(job.pack, release)).encode()
        write_chunks(out / "bundle.json", transaction_of(chain([own], resources.lines(places))))
    write_lines(out / "issues.ndjson", merged_issues(job, parts, extra))


def merged_issues(job: Job, parts: Sequence[int], extra: Sequence[Issue]) -> Iterator[bytes]:
    """The issues of all parts and some more, in order of place."""
    with tempfile.TemporaryDirectory(dir=job.work) as scratch:
        first = Path(scratch) / "first"
        first.write_bytes(b"".join(one.line().encode() + b"\n" for one in sorted(extra, key=order)))
        paths = [first, *(job.part_path(part).with_suffix(ISSUES) for part in parts)]
        while len(paths) > MOST_OPEN:
            together, paths = paths[:MOST_OPEN], paths[MOST_OPEN:]
            path = Path(scratch) / f"{len(paths)}"
            with path.open("wb") as file:
                file.writelines(line + b"\n" for line in _merged(together))
            paths.append(path)
        yield from _merged(paths)


def _merged(paths: Iterable[Path]) -> Iterator[bytes]:
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("rb")) for path in paths]
        yield from heapq.merge(*(map(bytes.rstrip, file) for file in files), key=lambda line: order(_ISSUE.decode(line)))
