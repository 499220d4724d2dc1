"""What spark-submit is given: it starts files that end in .py only."""

import sys
from pathlib import Path

if __name__ == "__main__":
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [each for each in sys.path if each != here]  # Python puts it first, and names in it could stand for others
    from marrow.cli import main

    main(prog_name="marrow")
