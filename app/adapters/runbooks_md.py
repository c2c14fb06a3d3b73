"""Local runbooks: a folder of Markdown files, read into the library that the runbook gate asks.

A file that cannot be read in full gives a warning with file and line, and never stops the others.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.adapters.yaml_document import Listed, Mapped, Scalar, Tree, UnreadableYaml, read_yaml
from app.domain.complaint import Complaint, Place
from app.domain.runbook import Library, Runbook

MAX_BYTES = 256_000
MAX_FILES = 5_000

_FENCE = re.compile(rb"---[ \t]*\r?\n")
_FENCE_END = re.compile(rb"^(---|\.\.\.)[ \t]*(\r?\n|\Z)", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_BLOCKS = MarkdownIt("commonmark").enable("table")
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    title: str
    first_line: int
    line_after: int


def load_runbooks(folder: Path, hosts: Iterable[str] = ()) -> tuple[Library, tuple[Complaint, ...]]:
    """Every `*.md` in `folder` itself (not below it), and a warning for each thing that was passed over.

    A folder that does not exist has no runbooks. Links may lead to files of the same folder only.
    """
    warnings: list[Complaint] = []
    by_slug: dict[str, Runbook] = {}
    for path in _files(folder, warnings):
        raw = _read(path, folder, warnings)
        if raw is not None:
            by_slug[path.stem] = _runbook(raw, path, warnings)
    return Library(by_slug, _by_alert(by_slug, folder, warnings), frozenset(hosts)), tuple(warnings)


def steps_of(text: str) -> str:
    """The text of the first section headed "Steps", at any level; empty where there is none or it says nothing."""
    headings = _headings(text)
    for number, heading in enumerate(headings):
        if heading.title.strip(" :.").lower() != "steps":
            continue
        after = (later.first_line for later in headings[number + 1 :] if later.level <= heading.level)
        section = "\n".join(text.split("\n")[heading.line_after : next(after, None)]).strip()
        return section if _COMMENT.sub("", section).strip() else ""
    return ""


def _files(folder: Path, warnings: list[Complaint]) -> list[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == ".md" and not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        warnings.append(Complaint(Place(folder.name), f"cannot be read: {error.strerror}"))
        return []
    if len(found) > MAX_FILES:
        warnings.append(Complaint(Place(folder.name), f"holds more than {MAX_FILES:,} runbooks; the rest are not read"))
    return found[:MAX_FILES]


def _read(path: Path, folder: Path, warnings: list[Complaint]) -> bytes | None:
    shown = _shown(path)
    try:
        real = path.resolve(strict=True)
        if folder.resolve() not in real.parents:
            warnings.append(Complaint(shown, "leads out of the folder, so it is not read"))
            return None
        if not real.is_file():
            warnings.append(Complaint(shown, "is not a file"))
            return None
        with real.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = getattr(error, "strerror", None) or "links in a circle"
        warnings.append(Complaint(shown, f"cannot be read: {reason}"))
        return None
    return _within_bounds(raw, shown, warnings)


def _within_bounds(raw: bytes, shown: Place, warnings: list[Complaint]) -> bytes | None:
    if len(raw) > MAX_BYTES:
        warnings.append(Complaint(shown, f"is larger than {MAX_BYTES:,} bytes, so it is not read"))
        return None
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + raw.count(b"\n", 0, error.start)
        warnings.append(Complaint(shown._replace(line=line), "is not UTF-8 text, so it is not read"))
        return None
    return raw.removeprefix(b"\xef\xbb\xbf")


def _runbook(raw: bytes, path: Path, warnings: list[Complaint]) -> Runbook:
    front, body = _split(raw, _shown(path), warnings)
    text = body.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    headings = _headings(text)
    return Runbook(
        slug=path.stem,
        title=headings[0].title if headings else path.stem,
        steps=steps_of(text),
        alerts=_texts(front, "alerts", warnings),
        owner=next(iter(_texts(front, "owner", warnings)), ""),
        text=text,
    )


def _split(raw: bytes, shown: Place, warnings: list[Complaint]) -> tuple[Mapped, bytes]:
    """Front matter and what follows it."""
    first, second = shown._replace(line=1), shown._replace(line=2)
    nothing = Mapped(first)
    begin = _FENCE.match(raw)
    if begin is None:
        return nothing, raw
    end = _FENCE_END.search(raw, begin.end())
    if end is None:
        warnings.append(Complaint(first, "the front matter has no end; close it with a line of ---"))
        return nothing, raw[begin.end() :]
    try:
        front, complaints = read_yaml(raw[begin.end() : end.start()], shown.file, first_line=2)
    except UnreadableYaml as error:
        front, complaints = None, (error.complaint,)
    warnings.extend(complaints)
    if front is not None and not isinstance(front, Mapped):
        warnings.append(Complaint(second, "the front matter must be a mapping"))
    return front if isinstance(front, Mapped) else nothing, raw[end.end() :]


def _texts(front: Mapped, key: str, warnings: list[Complaint]) -> tuple[str, ...]:
    given: Tree = front.get(key)
    items = given if isinstance(given, Listed) else [given]
    texts = tuple(str(item).strip() for item in items if isinstance(item, Scalar) and item.strip())
    if given is not None and len(texts) != len(items):
        warnings.append(Complaint(front.places[key], "must be text, or a list of texts", key))
    return texts


def _by_alert(runbooks: dict[str, Runbook], folder: Path, warnings: list[Complaint]) -> dict[str, str]:
    """The first runbook, by file name, that says it is for an alert."""
    found: dict[str, str] = {}
    for slug, runbook in runbooks.items():
        for alert in runbook.alerts:
            first = found.setdefault(alert, slug)
            if first != slug:
                reason = f'"{alert}" is already taken by {first}.md'
                warnings.append(Complaint(_shown(folder / f"{slug}.md"), reason, "alerts"))
    return found


def _headings(text: str) -> list[_Heading]:
    tokens = _BLOCKS.parse(text)
    return [_heading(token, tokens[n + 1]) for n, token in enumerate(tokens) if token.type == "heading_open"]


def _heading(token: Token, inline: Token) -> _Heading:
    first, after = token.map or (0, 0)
    return _Heading(int(token.tag[1:]), re.sub(r"[*_`]", "", inline.content).strip(), first, after)


def _shown(path: Path) -> Place:
    return Place(f"{path.parent.name}/{path.name}")
