"""SVG that stands alone or inside a page: described, with its own ids, and with nothing from outside."""

import re
from itertools import pairwise
from textwrap import wrap
from xml.etree import ElementTree

from marrow.report.figure_ink import CHARACTER, FAINT, FONT_SIZE, LARGE, LINE, PAPER, QUIET, TEXT
from marrow.report.words import HARD

FONTS = "Helvetica, Arial, 'DejaVu Sans', sans-serif"
Element = ElementTree.Element

_DECIMAL = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_TWICE = re.compile(r"(L \S+ \S+)(?: \1(?= |$))+")
_LINES = re.compile(r"M ([-\d.]+ [-\d.]+(?: L [-\d.]+ [-\d.]+)+)( z)?", re.IGNORECASE)
_FEW_MOVES = 3
_LINK = "xlink:href"
_DROPPED = {"metadata", "style"}
_SENTENCE_WIDTH = 560


def figure_id(kind: str, name: str = "") -> str:
    """The beginning of all ids of one figure: letters and digits stay, anything else is spelt by its number."""
    letters = "".join(letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}" for letter in name)
    return f"{kind}-{letters}" if letters else kind


def described(drawn: str, prefix: str, title: str, description: str) -> str:
    """What matplotlib has drawn, without its ids, styles and metadata, and with words for those who do not see it."""
    root = ElementTree.fromstring(drawn)  # noqa: S314 - written by matplotlib a moment ago
    _, _, width, height = root.attrib["viewBox"].split()
    parts = [_tidy(part) for part in root if _name(part.tag) not in _DROPPED]
    _rename(parts, prefix)
    return _document(prefix, title, description, (round(float(width)), round(float(height))), _flat(parts))


def sentence(prefix: str, title: str, text: str) -> str:
    """A figure that only says why there is none, so that nothing has to be loaded for it."""
    margin = 2 * LINE
    room = (_SENTENCE_WIDTH - 2 * margin) / CHARACTER
    lines = [(line, LARGE, TEXT) for line in wrap(title, int(room * FONT_SIZE / LARGE))]
    lines += [(line, FONT_SIZE, QUIET) for line in wrap(text, int(room))]
    height = round(2 * margin + LINE * len(lines))
    frame = {"x": "1", "y": "1", "width": f"{_SENTENCE_WIDTH - 2}", "height": f"{height - 2}", "fill": PAPER, "stroke": FAINT}
    words = [
        _words(line, margin, margin + LINE * (place + 0.7), size, colour) for place, (line, size, colour) in enumerate(lines)
    ]
    return _document(prefix, title, text, (_SENTENCE_WIDTH, height), [Element("rect", frame), *words])


def _words(text: str, x: float, y: float, size: float, colour: str) -> Element:
    found = Element("text", {"x": f"{x:g}", "y": f"{y:g}", "font-size": f"{size:g}", "fill": colour})
    found.text = text
    return found


def _document(prefix: str, title: str, description: str, size: tuple[int, int], parts: list[Element]) -> str:
    width, height = size
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "xmlns:xlink": "http://www.w3.org/1999/xlink",
        "viewBox": f"0 0 {width} {height}",
        "width": str(width),
        "height": str(height),
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-desc",
        "font-family": FONTS,
        "stroke-linejoin": "round",
        "style": "max-width:100%;height:auto",
    }
    root = Element("svg", attributes)
    for name, text in (("title", title), ("desc", description)):
        ElementTree.SubElement(root, name, {"id": f"{prefix}-{name}"}).text = text.replace(HARD, " ")
    root.extend(parts)
    for part in root.iter():
        part.tail = "\n"
    return ElementTree.tostring(root, encoding="unicode")


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _tidy(element: Element) -> Element:
    """The same element without a namespace, its style as attributes, which a page's security policy leaves alone."""
    attributes = {"xlink:href" if _name(key) == "href" else _name(key): value for key, value in element.attrib.items()}
    for declaration in filter(None, attributes.pop("style", "").split(";")):
        key, _, value = declaration.partition(":")
        attributes[key.strip()] = value.strip()
    attributes.pop("font-family", None)
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    short = {key: value if key in {"id", _LINK} else _short(value) for key, value in attributes.items()}
    if "d" in short:
        short["d"] = _stairs(short["d"])
    found = Element(_name(element.tag), short)
    found.text = element.text if found.tag == "text" else None
    found.extend(_tidy(part) for part in element if _name(part.tag) not in _DROPPED)
    return found


def _short(value: str) -> str:
    """Coordinates to a hundredth of a point, on one line, and no corner twice."""
    short = _DECIMAL.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value)
    return _TWICE.sub(r"\1", " ".join(short.split()))


def _stairs(path: str) -> str:
    """A path that goes level and upright only, by how far it goes each time, to a tenth of a point: in a third of the letters."""
    found = _LINES.fullmatch(path)
    if found is None:
        return path
    places = [round(10 * float(number)) for number in found[1].replace("L ", "").split()]
    corners = list(zip(places[::2], places[1::2], strict=True))
    moves = [(after[0] - here[0], after[1] - here[1]) for here, after in pairwise(corners)]
    if len(moves) < _FEW_MOVES or any(across and down for across, down in moves):
        return path
    steps = "".join(f"h{_tenths(across)}" if across else f"v{_tenths(down)}" for across, down in moves if across or down)
    return f"M {_tenths(places[0])} {_tenths(places[1])}{steps}{found[2] or ''}"


def _tenths(number: int) -> str:
    """So many tenths, without what a number need not have."""
    text = f"{abs(number) / 10:.1f}".rstrip("0").rstrip(".")
    return f"{'-' if number < 0 else ''}{text.removeprefix('0') if text != '0' else text}"


def _rename(parts: list[Element], prefix: str) -> None:
    """Keep only the ids that something refers to, and number them within the figure."""
    everything = [element for part in parts for element in part.iter()]
    referred = dict.fromkeys(element.attrib[_LINK] for element in everything if _LINK in element.attrib)
    names = {old: f"#{prefix}-{number}" for number, old in enumerate(referred, start=1)}
    for element in everything:
        if (identifier := element.attrib.pop("id", "")) and f"#{identifier}" in names:
            element.attrib["id"] = names[f"#{identifier}"][1:]
        if _LINK in element.attrib:
            element.attrib[_LINK] = names[element.attrib[_LINK]]


def _flat(parts: list[Element]) -> list[Element]:
    """The elements without groups that hold nothing or say nothing."""
    found: list[Element] = []
    for part in parts:
        inside = _flat(list(part))
        if part.tag == "g" and not part.attrib:
            found += inside
        elif inside or part.tag not in {"g", "defs"}:
            part[:] = inside
            found.append(part)
    return found
