"""Where packs are found, and loaded with the caller's parameters."""

from collections.abc import Mapping
from pathlib import Path

from engine.pack.load import load
from engine.pack.parse import suggestion
from engine.pack.program import Pack

RULES = Path(__file__).resolve().parents[1] / "rules"
SURVIVORS = "survivors.yaml"
"""Beside the pack's own files: why no scenario can notice some mistakes in them."""
_READ = (".yaml", ".csv")


class PackNotFound(ValueError):
    """The caller named a pack that is neither shipped nor a folder."""


def pack_folder(name: str) -> Path:
    """The folder of a shipped pack by name, or the folder that was named itself."""
    for folder in (RULES / name, Path(name)):
        if (folder / "pack.yaml").is_file():
            return folder
    shipped = [path.parent.name for path in sorted(RULES.glob("*/pack.yaml"))]
    raise PackNotFound(
        f"there is no pack {name}; expected one of {', '.join(shipped)}, or a folder with a pack.yaml{suggestion(name, shipped)}"
    )


def pack_files(folder: Path) -> dict[str, str]:
    """The texts of a pack's files by their path inside it."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _READ and path.name != SURVIVORS and path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def load_pack(name: str, overrides: Mapping[str, str] | None = None) -> Pack:
    """A pack ready to run. Raises PackNotFound, or PackError with every fault of its files and of the overrides."""
    return load(pack_files(pack_folder(name)), overrides)
