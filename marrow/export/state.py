"""How far an export is, as it is kept: enough to go on with after the process was killed, and no token."""

from typing import Literal

import msgspec

from fhir_adapter.client.bulk_export import Asked, Manifest, Section

HIDDEN = ".export"
"""The folder inside the caller's for what is no data, or none yet. Nothing in it has a name that is read as data."""


class File(msgspec.Struct, frozen=True):
    """One file. name: inside the folder; lines, size: where all of it has come."""

    section: Section
    kind: str
    name: str
    url: str
    count: int | None = None
    lines: int | None = None
    size: int | None = None

    @property
    def is_short(self) -> bool:
        """Whether the server spoke of more resources than came."""
        return self.count is not None and self.lines is not None and self.lines < self.count


class State(msgspec.Struct, frozen=True):
    """An export. base: the server's address; by_default: the types are those that Marrow reads, so that some may be left out.

    job: where the server tells how far it is; None before it has begun. is_complete: everything is in its place.
    """

    base: str
    asked: Asked
    by_default: bool
    left_out: tuple[str, ...] = ()
    job: str | None = None
    transaction_time: str | None = None
    with_token: bool = True
    files: tuple[File, ...] = ()
    is_complete: bool = False
    version: Literal[1] = 1

    def __repr__(self) -> str:
        return "State()"  # its addresses may name patients

    def listed(self, manifest: Manifest) -> "State":
        """With the files that the server made."""
        return msgspec.structs.replace(
            self,
            transaction_time=manifest.transaction_time,
            with_token=manifest.with_token,
            files=planned(manifest),
        )

    def having(self, file: File) -> "State":
        """With another state of one file."""
        return msgspec.structs.replace(self, files=tuple(file if one.name == file.name else one for one in self.files))

    def completed(self) -> "State":
        """Without the addresses, which are of no use any more and open the files to whoever has them."""
        files = tuple(msgspec.structs.replace(one, url="") for one in self.files)
        return msgspec.structs.replace(self, job=None, files=files, is_complete=True)


def planned(manifest: Manifest) -> tuple[File, ...]:
    """The files under the names that they will have: `Observation.ndjson`, `Observation.2.ndjson`, and so on."""
    numbers: dict[tuple[Section, str], int] = {}
    found = []
    for one in manifest.files:
        number = numbers[one.section, one.kind] = numbers.get((one.section, one.kind), 0) + 1
        name = {
            "output": f"{one.kind}.ndjson" if number == 1 else f"{one.kind}.{number}.ndjson",
            "error": f"{HIDDEN}/errors.{one.kind}.{number}",
            "deleted": f"{HIDDEN}/deleted.{one.kind}.{number}",
        }[one.section]
        found.append(File(one.section, one.kind, name, one.url, one.count))
    return tuple(found)
