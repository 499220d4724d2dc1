"""The rules of a pack that nobody signed as they are: what keeps a release back."""

from pathlib import Path

from marrow.packs import load_pack, pack_folder
from marrow.review.digest import digest
from marrow.review.marks import read_review, standings, verdict
from marrow.review.rules import rules_of

WHY = {
    "open": "nobody has marked it",
    "void": "it changed since it was marked: the signature is void",
    "questioned": "it is questioned",
    "wrong": "it is marked as wrong",
}
"""By what the marks of a rule come to."""


def unsigned(pack: str, folder: Path | None = None) -> list[str]:
    """A line for each rule of a pack without an agreed mark that holds, or with a mark that objects. Raises ReviewFault.

    folder: of the marks, where they are not kept beside the pack.
    """
    loaded = load_pack(pack)
    digests = {name: digest(loaded, rule) for name, rule in rules_of(loaded).items()}
    found = read_review(folder or pack_folder(pack), loaded.name)
    said = standings(() if found is None else found.marks, digests)
    verdicts = {name: verdict(said.get(name, ())) for name in digests}
    return [f"{name}: {WHY[word]}" for name, word in verdicts.items() if word in WHY]
