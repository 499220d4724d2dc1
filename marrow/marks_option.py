"""Where the marks of reviewers are kept, as commands are told it."""

from pathlib import Path

import click

marks_option = click.option(
    "--marks",
    envvar="MARROW_REVIEW_DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of review.json, where it is not the pack's own. [env: MARROW_REVIEW_DIR]",
)
