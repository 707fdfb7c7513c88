"""Log lines: one static event name, values in keywords, and nothing that anybody sent.

What is logged is chosen where it is logged: routes, methods, status codes, error types, our own identifiers.
Texts of exceptions are not, since they quote their input.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from types import TracebackType

_OUR_FRAMES = 4


def configure_logging(level: str = "info") -> None:
    """Write structured lines to standard error: for people on a terminal, as JSON elsewhere.

    Args:
        level: "debug", "info", "warning" or "error".
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # libraries: their warnings only, without the tracebacks that quote what was sent
    logging.basicConfig(level=max(threshold, logging.WARNING), stream=sys.stderr, force=True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_without_traceback)


def _without_traceback(record: logging.LogRecord) -> bool:
    if record.exc_info:
        kind = record.exc_info[0]
        record.msg, record.args = "%s: %s", (record.name, kind.__name__ if kind else "error")
        record.exc_info = record.exc_text = None
    return True


def where(error: BaseException) -> list[str]:
    """The last steps to an exception, "file.py:12 function": enough to find it, none of its values."""
    steps = []
    step: TracebackType | None = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        steps.append(f"{'/'.join(code.co_filename.rsplit('/', 2)[-2:])}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return steps[-_OUR_FRAMES:]
