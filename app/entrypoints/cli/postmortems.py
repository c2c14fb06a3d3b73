"""`oncall-router postmortem`: what was learned from an incident is listed, read, written as a file, and published."""

from pathlib import Path
from typing import Annotated

import typer

from app.entrypoints.cli.editor import edited
from app.entrypoints.cli.failures import CommandFailed, Commands
from app.entrypoints.cli.ids import MOST_AT_ONCE, listed_ids, whole_id
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, word

postmortem_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Write down what was learned from incidents.")

PostMortemId = Annotated[
    str,
    typer.Argument(metavar="ID", help="The incident's id, or how only one's begins or ends.", show_default=False),
]
Owner = Annotated[str, typer.Option(help="Only this person's.", show_default=False)]
OfSquad = Annotated[str, typer.Option("--squad", help="Only this squad's.", show_default=False)]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only those that are late.")]
Most = Annotated[int, typer.Option("--limit", min=1, max=MOST_AT_ONCE, help="How many at most.")]
After = Annotated[str, typer.Option("--cursor", help="Where the page before ended.", show_default=False)]


@postmortem_app.command(name="list")
def list_post_mortems(
    state: Annotated[str, typer.Option(help="draft, in_review or published.", show_default=False)] = "",
    owner: Owner = "",
    squad: OfSquad = "",
    overdue: Overdue = False,
    limit: Most = 50,
    cursor: After = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List post-mortems, newest incident first."""
    asked = {"state": state, "owner": owner, "squad": squad, "overdue": "true" if overdue else ""}
    answer = Server(url, token).get("postmortems", limit=limit, cursor=cursor, **asked)
    if as_json:
        say_json(answer.text)
        return
    if not answer.items:
        say("There is none.")
        return
    say(table(("id", "state", "incident", "squad", "owner", "due", "actions open"), map(_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There are more: --cursor {word(answer.fields['next'])}")


@postmortem_app.command()
def show(id: PostMortemId, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show one, as a Markdown file or with --json in full."""
    server = Server(url, token)
    whole = _find(id, server)
    if as_json:
        say_json(server.get("postmortems", whole).text)
        return
    say(word(server.get("postmortems", whole, "markdown").fields["markdown"]))


@postmortem_app.command()
def export(
    id: PostMortemId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes.", show_default=False)],
    url: Url = DEFAULT_URL,
    token: Token = "",
) -> None:
    """Write one into a Markdown file, to be kept elsewhere or edited and brought back with `import`."""
    server = Server(url, token)
    found = server.get("postmortems", _find(id, server), "markdown").fields
    try:
        file.write_text(word(found["markdown"]), encoding="utf-8")
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error.strerror}") from None
    say(f"Version {word(found['version'])} is in {file}.")


@postmortem_app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Markdown file.", show_default=False)],
    id: Annotated[str, typer.Option("--id", help="Whose it is.", show_default="as the file says")] = "",
    version: Annotated[
        int | None, typer.Option(min=1, help="Which version it is on top of.", show_default="as the file says")
    ] = None,
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Bring a Markdown file back. What is not understood in it is kept among the further notes."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    server = Server(url, token)
    whole = _find(id, server) if id else _incident_in(text, file)
    answer = server.post("postmortems", whole, "import", body={"markdown": text, "version": version, "by": by})
    _say_saved(answer, as_json)


@postmortem_app.command()
def edit(id: PostMortemId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Write in one with your editor ($VISUAL or $EDITOR). If it cannot be saved, your text is kept in a file."""
    server = Server(url, token)
    whole = _find(id, server)
    before = word(server.get("postmortems", whole, "markdown").fields["markdown"])
    text = edited(before, f"post-mortem-{whole}.md")
    if text == before:
        say("Nothing was changed.")
        return
    try:
        answer = server.post("postmortems", whole, "import", body={"markdown": text, "by": by})
    except CommandFailed as refused:
        kept = Path(f"post-mortem-{whole}.md")
        kept.write_text(text, encoding="utf-8")
        raise CommandFailed(f"{refused}\nWhat you wrote is in {kept}.") from None
    _say_saved(answer, as_json)


@postmortem_app.command()
def history(id: PostMortemId, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Who saved what, newest first."""
    server = Server(url, token)
    answer = server.get("postmortems", _find(id, server), "versions", limit=MOST_AT_ONCE)
    if as_json:
        say_json(answer.text)
        return
    rows = (
        (word(one["version"]), local(word(one["at"])), word(one["by"]), _spoken(one["state"]), word(one["change"]))
        for one in answer.items
    )
    say(table(("version", "at", "by", "state", "what changed"), rows))


@postmortem_app.command()
def review(id: PostMortemId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Send one to review."""
    _move(id, "review", by, Server(url, token), as_json)


@postmortem_app.command()
def publish(id: PostMortemId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Publish one that is in review: its squad hears of it, and whoever the rules name."""
    _move(id, "publish", by, Server(url, token), as_json)


@postmortem_app.command()
def rework(id: PostMortemId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Take one back: it is a draft again."""
    _move(id, "rework", by, Server(url, token), as_json)


def _move(id: str, move: str, by: str, server: Server, as_json: bool) -> None:
    _say_saved(server.post("postmortems", _find(id, server), move, body={"by": by}), as_json)


def _say_saved(answer: Answer, as_json: bool) -> None:
    if as_json:
        say_json(answer.text)
        return
    saved = answer.fields
    said = (
        f"{word(saved['id'])} is {_spoken(saved['state'])}, version {word(saved['version'])}: {word(saved['change'])}"
    )
    say(said)


def _find(given: str, server: Server) -> str:
    return whole_id(given, lambda: listed_ids(server, "postmortems"), "post-mortem", "postmortem list")


def _incident_in(text: str, file: Path) -> str:
    """Whose the file is, by its first lines."""
    lines = text.split("\n", 30)[:30]
    found = next((line.partition(":")[2].strip() for line in lines if line.startswith("incident:")), "")
    if not found:
        raise CommandFailed(f"{file} does not say whose it is: name the incident with --id")
    return found


def _row(one: Fields) -> tuple[str, ...]:
    late = " (overdue)" if one["overdue"] else ""
    return (
        word(one["id"]),
        _spoken(one["state"]),
        f"{word(one['severity']).upper()} {word(one['title'])}",
        word(one["squad"]),
        word(one["owner"]) or "nobody",
        f"{local(word(one['due_at']))}{late}",
        word(one["open_actions"]),
    )


def _spoken(state: object) -> str:
    return word(state).replace("_", " ")
