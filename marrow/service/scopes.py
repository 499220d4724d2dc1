"""What each path asks of a token of SMART Backend Services, and what a token's scopes allow.

`$evaluate` asks for `system/Bundle.r`: what comes back is computed from the Bundle that was sent and nothing that is stored is
read, so a caller who only wants that need not be let see what others sent. What stands in no row, like the pages and /metrics,
shows what was concluded of everybody, and asks for everything to be readable.
"""

import re
from collections.abc import Iterable

from marrow.service.caller import Scopes

_SCOPE = re.compile(r"system/(?P<type>[A-Z][A-Za-z]{1,63}|\*)\.(?P<rights>read|write|\*|c?r?u?d?s?)")
_NAMED = {"read": "rs", "write": "cud", "*": "cruds"}
"""The first version of SMART's names, in the letters of the second."""

Needed = tuple[str, str] | None
_ANYBODY: Needed = None
NEEDED: tuple[tuple[str, str, Needed], ...] = (
    ("GET", r"/fhir/metadata", _ANYBODY),
    ("POST", r"/fhir/\$evaluate", ("Bundle", "r")),
    ("GET", r"/fhir/Condition", ("Condition", "s")),
    ("GET", r"/fhir/Condition/.*", ("Condition", "r")),
    ("GET", r"/fhir/AuditEvent", ("AuditEvent", "s")),
    ("GET", r"/fhir/AuditEvent/.*", ("AuditEvent", "r")),
    ("GET", r"/cds-services/?", _ANYBODY),
    ("POST", r"/cds-services/.*", ("Condition", "s")),
    ("GET", r"/(docs|openapi\.json)", _ANYBODY),
    ("POST", r"/review/marks", ("*", "u")),
)
"""Method, path, and the type and right that it takes: the first row that fits; None: any token that is accepted."""
OTHERWISE = (("*", "r"), ("*", "s"))


def lacking(method: str, path: str, scopes: Scopes) -> str | None:
    """The scope that is needed and not had, as it is asked for; None where the call is allowed."""
    for each, pattern, needed in NEEDED:
        if each == ("GET" if method == "HEAD" else method) and re.fullmatch(pattern, path, re.DOTALL):
            return None if needed is None or _has(scopes, *needed) else "system/{}.{}".format(*needed)
    return None if all(_has(scopes, *one) for one in OTHERWISE) else "system/*.rs"


def read_scopes(named: Iterable[str]) -> Scopes:
    """What scopes allow: `system/` only, and none that is narrowed by a search, which is not kept here."""
    found = [match for match in map(_SCOPE.fullmatch, named) if match is not None]
    return frozenset((one["type"], right) for one in found for right in _NAMED.get(one["rights"], one["rights"]))


def _has(scopes: Scopes, kind: str, right: str) -> bool:
    return (kind, right) in scopes or ("*", right) in scopes
