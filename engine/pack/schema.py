"""The shape of a whole pack file."""

from typing import Any

from pydantic import Field

from engine.pack.emission import EmissionSpec
from engine.pack.measures import MeasureSpec
from engine.pack.node import Dotted, Name, Node
from engine.pack.rules import ConclusionSpec, CriterionSpec
from engine.pack.time import AnchorSpec, VisitSpec, WindowSpec
from engine.pack.vocabulary import ConceptSpec, ParameterSpec, StatementSpec


class PackFile(Node):
    """Any file of a pack: each may hold any of these sections, no name twice."""

    systems: dict[Name, list[str]] = {}
    parameters: dict[Dotted, ParameterSpec] = {}
    concepts: dict[Name, ConceptSpec] = {}
    anchors: dict[Name, AnchorSpec] = {}
    windows: dict[Name, WindowSpec] = {}
    moving_windows: dict[Name, VisitSpec] = {}
    measures: dict[Name, MeasureSpec] = {}
    criteria: dict[Name, CriterionSpec] = {}
    conclusions: dict[Dotted, ConclusionSpec] = {}
    emission: EmissionSpec | None = None
    statements: dict[str, StatementSpec] = {}
    tables: dict[Name, str] = Field(default={}, description="CSV files by the name that rules use")


SECTION_NAMES = tuple(PackFile.model_fields)


def schema() -> dict[str, Any]:
    return {}
