"""What differs between two versions of a pack, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from engine.pack.choices import values
from engine.pack.load import Reading, compiled, read
from engine.pack.parameters import text_of
from engine.pack.parse import PackError
from engine.pack.program import Pack
from marrow.packs import pack_files, pack_folder
from marrow.rules_diff_forms import SECTIONS, Form, Lines, details


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that differs. setting: the parameter's value under which it does, empty for the defaults.

    sentences: what was added, removed or changed; a sentence may go on in indented lines.
    """

    section: str
    name: str
    label: str
    sentences: tuple[str, ...]
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a pack: its files as they are written, and compiled under its defaults."""

    reading: Reading
    pack: Pack

    @classmethod
    def of(cls, name: str) -> "Version":
        """A pack by name or folder. Raises PackNotFound, or PackError with every fault."""
        reading = read(pack_files(pack_folder(name)))
        pack, draft = compiled(reading, {})
        if pack is None:
            raise PackError(draft.faults)
        return cls(reading, pack)


def differences(old: Version, new: Version) -> list[Difference]:
    """Everything that differs, in the order in which a reader asks; under other settings only what shows there alone."""
    found = list(_between(old.pack, new.pack, ""))
    said = {(one.section, one.name, sentence) for one in found for sentence in one.sentences}
    known = {(one.section, one.name) for one in found}
    for setting, option in _settings(old, new):
        packs = [compiled(version.reading, {setting: option})[0] for version in (old, new)]
        if packs[0] is None or packs[1] is None:
            continue
        for one in _between(packs[0], packs[1], f"{setting}={option}"):
            again = (one.section, one.name) in known
            fresh = tuple(
                sentence
                for sentence in one.sentences
                if (one.section, one.name, sentence) not in said and not (again and sentence.startswith("`"))
            )
            if fresh:
                said |= {(one.section, one.name, sentence) for sentence in fresh}
                found.append(Difference(one.section, one.name, one.label, fresh, one.setting))
    return found


def _between(old: Pack, new: Pack, setting: str) -> Iterator[Difference]:
    for section, forms in SECTIONS.items():
        before, after = forms(old), forms(new)
        for name in (*before, *(name for name in after if name not in before)):
            sentences = tuple(_compared(before.get(name), after.get(name)))
            if sentences:
                yield Difference(section, name, (after.get(name) or before[name]).label, sentences, setting)


def _compared(old: Form | None, new: Form | None) -> Iterator[str]:
    if old is None or new is None:
        form, word = (new, "added") if old is None else (old, "removed")
        assert form is not None
        yield "\n".join([word, *(f"  {aspect}: {_joined(words)}" for aspect, words in form.aspects.items() if words)])
        return
    if old.same == new.same:
        return
    told = [sentence for aspect in _aspects(old, new) for sentence in _changed(aspect, old, new)]
    yield from told or (f"{path} was {before}, is now {after}" for path, before, after in details(old.same, new.same))


def _aspects(old: Form, new: Form) -> Sequence[str]:
    return list(dict.fromkeys((*old.aspects, *new.aspects)))


def _changed(aspect: str, old: Form, new: Form) -> Iterator[str]:
    before, after = old.aspects.get(aspect, ""), new.aspects.get(aspect, "")
    if before == after:
        return
    if isinstance(before, Lines) or isinstance(after, Lines):
        yield _lines(aspect, _as_lines(before), _as_lines(after))
    elif isinstance(before, tuple) or isinstance(after, tuple):
        yield from _members(aspect, tuple(before), tuple(after))
    elif not before:
        yield f"{aspect} is now {after}, where nothing was said"
    elif not after:
        yield f"{aspect} was {before}, and is not said any more"
    else:
        yield f"{aspect} was {before}, is now {after}"


def _members(aspect: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    added = [one for one in after if one not in before]
    removed = [one for one in before if one not in after]
    if removed:
        yield f"{aspect}: no longer {_joined(tuple(removed))}"
    if added:
        yield f"{aspect}: now also {_joined(tuple(added))}"
    if not added and not removed:
        yield f"{aspect}: the order was {_joined(before)}, is now {_joined(after)}"


def _lines(aspect: str, before: Lines, after: Lines) -> str:
    if len(before) == len(after) == 1:
        return f"{aspect} was {before[0]}; is now {after[0]}"
    told = [f"{aspect} changed"]
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            told += [f"  no longer: {line.lstrip(' -')}" for line in before[a:b]]
            told += [f"  now: {line.lstrip(' -')}" for line in after[c:d]]
    return "\n".join(told)


def _as_lines(words: Any) -> Lines:
    return words if isinstance(words, Lines) else Lines(words if isinstance(words, tuple) else (words,))


def _joined(words: Any) -> str:
    if isinstance(words, Lines):
        return words[0] if len(words) == 1 else " ".join(line.strip().removeprefix("- ").rstrip(":") + "," for line in words)[:-1]
    return ", ".join(words) if isinstance(words, tuple) else str(words)


# --- other settings --------------------------------------------------------------------------------------------------


def _settings(old: Version, new: Version) -> Iterator[tuple[str, str]]:
    """Each other value of the parameters that choose what stands in an item that is not the same in both."""
    before, after = _items(old.reading), _items(new.reading)
    choosing = {
        name
        for place in {**before, **after}
        if before.get(place) != after.get(place)
        for name in (*_choosing(before.get(place)), *_choosing(after.get(place)))
    }
    for name in sorted(choosing & set(old.pack.parameters) & set(new.pack.parameters)):
        parameter = new.pack.parameters[name]
        known = values(old.pack.parameters[name].spec)
        for option in values(parameter.spec):
            if option != text_of(parameter.value) and option in known:
                yield name, option


def _items(reading: Reading) -> Mapping[tuple[str, str], Any]:
    return {
        (str(section), str(name)): node
        for source in reading.sources
        if isinstance(source.data, dict)
        for section, content in source.data.items()
        if isinstance(content, dict)
        for name, node in content.items()
    }


def _choosing(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "choose" in node:
            yield str(node["choose"])
        for value in node.values():
            yield from _choosing(value)
    elif isinstance(node, list):
        for value in node:
            yield from _choosing(value)
