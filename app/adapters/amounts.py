"""Amounts of money as people write them: in the rules file and in the file of day rates."""

import re
from decimal import Decimal

_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?")


def parse_amount(text: str) -> Decimal:
    """`50` or `312.50`, of no currency. Raises `ValueError` that shows the right form and never the text itself, which
    may be somebody's pay."""
    if not _AMOUNT.fullmatch(text.strip()):
        raise ValueError("is not an amount; write it as 312.50, without a currency or thousands separators")
    return Decimal(text.strip()).quantize(Decimal("0.01"))
