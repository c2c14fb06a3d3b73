"""Replies that are a CSV file."""

from fastapi import Response


class CSV(Response):
    """As the document names its content type."""

    media_type = "text/csv"


def csv_reply(text: str, name: str = "") -> CSV:
    """`name` is what a browser calls the file that it saves."""
    headers = {"content-disposition": f'attachment; filename="{name}"'} if name else {}
    return CSV(text.encode("utf-8", "replace"), headers=headers, media_type="text/csv; charset=utf-8")
