"""Cards: one conclusion each, with its criteria, met or not and why, what is missing, and where it all comes from."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from engine.pack.hooks import Indicator
from engine.pack.program import Pack
from marrow.service.cds.markdown import listed, plain
from marrow.service.telling import Telling, Told

Card = dict[str, Any]
_LONGEST = 139
"""Characters of a summary: fewer than 140."""
_STATUSES = {"met": "Met", "not_met": "Not met", "unknown": "Not known"}


@dataclass(frozen=True, slots=True, repr=False)
class Occasion:
    """What cards have alike. instance: the one call that they answer. notes: what else is to be said of how they came about."""

    pack: Pack
    service: str
    instance: str
    patient: str
    public_url: str | None
    notes: tuple[str, ...] = ()


def card_of(occasion: Occasion, telling: Telling, indicator: Indicator) -> Card:
    """The card of a conclusion."""
    parts = [plain(telling.sentence)]
    parts += [plain(remark) for remark in telling.remarks]
    for status, title in _STATUSES.items():
        parts += listed(title, (_criterion(each) for each in telling.of_status(status)))
    parts += listed("Missing", map(plain, telling.missing))
    parts += listed("Still possible", map(plain, telling.possible))
    parts += listed("Note", map(plain, occasion.notes))
    parts.append(f"As of {plain(telling.as_of)}." if telling.effective is None else _days(telling))
    source = occasion.pack.manifest.source
    summary = telling.head if telling.outcome == "UNDETERMINED" else f"{telling.head} (criteria of {source})"
    return _card(occasion, telling.conclusion, summary, indicator, parts)


def nothing_known(occasion: Occasion, title: str) -> Card:
    """The card where there is nothing to conclude anything from."""
    says = "Nothing is on record of this patient that the criteria ask for, so nothing is concluded."
    return _card(occasion, "", f"{title}: nothing is on record", "info", [says, *listed("Note", map(plain, occasion.notes))])


def _card(occasion: Occasion, name: str, summary: str, indicator: Indicator, parts: list[str]) -> Card:
    manifest = occasion.pack.manifest
    known_by = "\n".join((manifest.name, manifest.version, occasion.service, occasion.instance, occasion.patient, name))
    source = {"label": f"{manifest.title}, version {manifest.version}"}
    if manifest.url.startswith(("https://", "http://")):
        source["url"] = manifest.url
    card: Card = {
        "uuid": str(uuid5(NAMESPACE_URL, f"urn:marrow:card:{known_by}")),
        "summary": summary if len(summary) <= _LONGEST else f"{summary[: _LONGEST - 1].rstrip()}…",
        "detail": "\n\n".join(parts),
        "indicator": indicator,
        "source": source,
    }
    if occasion.public_url is not None:
        url = f"{occasion.public_url.rstrip('/')}/patients/{quote(occasion.patient, safe='')}"
        card["links"] = [{"label": "All conclusions of this patient", "url": url, "type": "absolute"}]
    return card


def _criterion(told: Told) -> str:
    kind = f" ({told.kind})" if told.kind else ""
    return f"{plain(told.label)}{kind}: {plain(told.because)}"


def _days(telling: Telling) -> str:
    return f"Of {plain(telling.effective or '')}, as of {plain(telling.as_of)}."
