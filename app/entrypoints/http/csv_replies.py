"""Replies that are a CSV file."""

from fastapi import Response


class CSV(Response):
    """As the document names its content type."""

    media_type = "text/csv"


def csv_reply(text: str) -> CSV:
    return CSV(text.encode("utf-8", "replace"), media_type="text/csv; charset=utf-8")
