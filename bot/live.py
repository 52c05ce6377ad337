"""The guide that serves now: new knowledge goes live as soon as its files are saved; broken files change nothing."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import structlog
from watchfiles import Change, watch

from bot.build import DictionaryRefused, GuideBuilder
from bot.guide import Guide
from bot.knowledge.loading import Loaded, UnusableKnowledge, load
from bot.knowledge.problem import Problem, Severity
from bot.last_good import LastGood
from bot.settings import Settings

log = structlog.get_logger("annai.knowledge")

_WATCH = "knowledge-watch"
_DEBOUNCE_MS = 200
"""Editors save in several steps; changes this close together are one."""


@dataclass(frozen=True, slots=True)
class KnowledgeState:
    """What serves and what is wrong with the files, for /readyz."""

    revision: str
    entries: int
    problems: tuple[Problem, ...] = ()
    """What keeps the newest files from serving; empty when they serve."""

    @property
    def stale(self) -> bool:
        """Return whether older knowledge serves than the files hold."""
        return bool(self.problems)


def complete_guide(settings: Settings) -> Guide:
    """Return the complete guide of `settings` (up to a minute the first time, from the cache after that); for commands.

    Raises UnusableKnowledge when there is nothing to serve.
    """
    loaded = load(settings.knowledge_dir, settings.knowledge_defaults)
    return GuideBuilder(settings).complete(loaded.knowledge)


class LiveGuide:
    """Holds the guide that serves; replacing it is one assignment, so that no request ever waits or fails."""

    def __init__(self, settings: Settings) -> None:
        """Load and build; raise UnusableKnowledge when there is nothing at all to serve."""
        self._settings = settings
        self._builder = GuideBuilder(settings)
        place = hashlib.sha256(str(settings.knowledge_dir).encode()).hexdigest()[:12]
        self._last_good = LastGood(settings.cache_dir / "last-good" / place)
        self._stop = threading.Event()
        self._reloading = threading.Lock()
        self._threads: list[threading.Thread] = []
        loaded, problems = self._first()
        self.guide: Guide
        self.state: KnowledgeState
        self._complete = True
        self._serve(loaded, problems)

    def start(self) -> None:
        """Watch the files from now on, in a thread of its own."""
        self._stop.clear()
        self._run(self._watch, _WATCH)
        if not self._complete:
            self._run(self._finish, "knowledge-complete")

    def stop(self) -> None:
        """Stop watching; return when the watching thread has ended. A dictionary in the making is not waited for."""
        self._stop.set()
        for thread in self._threads:
            if thread.name == _WATCH:
                thread.join(timeout=10)
        self._threads.clear()

    def reload(self) -> None:
        """Read the files again; serve them if they can be served, else keep what serves and say why."""
        with self._reloading:
            began = time.monotonic()
            try:
                loaded = load(self._settings.knowledge_dir, self._settings.knowledge_defaults)
                broken = _blocking(loaded.problems)
            except UnusableKnowledge as error:
                self._refuse(tuple(error.problems))
                return
            if broken:
                self._refuse(broken)
                return
            if loaded.knowledge.revision == self.state.revision and not self.state.stale:
                return
            self._serve(loaded, ())
            log.info(
                "knowledge live",
                revision=self.state.revision,
                entries=self.state.entries,
                ms=round((time.monotonic() - began) * 1000),
            )
        if not self._complete:
            self._run(self._finish, "knowledge-complete")

    def _first(self) -> tuple[Loaded, tuple[Problem, ...]]:
        defaults = self._settings.knowledge_defaults
        loaded: Loaded | None = None
        try:
            loaded = load(self._settings.knowledge_dir, defaults)
            problems = _blocking(loaded.problems)
        except UnusableKnowledge as error:
            problems = tuple(error.problems)
        if loaded is not None and not problems:
            return loaded, ()
        self._complain(problems)
        if older := self._last_good.find():
            try:
                return load(older, defaults), problems
            except UnusableKnowledge:
                log.error("last good knowledge unusable", folder=str(older))
        if loaded is None:
            raise UnusableKnowledge(list(problems))
        return loaded, problems

    def _serve(self, loaded: Loaded, problems: tuple[Problem, ...]) -> None:
        built = self._builder.build(loaded.knowledge)
        self.guide, self._complete = built.guide, built.complete
        self.state = KnowledgeState(loaded.knowledge.revision, len(loaded.knowledge.entries), problems)
        if not problems:
            self._last_good.keep(self._settings.knowledge_dir, loaded.knowledge.revision)

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        self.state = KnowledgeState(self.state.revision, self.state.entries, problems)
        self._complain(problems)

    def _complain(self, problems: tuple[Problem, ...]) -> None:
        log.error("knowledge refused", problems=len(problems), first=[str(problem) for problem in problems[:5]])

    def _finish(self) -> None:
        """Make what the serving guide still lacks (dictionary, vectors), then serve it with them."""
        knowledge = self.guide.knowledge
        try:
            guide = self._builder.complete(knowledge)
        except (DictionaryRefused, OSError) as error:
            log.error("knowledge not completed", error=str(error))
            return
        with self._reloading:
            if knowledge is self.guide.knowledge:
                self.guide, self._complete = guide, True
                log.info("knowledge complete", revision=knowledge.revision)

    @property
    def model_problem(self) -> str:
        """Return why there is no meaning view, in one line; empty when it works or is being made ready."""
        return self._builder.model_problem

    def _watch(self) -> None:
        path = self._settings.knowledge_dir
        folder = path if path.is_dir() else path.parent
        while not self._stop.is_set():
            try:
                began = False
                for changes in watch(
                    folder,
                    watch_filter=_is_knowledge,
                    debounce=_DEBOUNCE_MS,
                    step=50,
                    stop_event=self._stop,
                    rust_timeout=500,
                    yield_on_timeout=True,
                    raise_interrupt=False,
                ):
                    if changes or not began:  # once at the beginning: what changed before the watch stood
                        self._reload_safely()
                    began = True
            except (OSError, RuntimeError) as error:
                log.error("knowledge not watched", error=str(error))
                self._stop.wait(5)

    def _reload_safely(self) -> None:
        try:
            self.reload()
        except Exception:
            log.exception("knowledge reload failed")  # what serves goes on serving

    def _run(self, work: object, name: str) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)  # type: ignore[arg-type]
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()


def _blocking(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.severity is Severity.BROKEN)


def _is_knowledge(_: Change, path: str) -> bool:
    return Path(path).suffix in (".yaml", ".yml", ".jsonl", "")  # a folder that is moved is told without its files
