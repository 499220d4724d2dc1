"""The files of a review, each written whole: the page, and its figures for other programs."""

from pathlib import Path

from marrow.lines import encode
from marrow.output import write_lines
from marrow.review.page import page
from marrow.review.site import Site, summary

PAGE = "index.html"
SUMMARY = "summary.json"


def write_site(site: Site, out: Path) -> None:
    """index.html and summary.json into a folder that is there."""
    write_lines(out / PAGE, [page(site).rstrip("\n").encode()])
    write_lines(out / SUMMARY, [encode(summary(site))])
