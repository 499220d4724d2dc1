"""What durable-rules 2.0.28 may be given: the subset that it was measured to answer rightly; the rest is refused by name."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.evaluate.ordinals import LARGEST

OPERATORS: Final = frozenset({"$lt", "$gte"})
MOST_TESTS_IN_RULE: Final = 16
MOST_RULES: Final = 4096
MOST_TESTS: Final = 400
"""Different tests in one ruleset; at 512 the library loops for ever."""
MOST_TESTS_OF_ATTRIBUTE: Final = 60
"""One fact may match 64 of them."""
MOST_RULES_OF_TEST: Final = 250
RESERVED: Final = ("sid", "id", "$s", "$i", "$time", "$timerName", "$baseTime", "$pulse", "$open", "sid-p")
"""Names that the library gives to messages or to their parts."""

_NAME: Final = re.compile(r"[a-z][0-9]{1,6}", re.ASCII)
Definitions = Mapping[str, Mapping[str, Any]]


class ReteRefusal(ValueError):
    """Something durable-rules would answer wrongly, or die of, and that is therefore not given to it."""


def fnv1a(text: str) -> int:
    """The 32-bit hash by which the library knows attributes, facts and patients, without ever comparing the text."""
    digest = 0x811C9DC5
    for byte in text.encode("ascii"):
        digest = ((digest ^ byte) * 16777619) & 0xFFFFFFFF
    return digest


def refuse_collisions(names: Iterable[str]) -> None:
    """Raises ReteRefusal where two names, or a name and a reserved one, are the same to the library."""
    seen: dict[int, str] = {fnv1a(name): name for name in RESERVED}
    for name in names:
        if not _NAME.fullmatch(name):
            raise ReteRefusal(f"{name!r} is no name for durable-rules: expected one letter and a number")
        other = seen.setdefault(fnv1a(name), name)
        if other != name:
            raise ReteRefusal(f"durable-rules cannot tell `{name}` from `{other}`: their hashes are equal")


def refuse_outside(definitions: Definitions) -> None:
    """Raises ReteRefusal for the first thing in a ruleset that lies outside the subset."""
    if len(definitions) > MOST_RULES:
        raise ReteRefusal(f"{len(definitions)} rules: durable-rules takes {MOST_RULES} in one ruleset")
    refuse_collisions(definitions)
    uses: Counter[tuple[str, str, int]] = Counter()
    for name, definition in definitions.items():
        uses.update(_tests(name, definition))
    if len(uses) > MOST_TESTS:
        raise ReteRefusal(f"{len(uses)} different tests in one ruleset: at most {MOST_TESTS} are safe")
    for (attribute, _, _), rules in uses.items():
        if rules > MOST_RULES_OF_TEST:
            raise ReteRefusal(f"{rules} rules with one test of `{attribute}`: at most {MOST_RULES_OF_TEST} are safe")
    refuse_collisions(dict.fromkeys(attribute for attribute, _, _ in uses))
    for attribute, tests in Counter(attribute for attribute, _, _ in uses).items():
        if tests > MOST_TESTS_OF_ATTRIBUTE:
            raise ReteRefusal(f"{tests} tests of `{attribute}`: at most {MOST_TESTS_OF_ATTRIBUTE} are safe")


def _tests(rule: str, definition: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    if set(definition) != {"all"}:
        raise ReteRefusal(f"rule `{rule}`: expected `all` and nothing else")
    conditions = definition["all"]
    if not isinstance(conditions, list) or not conditions:
        raise ReteRefusal(f"rule `{rule}`: expected a list of tests that is not empty")
    if len(conditions) > MOST_TESTS_IN_RULE:
        raise ReteRefusal(f"rule `{rule}`: {len(conditions)} tests, at most {MOST_TESTS_IN_RULE} are safe")
    aliases = [_only(rule, condition)[0] for condition in conditions]
    if not all(_NAME.fullmatch(alias) for alias in aliases) or len(set(aliases)) < len(aliases):
        raise ReteRefusal(f"rule `{rule}`: expected aliases of one letter and a number, each once")
    tests = [_test(rule, _only(rule, condition)[1]) for condition in conditions]
    if len({attribute for attribute, _, _ in tests}) < len(tests):
        raise ReteRefusal(f"rule `{rule}`: two tests of one attribute, which one fact cannot fill")
    return tests


def _test(rule: str, condition: Any) -> tuple[str, str, int]:
    operator, comparison = _only(rule, condition)
    if operator not in OPERATORS:
        raise ReteRefusal(f"rule `{rule}`: `{operator}` is outside the subset; expected {' or '.join(sorted(OPERATORS))}")
    attribute, limit = _only(rule, comparison)
    if type(limit) is not int:
        raise ReteRefusal(f"rule `{rule}`: `{attribute}` is compared with a {type(limit).__name__}; expected an integer")
    if abs(limit) >= LARGEST:
        raise ReteRefusal(f"rule `{rule}`: the limit of `{attribute}` has more digits than a double holds")
    return attribute, operator, limit


def _only(rule: str, mapping: Any) -> tuple[str, Any]:
    if not isinstance(mapping, Mapping) or len(mapping) != 1:
        raise ReteRefusal(f"rule `{rule}`: expected exactly one key, of which durable-rules would silently take the first")
    ((key, value),) = mapping.items()
    return key, value
