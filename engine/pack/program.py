"""A pack compiled once: every name bound, every window laid out, every parameter in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.formula import Formula
from engine.pack.emission import EmissionSpec
from engine.pack.expression import Expression
from engine.pack.hooks import HookSpec
from engine.pack.measures import MeasureSpec
from engine.pack.pages import PagesSpec
from engine.pack.printed import PrintedSpec
from engine.pack.rules import DueSpec
from engine.pack.statistics import StatisticsSpec
from engine.pack.time import AnchorSpec, VisitSpec, WindowSpec
from engine.pack.vocabulary import ConceptSpec, DeriveSpec, Manifest, ParameterSpec, StatementSpec


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named choice with the value in force: Decimal, bool, str, tuple of str (choices) or pair of Decimals (range)."""

    name: str
    spec: ParameterSpec
    value: Any
    overridden: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure in one window: `anc@baseline`.

    spec: with its numbers filled in. needs: measures that it is computed from. tree: its formula, where it has one.
    """

    name: str
    base: str
    window: str | None
    index: int
    spec: MeasureSpec
    needs: tuple[str, ...]
    stage: int
    parameters: frozenset[str]
    tree: Formula | None = None

    @property
    def unit(self) -> str | None:
        return self.spec.unit

    @property
    def label(self) -> str:
        return self.spec.label

    @property
    def short(self) -> str:
        return self.spec.short or self.spec.label


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion in one window: `neutrophils_severe@baseline`."""

    name: str
    base: str
    window: str | None
    label: str
    kind: str | None
    source: tuple[str, ...]
    expression: Expression
    measures: tuple[str, ...]
    parameters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome and when it holds; None holds otherwise."""

    name: str
    label: str
    when: Expression | None


@dataclass(frozen=True, slots=True)
class Flag:
    name: str
    label: str
    when: Expression


@dataclass(frozen=True, slots=True)
class Due:
    """When the window closes (`spec`, numbers filled in), or what settles the conclusion before."""

    spec: DueSpec
    settled: Expression | None


@dataclass(frozen=True, slots=True)
class ConclusionRule:
    """One conclusion to draw: `response.day_90`. `window` is what `@here` stood for, `measures` everything it can depend on."""

    name: str
    base: str
    window: str | None
    label: str
    source: tuple[str, ...]
    applies: Expression | None
    due: Due | None
    criteria: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    flags: tuple[Flag, ...]
    effective: str | Mapping[str, str]
    measures: tuple[str, ...]
    parameters: frozenset[str]
    stage: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table by age and sex: ages half open, as (number, unit of d, mo or a); sex None for any."""

    since: tuple[int, str]
    until: tuple[int, str] | None
    sex: str | None
    value: Decimal


@dataclass(frozen=True, slots=True)
class Derivation:
    """How facts of a concept follow from facts of the same sample: a formula over concepts."""

    concept: str
    spec: DeriveSpec
    formula: Formula


@dataclass(frozen=True, slots=True)
class Pack:
    """A protocol, ready to run. Every mapping is in the order of evaluation; nothing in it changes.

    computed_with: the parameters that the statistics themselves use, besides those of the rules.
    """

    manifest: Manifest
    systems: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, Parameter]
    concepts: Mapping[str, ConceptSpec]
    anchors: Mapping[str, AnchorSpec]
    windows: Mapping[str, WindowSpec]
    moving_windows: Mapping[str, VisitSpec]
    tables: Mapping[str, tuple[Row, ...]]
    measures: Mapping[str, Measure]
    criteria: Mapping[str, Criterion]
    conclusions: Mapping[str, ConclusionRule]
    emission: EmissionSpec
    stages: int
    statistics: StatisticsSpec = field(default_factory=StatisticsSpec)
    computed_with: frozenset[str] = frozenset()
    statements: Mapping[str, StatementSpec] = field(default_factory=dict)
    printed: Mapping[str, PrintedSpec] = field(default_factory=dict)
    hooks: Mapping[str, HookSpec] = field(default_factory=dict)
    pages: PagesSpec = field(default_factory=PagesSpec)
    derivations: tuple[Derivation, ...] = ()

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def version(self) -> str:
        return self.manifest.version
