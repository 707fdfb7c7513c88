"""`passeur demo`: starts the services, plays the scenes over HTTP, says what was checked, and cleans up."""

from __future__ import annotations

import signal
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from passeur.demo.pages import PageError
from passeur.demo.scenes import SCENES, SceneError, Stage
from passeur.demo.services import ServiceError, Services

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

_EXPECTED = (SceneError, PageError, ServiceError, httpx.HTTPError, OSError, LookupError, ValueError)

console = Console(highlight=False, markup=False, soft_wrap=True)


@dataclass(frozen=True)
class Scene:
    """One step of the story.

    Args:
        title: what is done.
        play: does it, and gives what was checked; raises when a check fails.
    """

    title: str
    play: Callable[[Stage], str]


def run(*, once: bool) -> int:
    """Play the story.

    Args:
        once: stop everything after the last scene; otherwise the services stay up until Ctrl-C.

    Returns:
        0 when every step passed, 1 otherwise.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory(prefix="passeur-demo-") as folder:
        stage = Stage(Services(Path(folder)))
        try:
            scenes = [Scene(title, play) for title, play in SCENES]
            passed = play_all(scenes, stage)
            console.print(f"demo: {passed} of {len(scenes)} steps passed")
            if passed < len(scenes):
                return 1
            if not once:
                _stay(stage)
        except KeyboardInterrupt:
            console.print("demo: stopped")
            return 0 if not once else 1
        finally:
            stage.close()
    return 0


def play_all(scenes: Sequence[Scene], stage: Stage) -> int:
    """Play the scenes in order, one line each; after the first that fails the rest is only named.

    Returns:
        how many passed.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    meter = Console(stderr=True)
    with Progress(*columns, console=meter, transient=True, disable=not meter.is_terminal) as progress:
        task = progress.add_task("", total=len(scenes))
        for number, scene in enumerate(scenes):
            progress.update(task, description=scene.title)
            try:
                checked = scene.play(stage)
            except _EXPECTED as err:
                console.print(f"✗ {number + 1:2} {scene.title}: {err or type(err).__name__}")
                for later, unplayed in enumerate(scenes[number + 1 :], number + 2):
                    console.print(f"- {later:2} {unplayed.title}: not played")
                return number
            console.print(f"✓ {number + 1:2} {scene.title}: {checked}")
            progress.advance(task)
    return len(scenes)


def _stay(stage: Stage) -> None:
    """Name the pages to click and keep the services up."""
    console.print("\nOpen in a browser (the sign-in links work once, for fifteen minutes):")
    for what, address in stage.addresses():
        console.print(f"  {what}\n    {address}")
    console.print("\nCtrl-C stops everything and deletes it.")
    threading.Event().wait()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
