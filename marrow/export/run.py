"""One export from the kick-off to the files in their places, each step kept, so that it can be gone on with after each."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec

from fhir_adapter.capability import types_of
from fhir_adapter.client.answer import faults_told
from fhir_adapter.client.bulk_export import Asked
from fhir_adapter.client.bulk_job import delete_job, kick_off, manifest_of
from fhir_adapter.client.download import EXPIRED, fetch_file
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.deletions import dated_deletions
from marrow.export.folder import DELETED, Folder
from marrow.export.state import File, State, planned
from marrow.output import write_lines

_REFUSED = (400, 422)
_FOR_ALL = frozenset(("unreachable", "untrusted", "timeout", "no-token", "no-token-address"))
"""What is wrong with one file by this is wrong with the others too."""
_OVER = frozenset(("export-failed", "job-gone", "not-manifest"))


class Watch(Protocol):
    """Who is told how far it is."""

    def waits(self, done: str | None) -> None: ...
    def fetches(self, files: int) -> None: ...
    def came(self, size: int) -> None: ...
    def has(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Exported:
    """What is in the folder now. errors: by FHIR issue code, what the server says is missing. short: files with less than said.

    deletions: how many lines of them; unread: how many lines could not be read as such. left_out: types that the server has not.
    """

    files: int
    lines: int
    size: int
    transaction_time: str
    errors: Counter[str] = field(default_factory=Counter)
    short: int = 0
    deletions: int = 0
    unread: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not (self.errors.total() or self.short or self.unread)


class Export:
    """An export at work. jobs: how many files come at the same time; keep: leave it on the server when it is done."""

    def __init__(self, server: FhirClient, folder: Folder, state: State, watch: Watch, jobs: int, keep: bool) -> None:
        self._server, self._folder, self._state = server, folder, state
        self._watch, self._jobs, self._keep = watch, jobs, keep
        self._renewing = asyncio.Lock()

    async def run(self) -> Exported:
        """Do what is not done yet. Raises ExchangeFailed, and may be called again, by another process too."""
        self._save(self._state)
        if not self._state.is_complete:
            wait = await self._begin() if self._state.job is None else None
            if self._state.transaction_time is None:
                await self._list(wait)
            await self._fetch_all()
            self._folder.place(self._state.files)
            self._write_deletions()
            if not self._keep and self._state.job is not None:
                await _quietly_deleted(self._server, self._state.job)
            self._save(self._state.completed())
        return exported(self._folder, self._state)

    async def _begin(self) -> float | None:
        try:
            begun = await kick_off(self._server, self._state.asked)
        except ExchangeFailed as failed:
            narrowed = await self._narrowed() if failed.status in _REFUSED and self._state.by_default else None
            if narrowed is None:
                raise
            begun = await kick_off(self._server, narrowed.asked)
            self._state = narrowed
        self._save(msgspec.structs.replace(self._state, job=begun.job))
        return begun.wait

    async def _narrowed(self) -> State | None:
        """The same with the types only that the server says it has, where it refuses all that Marrow reads."""
        statement = await self._server.capability()
        offered = types_of(statement) if isinstance(statement, bytes) else frozenset()
        asked: Asked = self._state.asked
        types = tuple(kind for kind in asked.types if kind in offered)
        if types in ((), asked.types):
            return None
        left_out = tuple(kind for kind in asked.types if kind not in offered)
        return msgspec.structs.replace(self._state, asked=replace(asked, types=types), left_out=left_out)

    async def _list(self, wait: float | None) -> None:
        job = self._state.job or ""
        try:
            manifest = await manifest_of(self._server, job, wait, self._watch.waits)
        except ExchangeFailed as failed:
            if failed.code in _OVER:  # whoever goes on, begins again
                self._save(msgspec.structs.replace(self._state, job=None))
                await _quietly_deleted(self._server, job)
            raise
        self._save(self._state.listed(manifest))

    async def _fetch_all(self) -> None:
        """Every file that is not there yet. What is wrong with one file is raised when the others have come."""
        left = iter([one.name for one in self._state.files if not self._folder.has(one)])
        self._watch.fetches(len(self._state.files))
        for one in self._state.files:
            if self._folder.has(one):
                self._watch.has()
        failures: list[ExchangeFailed] = []
        workers = [asyncio.create_task(self._fetch_each(left, failures)) for _ in range(self._jobs)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        if failures:
            raise failures[0]

    async def _fetch_each(self, names: Iterator[str], failures: list[ExchangeFailed]) -> None:
        for name in names:
            try:
                await self._fetch(name)
            except ExchangeFailed as failed:
                if failed.code in _FOR_ALL:
                    raise
                failures.append(failed)

    async def _fetch(self, name: str) -> None:
        """One file; where its link has expired, by the one that the server gives now."""
        file = self._file(name)
        try:
            await self._take(file)
        except ExchangeFailed as failed:
            if failed.code not in EXPIRED:
                raise
            async with self._renewing:
                if self._file(name).url == file.url and not await self._renew():
                    raise
            await self._take(self._file(name))
        self._watch.has()

    async def _take(self, file: File) -> None:
        to, part = self._folder.waiting(file), self._folder.part(file)
        whole = await fetch_file(self._server, file.url, to, part, with_token=self._state.with_token, came=self._watch.came)
        self._save(self._state.having(msgspec.structs.replace(self._file(file.name), lines=whole.lines, size=whole.size)))

    async def _renew(self) -> bool:
        """Ask for the links again; whether there are others now. Raises ExchangeFailed where it lists other files than before."""
        try:
            manifest = await manifest_of(self._server, self._state.job or "", None, self._watch.waits)
        except ExchangeFailed:
            return False
        known = {one.name: one for one in self._state.files}
        now = planned(manifest)
        same = [(one.name, one.count) for one in now] == [(one.name, one.count) for one in self._state.files]
        if not same or manifest.transaction_time != self._state.transaction_time:
            raise ExchangeFailed("other-manifest", "GET the export's address")
        changed = any(one.url != known[one.name].url for one in now)
        files = tuple(msgspec.structs.replace(known[one.name], url=one.url) for one in now)
        self._save(msgspec.structs.replace(self._state, files=files))
        return changed

    def _file(self, name: str) -> File:
        return next(one for one in self._state.files if one.name == name)

    def _write_deletions(self) -> None:
        if any(one.section == "deleted" for one in self._state.files):
            at = self._state.transaction_time or ""
            dated = (dated_deletions(line, at) for line in _lines(self._folder, self._state, "deleted"))
            write_lines(self._folder.path / DELETED, (line for line in dated if line is not None))

    def _save(self, state: State) -> None:
        self._folder.keep(state)
        self._state = state


async def give_up(server: FhirClient, folder: Folder, state: State) -> bool:
    """Have the server stop and forget the export, and forget what of it has come; whether the server did so."""
    deleted = state.job is None or await delete_job(server, state.job)
    folder.drop()
    return deleted


def exported(folder: Folder, state: State) -> Exported:
    """What a complete export came to."""
    output = [one for one in state.files if one.section == "output"]
    errors = Counter(code for line in _lines(folder, state, "error") for code in faults_told(line))
    dated = [dated_deletions(line, state.transaction_time or "") is not None for line in _lines(folder, state, "deleted")]
    return Exported(
        files=len(output),
        lines=sum(one.lines or 0 for one in output),
        size=sum(one.size or 0 for one in output),
        transaction_time=state.transaction_time or "",
        errors=errors,
        short=sum(one.is_short for one in state.files),
        deletions=sum(dated),
        unread=len(dated) - sum(dated),
        left_out=state.left_out,
    )


def _lines(folder: Folder, state: State, section: str) -> Iterator[bytes]:
    """The lines of the server's files that are no data, one after the other."""
    for one in state.files:
        if one.section == section:
            with (folder.path / one.name).open("rb") as file:
                yield from (line for line in file if line.strip())


async def _quietly_deleted(server: FhirClient, job: str) -> None:
    """Servers forget their exports by themselves too: that one cannot be deleted is no reason to fail."""
    try:
        await delete_job(server, job)
    except ExchangeFailed:
        return
