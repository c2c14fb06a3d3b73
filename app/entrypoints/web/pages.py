"""Templates to HTML: everything is escaped, and a name that is missing is an error, not a blank."""

from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, status: int = 200, headers: dict[str, str] | None = None, **values: object) -> HTMLResponse:
    """A whole page; half of a surrogate pair in a value becomes a question mark."""
    text = _ENVIRONMENT.get_template(template).render(values)
    return HTMLResponse(text.encode("utf-8", "replace"), status, headers)
