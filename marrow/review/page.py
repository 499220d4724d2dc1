"""index.html of a review: one file, which works from a folder, loads nothing, and is read on paper as on a screen."""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.pack.program import Pack
from engine.truth import Truth
from marrow.report.words import capital, counted
from marrow.review.card import parameter_line
from marrow.review.features import Case, Scenario
from marrow.review.marks import FILE
from marrow.review.site import Site
from marrow.review.words import typeset

TEMPLATES = Path(__file__).with_name("templates")
STATES = {
    "shown": "Shown", "failing": "Fails", "missing": "Nothing shows it", "not run": "Not run", "context": "Context",
}  # fmt: skip
VERDICTS = {"agreed": "Agreed", "questioned": "Questioned", "wrong": "Wrong", "void": "Signature void", "open": "Not reviewed"}


@dataclass(frozen=True, slots=True)
class Served:
    """What a page in the service has that a file has not.

    post_to: where marks are sent; without it the page saves them as a file. signer: the name of who signed in, where that is
    known, and marks are signed with it. root: from the page to the root of the service.
    """

    post_to: str | None = None
    signer: str | None = None
    person: str | None = None
    root: str = "./"


def policy(*, is_served: bool = False) -> str:
    """The content security policy that the page needs: its own style and script, and in the service its own address."""
    own = "'self'" if is_served else "'none'"
    return "; ".join(
        ["default-src 'none'", "img-src data:", f"style-src '{_hash(_text('review.css'))}'",
         f"script-src '{_hash(_text('review.js'))}'", "base-uri 'none'", f"connect-src {own}", f"form-action {own}"]
    )  # fmt: skip


def page(site: Site, served: Served | None = None) -> str:
    """The whole page. served: where it is a page of the service, and not a file."""
    return (
        _environment()
        .get_template("page.html")
        .render(
            site=site,
            pack=site.pack,
            manifest=site.pack.manifest,
            address=_address(site.pack),
            allowed=policy(is_served=served is not None),
            style=Markup(_text("review.css")),  # noqa: S704 (our own file)
            script=Markup(_text("review.js")),  # noqa: S704 (our own file)
            data=Markup(_data(site, served or Served())),  # noqa: S704 (escaped by _data)
            served=served,
            verdicts=_tally(site),
            sections=_sections(site),
            failed=site.run.failed_at,
            by_place={one.scenario.place: one for one in site.shown},
            parameter_lines=[parameter_line(one) for one in site.pack.parameters.values()],
            file=FILE,
            states=STATES,
            words=VERDICTS,
        )
    )


def _data(site: Site, served: Served) -> str:
    """What the script reads: JSON that cannot end the element it stands in."""
    data = {
        "pack": site.pack.name,
        "version": site.pack.version,
        "file": FILE,
        "digests": site.digests,
        "marks": [mark.model_dump(mode="json") for mark in site.marks],
        "post": served.post_to,
        "signer": served.signer,
    }
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _tally(site: Site) -> dict[str, int]:
    found = dict.fromkeys(VERDICTS, 0)
    for card in site.cards.values():
        found[card.verdict] += 1
    return found


def _sections(site: Site) -> dict[str, list[object]]:
    """The statements by the section of the source."""
    found: dict[str, list[object]] = {}
    for trace in site.statements:
        found.setdefault(trace.spec.section, []).append(trace)
    return found


def _address(pack: Pack) -> str:
    """The source's address where it is one of the web; anything else is not made a link."""
    return pack.manifest.url if pack.manifest.url.startswith(("https://", "http://")) else ""


def _hash(text: str) -> str:
    """What a content security policy calls the text of an inline element."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters |= {"capital": capital, "counted": counted, "typeset": typeset, "truth": _truth, "slug": _slug}
    found.globals["only_case"] = _only_case
    return found


def _truth(truth: Truth) -> str:
    return {True: "met", False: "not met", None: "unknown"}[truth]


def _slug(name: str) -> str:
    """A name as the id of an element and the end of an address."""
    return "".join(char if char.isalnum() or char in "-_." else "-" for char in name)


def _only_case(scenario: Scenario) -> Case | None:
    """The one case of a scenario without examples."""
    return scenario.cases[0] if not scenario.examples[0].columns else None
