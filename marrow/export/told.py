"""What a person sees of an export: one line on a terminal while it goes on, and what it came to. No ids and no addresses."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from marrow.export.folder import DELETED
from marrow.export.run import Exported
from marrow.export.state import HIDDEN

_OFTEN = 0.1
_MEGA = 1e6


@dataclass(slots=True)
class Line:
    """One line on standard error that is written over again and again; nothing where that is no terminal. steady: a clock."""

    steady: Callable[[], float]
    quiet: bool
    files: int = 0
    there: int = 0
    size: int = 0
    since: float = 0.0
    shown: float = 0.0

    def waits(self, done: str | None) -> None:
        self._show(f"the server exports{f', {done}' if done else ''}", True)

    def fetches(self, files: int) -> None:
        self.files, self.since = files, self.steady()

    def came(self, size: int) -> None:
        self.size += size
        self._show(self._coming(), False)

    def has(self) -> None:
        self.there += 1
        self._show(self._coming(), True)

    def clear(self) -> None:
        if self.shown:
            self._write("")

    def _coming(self) -> str:
        seconds = max(self.steady() - self.since, 0.001)
        rate = self.size / seconds / _MEGA
        return f"fetching {self.there}/{self.files} files, {self.size / _MEGA:.1f} MB, {rate:.1f} MB/s"

    def _show(self, text: str, at_once: bool) -> None:
        now = self.steady()
        if at_once or now - self.shown >= _OFTEN:
            self.shown = now
            self._write(text)

    def _write(self, text: str) -> None:
        if not self.quiet and sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()


def summary(out: str, found: Exported, seconds: float) -> list[str]:
    """The lines of what an export came to."""
    lines = [
        f"{found.files} files, {found.lines} lines, {found.size} bytes in {seconds:.1f} seconds; they are in {out}",
        f"what changes from now on: marrow export URL --out ANOTHER --since {found.transaction_time}",
    ]
    if found.deletions:
        lines.insert(1, f"deletions are in {out}/{DELETED}, which `marrow evaluate` reads with the rest")
    return lines


def concerns(out: str, found: Exported) -> list[str]:
    """What is missing or may be."""
    told = []
    if found.left_out:
        told.append(f"left out, since the server does not offer them: {', '.join(found.left_out)}")
    if found.errors:
        codes = ", ".join(f"{code} {number}" for code, number in sorted(found.errors.items()))
        told.append(f"the server could not export everything ({codes}); its words are in {out}/{HIDDEN}/errors.*")
    if found.short:
        told.append(f"{found.short} files hold fewer resources than the server says; export again")
    if found.unread:
        told.append(f"{found.unread} lines of deletions cannot be read; they are in {out}/{HIDDEN}/deleted.*")
    return told
