"""The file of day rates: YAML or CSV, a secret of its own beside the rules, and never quoted in an error."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

from app.adapters.amounts import parse_amount
from app.adapters.yaml_document import Mapped, Scalar, Tree, UnreadableYaml, read_yaml
from app.domain.pay_terms import DayRates

ALWAYS = date(1970, 1, 1)
"""From when a rate without a date holds."""

MOST_BYTES = 5_000_000

Row = tuple[str, date, Decimal]


class _Unusable(Exception):
    """Says where and why; never an amount."""


def read_pay_rates(file: str) -> DayRates:
    """The rates in `file`, or why there are none: one that is only partly right gives none at all.

    YAML is a mapping of person ids to a rate, or to rates by the day from which each holds. CSV has the columns
    `person`, `day_rate` and, if they change, `from`.
    """
    if not file:
        return DayRates(problem="ONCALL_PAY_RATES names no file")
    path = Path(file)
    try:
        with path.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise _Unusable(f"{path.name} is larger than {MOST_BYTES:,} bytes")
        rows = _csv_rows(raw, path.name) if path.suffix.lower() == ".csv" else _yaml_rows(raw, path.name)
        return DayRates(_by_person(rows))
    except OSError as error:
        return DayRates(problem=f"{path.name}: {error.strerror}")
    except _Unusable as error:
        return DayRates(problem=str(error))


def _by_person(rows: Iterator[Row]) -> dict[str, tuple[tuple[date, Decimal], ...]]:
    found: dict[str, dict[date, Decimal]] = {}
    for person, since, rate in rows:
        known = found.setdefault(person, {})
        if since in known:
            raise _Unusable(
                f"{person} has two rates from {since.isoformat()}" if since != ALWAYS else f"{person} twice"
            )
        known[since] = rate
    return {person: tuple(sorted(rates.items())) for person, rates in found.items()}


def _yaml_rows(raw: bytes, name: str) -> Iterator[Row]:
    try:
        tree, complaints = read_yaml(raw, name)
    except UnreadableYaml as error:
        raise _Unusable(f"{error.complaint.place} is not YAML that can be read") from None
    if complaints:
        raise _Unusable(f"{complaints[0].place} is not YAML that can be used")
    if not isinstance(tree, Mapped):
        raise _Unusable(f"{name} must be a mapping of person ids to day rates")
    for person, rate in tree.items():
        place = str(tree.places[person])
        if isinstance(rate, Mapped):
            yield from (
                (person, _day(since, str(rate.places[since])), _rate(one, str(rate.places[since])))
                for since, one in rate.items()
            )
        else:
            yield person, ALWAYS, _rate(rate, place)


def _csv_rows(raw: bytes, name: str) -> Iterator[Row]:
    try:
        reader = csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline=""), skipinitialspace=True, strict=True)
        columns = {column.strip().lower(): column for column in reader.fieldnames or () if column}
        if not {"person", "day_rate"} <= set(columns):
            raise _Unusable(f"{name}:1 must name the columns person and day_rate")
        for row in reader:
            place = f"{name}:{reader.line_num}"
            given = {column: (row.get(columns[column]) or "").strip() for column in columns}
            if not any(given.values()):
                continue
            if not given["person"]:
                raise _Unusable(f"{place} names nobody")
            since = _day(given["from"], place) if given.get("from") else ALWAYS
            yield given["person"], since, _rate(Scalar(given["day_rate"]), place)
    except UnicodeDecodeError:
        raise _Unusable(f"{name} is not UTF-8 text") from None
    except csv.Error:
        raise _Unusable(f"{name} cannot be read as CSV") from None


def _rate(given: Tree, place: str) -> Decimal:
    if not isinstance(given, Scalar):
        raise _Unusable(f"{place} must be one amount")
    try:
        return parse_amount(given)
    except ValueError as error:
        raise _Unusable(f"{place} {error}") from None


def _day(given: str, place: str) -> date:
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        raise _Unusable(f"{place} has a day that is none; write it as 2026-01-05") from None
