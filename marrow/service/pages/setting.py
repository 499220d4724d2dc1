"""What the pages of patients are made with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.judgement import Evaluator
from engine.pack.program import Pack
from fhir_adapter.releases import Release
from marrow.service.store.rows import Record
from marrow.service.turns import Turns


class Files(Protocol):
    """What is kept of a patient (`Patient/id`): the lines by conclusion, and what is filed. Raises StoreUnavailable."""

    def conclusions(self, patient: str, /) -> Mapping[str, bytes]: ...

    def record(self, patient: str, /) -> Record: ...


@dataclass(frozen=True, slots=True)
class Setting:
    """store: None while there is none. turns: in which evaluations are done. server: the FHIR server's address, for links."""

    pack: Pack
    store: Callable[[], Files | None]
    turns: Turns
    evaluator: Evaluator
    server: str | None = None
    release: Release | None = None
