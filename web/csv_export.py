"""Tables for spreadsheets, in which no cell is a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell = str | int | float | None
# what spreadsheets read as the start of a formula, also after they trim; wide forms are read as narrow ones
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ";") -> bytes:
    """A table as CSV in UTF-8 with its mark, as spreadsheets in French and English open it.

    Texts that a spreadsheet would run as a formula get an apostrophe before them.

    Args:
        header: names of the columns.
        rows: cells; numbers are written as numbers.
        delimiter: between cells.

    Source: RFC 4180; OWASP, "CSV Injection"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([_harmless(name) for name in header])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def csv_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The table as a download.

    Args:
        filename: ASCII letters, digits, "-", "_" and "."; ours, never a person's text.
        header: see `to_csv`.
        rows: see `to_csv`.
    """
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return Response(to_csv(header, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return "" if cell is None else cell
    cell = cell.replace("\x00", "")
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA_STARTS) else cell
