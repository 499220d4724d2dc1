"""What spark-submit is given: it starts files that end in .py only."""

from marrow.cli import main

if __name__ == "__main__":
    main(prog_name="marrow")
