"""The floor: what it costs to read an export at all; prints how many lines and bytes there are.

python floor.py FOLDER bytes|orjson|msgspec
"""

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import orjson


class Line(msgspec.Struct, rename="camel", gc=False):
    """The least that says what a line is about; the rest is skipped, not built."""

    resource_type: str
    id: str


DECODERS: dict[str, Callable[[bytes], object]] = {"orjson": orjson.loads, "msgspec": msgspec.json.Decoder(Line).decode}


def main() -> None:
    lines = size = 0
    how = DECODERS.get(sys.argv[2])
    for path in sorted(Path(sys.argv[1]).glob("*.ndjson")):
        with path.open("rb") as file:
            for line in file:
                lines += 1
                size += len(line)
                if how is not None:
                    try:
                        how(line)
                    except ValueError:  # cut off; msgspec's errors are ValueErrors as well
                        continue
    print(lines, size)


if __name__ == "__main__":
    main()
