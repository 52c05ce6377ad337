"""One structured line for each thing that an operator may need: JSON to standard error, no message text, no user ids."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logging() -> None:
    """Have structlog write JSON lines, and the standard library's warnings with it."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
