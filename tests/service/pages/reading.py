"""What a page says and loads, read from its HTML."""

from html.parser import HTMLParser

_EMPTY = {"meta", "link", "input", "br", "rect", "line", "circle", "path", "polyline"}


class Words(HTMLParser):
    """The text of a page, the addresses that it loads or links to, and its fields by name."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.add(tag)
        self.addresses += [named.get(name) or "" for name in ("href", "src", "style", "onclick", "action") if name in named]
        if tag == "input" and named.get("name"):
            self.fields[named["name"] or ""] = named.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


def read(page: str) -> Words:
    words = Words()
    words.feed(page)
    return words
