"""Under which settings a mistake is in force at all: not where a parameter chooses another option than the one it is made in."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from engine.pack.parameters import text_of
from marrow.review.mutation.change import Mistake
from marrow.review.mutation.generate import Written


def in_force(mistake: Mistake, written: Written, settings: Mapping[str, str]) -> bool:
    """Whether the rules can be others than the sound ones under these settings, as far as the place of a mistake tells."""
    if mistake.rule.startswith("parameters."):
        return mistake.rule.removeprefix("parameters.") not in settings
    return all(_chosen(written, parameter, settings) == option for parameter, option in _options(mistake, written))


def _options(mistake: Mistake, written: Written) -> Iterator[tuple[str, str]]:
    """The options that a mistake is made in, each with the parameter that chooses it."""
    if len(mistake.path) < 2 or mistake.rule.partition(".")[0] not in written.items:
        return
    section, name, *path = mistake.path
    node = written.items[str(section)][str(name)]
    for step, inside in pairwise(path):
        if step == "options" and "choose" in node:
            yield str(node["choose"]), str(inside)
        node = node[step]


def _chosen(written: Written, parameter: str, settings: Mapping[str, str]) -> str:
    """The value of a parameter that chooses, as it is written in options."""
    return settings.get(parameter) or text_of(written.items["parameters"][parameter]["default"])
