"""GitHub-flavoured Markdown for cards: what comes from elsewhere is text in it, and never marks it up."""

import re
from collections.abc import Iterable

_MARKS = re.compile(r"([\\`*_\[\]<>#|~&@]|(?<=:)/(?=/)|(?<=\bwww)\.)", re.IGNORECASE)
_BEGINS = re.compile(r"^(?=[-+=])|^(\d+)(?=[.)](?!\d))")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Text that looks like itself, on one line: it begins no list, tag, link or heading, and becomes no address."""
    inside = _MARKS.sub(r"\\\1", _SPACE.sub(" ", text).strip())
    return _BEGINS.sub(lambda found: f"{found[1] or ''}\\", inside)


def listed(title: str, points: Iterable[str]) -> list[str]:
    """A heading in bold with points below it, already Markdown; nothing where there are none."""
    found = [f"- {point}" for point in points]
    return ["\n".join([f"**{plain(title)}**", "", *found])] if found else []
