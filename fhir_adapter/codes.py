"""The pack's concepts as look-up tables: which concept a code, a wording or an element stands for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.pack.vocabulary import CodeSpec, ConceptSpec
from fhir_adapter.elements import CodeableConcept
from fhir_adapter.issue import Refusal
from fhir_adapter.units import Yardstick

Key = tuple[str, str]
"""System URI and code."""
Matches = tuple[tuple["Concept", frozenset[str]], ...]
"""The concepts that a code stands for, with the marks of its codings."""

_MOST_REMEMBERED = 4096
_LONGEST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Concept:
    """How FHIR says one concept of the pack. answers: what each code means; wordings: the same by the bare code or word."""

    name: str
    label: str
    yardstick: Yardstick | None
    has_answers: bool
    words: frozenset[str]
    answers: Mapping[Key, str]
    wordings: Mapping[str, str]
    numbers: Mapping[str, Decimal]
    methods: Mapping[Key, str]
    yields_to: frozenset[str]

    @property
    def expected(self) -> str:
        """What a value of it should be, for messages."""
        if self.yardstick is None:
            return "one of " + ", ".join(sorted(self.words)) if self.words else "no value"
        return f"a number in {self.yardstick.unit}"


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a code may stand for."""

    concept: Concept
    mark: str | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that the pack knows of codes, by the element that they may stand in ("Observation", "Patient.gender")."""

    coded: Mapping[str, Mapping[Key, tuple[Sense, ...]]]
    refused: Mapping[str, Mapping[Key, str]]
    texts: Mapping[str, Mapping[str, tuple[Sense, ...]]]
    uncoded: Mapping[str, tuple[Concept, ...]]
    _empty: Mapping[Key, tuple[Sense, ...]] = field(default_factory=dict)
    _matched: dict[tuple[object, ...], Matches] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, concepts: Mapping[str, ConceptSpec], systems: Mapping[str, Iterable[str]]) -> "Vocabulary":
        """Compiled once for a pack: `Vocabulary.of(pack.concepts, pack.systems)`."""
        coded: dict[str, dict[Key, tuple[Sense, ...]]] = {}
        refused: dict[str, dict[Key, str]] = {}
        texts: dict[str, dict[str, tuple[Sense, ...]]] = {}
        uncoded: dict[str, tuple[Concept, ...]] = {}
        uris = {name: tuple(found) for name, found in systems.items()}
        for name, spec in concepts.items():
            concept = _concept(name, spec, uris)
            for element in spec.elements:
                for key, group in _keys(spec.codes, uris):
                    _add(coded.setdefault(element, {}), key, Sense(concept, group.mark))
                for key, group in _keys(spec.never, uris):
                    refused.setdefault(element, {})[key] = group.means or f"something other than {spec.label}"
                for text in spec.texts:
                    _add(texts.setdefault(element, {}), text.casefold(), Sense(concept, None))
                if not spec.codes and not spec.texts:
                    uncoded[element] = (*uncoded.get(element, ()), concept)
        return cls(coded, refused, texts, uncoded)

    def only(self, element: str) -> tuple[Concept, ...]:
        """The concepts that an element stands for whatever its code."""
        return self.uncoded.get(element, ())

    def mentions(self, element: str, code: CodeableConcept | None) -> bool:
        """Whether the pack knows anything of this code, be it to refuse it."""
        if element in self.uncoded:
            return True
        if code is None:
            return False
        coded, refused = self.coded.get(element, {}), self.refused.get(element, {})
        if any((key := _key(c.system, c.code)) in coded or key in refused for c in code.coding):
            return True
        texts = self.texts.get(element)
        return texts is not None and any(text in texts for text in _wordings(code))

    def match(self, element: str, code: CodeableConcept | None, path: str) -> Matches:
        """The concepts that a code stands for, with the marks of its codings; wordings count where no coding does.

        Raises Refusal where a coding is one that the pack refuses, or where the codings stand for different things.
        """
        if code is None or element in self.texts:
            return self._match(element, code, path)
        coding = code.coding
        if len(coding) == 1:
            said: tuple[object, ...] = (element, coding[0].system, coding[0].code)
        else:
            said = (element, *[(each.system, each.code) for each in coding])
        found = self._matched.get(said)
        if found is None:
            found = self._match(element, code, path)
            if len(self._matched) >= _MOST_REMEMBERED:
                self._matched.clear()
            if len(str(said)) <= _LONGEST_REMEMBERED:
                self._matched[said] = found
        return found

    def _match(self, element: str, code: CodeableConcept | None, path: str) -> Matches:
        found = tuple((concept, frozenset[str]()) for concept in self.only(element))
        if code is None:
            return found
        refused = self.refused.get(element, {})
        coded = self.coded.get(element, self._empty)
        senses: list[tuple[Sense, ...]] = []
        for coding in code.coding:
            key = _key(coding.system, coding.code)
            if key in refused:
                raise Refusal("code-refused", path, means=refused[key])
            if key in coded:
                senses.append(coded[key])
        if not senses and element in self.texts:
            senses = [self.texts[element][text] for text in _wordings(code) if text in self.texts[element]]
        senses = _most_specific(senses)
        if len({tuple(sense.concept.name for sense in group) for group in senses}) > 1:
            names = sorted({sense.concept.label for group in senses for sense in group})
            raise Refusal("code-contradiction", path, concepts=", ".join(names))
        marks: dict[Concept, set[str]] = {}
        for group in senses:
            for sense in group:
                marks.setdefault(sense.concept, set()).update({sense.mark} if sense.mark else ())
        return (*found, *((concept, frozenset(names)) for concept, names in marks.items()))


def _most_specific(groups: list[tuple[Sense, ...]]) -> list[tuple[Sense, ...]]:
    """Without the codings that only say less than another: "transfusion" beside "transfusion of platelets"."""
    named = {sense.concept.name for group in groups for sense in group}
    kept = [group for group in groups if not all(sense.concept.yields_to & named for sense in group)]
    return kept or groups


def meanings(code: CodeableConcept | None, table: Mapping[Key, str]) -> frozenset[str]:
    """What the codings of a CodeableConcept mean by a table; nothing for unknown ones."""
    if code is None or not table:
        return frozenset()
    return frozenset(table[key] for c in code.coding if (key := _key(c.system, c.code)) in table)


def _concept(name: str, spec: ConceptSpec, uris: Mapping[str, tuple[str, ...]]) -> Concept:
    answers = spec.answers or {}
    by_key = {key: meaning for meaning, groups in answers.items() for key, _ in _keys(groups, uris)}
    wordings = {code.casefold(): meaning for (_, code), meaning in by_key.items()} | {word.casefold(): word for word in answers}
    return Concept(
        name=name,
        label=spec.label,
        yardstick=None if spec.quantity is None else Yardstick.of(spec.quantity),
        has_answers=spec.answers is not None,
        words=frozenset(answers),
        answers=by_key,
        wordings=wordings,
        numbers=spec.numbers or {},
        yields_to=frozenset(spec.yields_to),
        methods={key: group.mark for key, group in _keys(spec.methods, uris) if group.mark},
    )


def _keys(groups: Iterable[CodeSpec], uris: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Key, CodeSpec]]:
    for group in groups:
        for uri in uris[group.system]:
            for code in group.codes:
                yield (uri, code), group


def _key(system: str | None, code: str | None) -> Key:
    return (system or "", code or "")


def _wordings(code: CodeableConcept) -> Iterator[str]:
    for text in (code.text, *(coding.display for coding in code.coding)):
        if text:
            yield " ".join(text.split()).casefold()


def _add(table: dict[Any, tuple[Sense, ...]], key: Any, sense: Sense) -> None:
    if all(known.concept is not sense.concept for known in table.get(key, ())):
        table[key] = (*table.get(key, ()), sense)
