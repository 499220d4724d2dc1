"""Which concepts count by their newest fact alone, so that the others need not be kept."""

from collections.abc import Iterable

from engine.pack.program import Pack


def counts_by_newest(pack: Pack, concepts: Iterable[str]) -> bool:
    """Whether only anchors ask for these concepts, each for the last of all facts, those after `as_of` counting as `as_of`.

    What cannot be told is answered with False: then every fact is kept.
    """
    names = set(concepts)
    for anchor in pack.anchors.values():
        if not names.isdisjoint(anchor.first or ()):
            return False
        if not names.isdisjoint(anchor.last or ()) and (
            not anchor.clamped or anchor.after is not None or anchor.days is not None
        ):
            return False
    if any(not names.isdisjoint(window.visits) for window in pack.moving_windows.values()):
        return False
    if any(name in repr(derivation) for name in names for derivation in pack.derivations):
        return False
    return not any(repr(name) in repr(measure.spec) for name in names for measure in pack.measures.values())
