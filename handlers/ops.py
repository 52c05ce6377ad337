"""For the operator: /healthz (the process lives), /readyz (what works and what does not), /metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify

from bot.live import LiveGuide
from bot.memory.database import Database, DatabaseUnavailable, SchemaTooNew
from handlers.metrics import Metrics

Problem = Callable[[], str]
"""Says what is wrong with a channel now; empty when it works."""


def ops_blueprint(live: LiveGuide, database: Database, channels: Mapping[str, Problem], metrics: Metrics) -> Blueprint:
    """Return the blueprint with the three pages."""
    blueprint = Blueprint("ops", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        trouble = _database_trouble(database)
        knowledge = _knowledge(live)
        body = {
            "status": "down" if trouble else "degraded" if live.state.stale or live.model_problem else "ok",
            "knowledge": knowledge,
            "meaning": live.model_problem or "ok",
            "database": trouble or "ok",
            "channels": {name: problem() or "on" for name, problem in channels.items()},
        }
        return jsonify(body), 503 if trouble else 200

    @blueprint.get("/metrics")
    def exposed() -> Response:
        try:
            return Response(metrics.exposed(), content_type="text/plain; version=0.0.4; charset=utf-8")
        except DatabaseUnavailable:
            return Response("# the database can't be reached\n", 503, mimetype="text/plain")

    return blueprint


def _database_trouble(database: Database) -> str:
    try:
        database.check()
    except (DatabaseUnavailable, SchemaTooNew) as error:
        return str(error)
    return ""


def _knowledge(live: LiveGuide) -> dict[str, Any]:
    state = live.state
    found: dict[str, Any] = {"revision": state.revision, "entries": state.entries}
    if state.stale:
        found["note"] = "ファイルに直すところがあるため、読めていたときの内容で答えています"
        found["problems"] = [str(problem) for problem in state.problems[:20]]
        found["problem_count"] = len(state.problems)
    return found
