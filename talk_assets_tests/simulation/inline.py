"""A pool without threads: what is submitted is done at once, so that a run is the same each time."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class Inline(Executor):
    """Takes the place of a pool of threads; a process that dies in a call still dies where the answer is awaited."""

    def __init__(self, max_workers: int) -> None:
        self.workers = max_workers

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as a pool does: whoever waits for the answer gets it
            future.set_exception(error)
        return future
