"""Sorting one stretch of the input: bytes to slices on disk."""

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from fhir_adapter.arrival import Validation
from fhir_adapter.issue import issue
from fhir_adapter.payload import OTHER_MARKS
from fhir_adapter.pieces import Told
from fhir_adapter.sorting import Sorted, Sorter
from marrow.batch.job import Job
from marrow.batch.layout import STRETCH, Section, Stretch
from marrow.batch.slices import Digest, Slice, Source
from marrow.inputs import UnreadableInput
from marrow.output import write_bytes

_DIGESTS = msgspec.msgpack.Decoder(list[Digest])


class SortStep:
    """Sorts stretches for one job; made once in each process."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._sorter = Sorter(job.vocabulary)

    def __call__(self, stretch: Stretch) -> list[Digest]:
        """The slices of a stretch, as they were left before or made now.

        Raises UnreadableInput for an input that was named and cannot be read; one that was found in a folder becomes an issue.
        """
        done = digests_of(self._job, stretch.number)
        if done is None:
            done = self.sorted(stretch)
            write_bytes(self._job.digest_path(stretch.number), msgspec.msgpack.encode(done))
        return done

    def sorted(self, stretch: Stretch) -> list[Digest]:
        """The slices of a stretch, made now."""
        written: list[Digest] = []
        held = Slice(self._job.parts)
        for section in stretch.sections:
            try:
                for block, found in enumerate(self._found(section)):
                    if block:  # the blocks of one large file, each a slice of its own
                        written.append(held.write(self._job.slice_path(stretch.number, len(written))))
                        held = Slice(self._job.parts)
                    held.add(Source(section.file, section.start + block, found.lines), found)
            except UnreadableInput:
                if self._job.inputs[section.file].named:
                    raise
                if written:  # a large file is alone in its stretch: nothing of it counts
                    written, held = [], Slice(self._job.parts)
                held.add(Source(section.file, section.start, 0), _unread())
        return [*written, held.write(self._job.slice_path(stretch.number, len(written)))]

    def _found(self, section: Section) -> Iterator[Sorted]:
        """What a section comes to, in blocks that fit into memory."""
        each, how = self._job.inputs[section.file], self._job.how(section.is_lines)
        if not section.is_lines:
            with each.telling(), each.opened(section.is_packed) as text:
                yield self._sorter.document(text.read(), how)
        elif section.end is not None:
            yield self._lines(each.lines_between(section.start, section.end), how, is_first=section.start == 0)
        else:
            is_first = True
            for data in each.blocks(STRETCH, section.is_packed):
                yield self._lines([data], how, is_first=is_first)
                is_first = False
            if is_first:
                yield self._sorter.document(b"", how)

    def _lines(self, blocks: Iterable[bytes], how: Validation, *, is_first: bool) -> Sorted:
        each = iter(blocks)
        begin = next(each, b"") if is_first else b""
        if is_first and (begin.startswith(OTHER_MARKS) or not begin or begin.isspace()):
            whole = begin + b"".join(each)
            if whole.startswith(OTHER_MARKS) or not whole.strip():
                return self._sorter.document(whole, how)  # what is wrong is wrong with the whole file
            return self._sorter.lines([whole], how)
        return self._sorter.lines(chain([begin], each) if is_first else each, how)


def digests_of(job: Job, stretch: int) -> list[Digest] | None:
    """What is known of the slices of a stretch that was sorted before; None where it was not."""
    path = job.digest_path(stretch)
    return _DIGESTS.decode(path.read_bytes()) if path.exists() else None


def _unread() -> Sorted:
    """A file of a folder that cannot be opened or unpacked, as an issue."""
    found = Sorted()
    told = issue("", "", "unreadable")
    found.pieces.append(Told(0, "", told.path, told.code, told.severity, told.message))
    return found
