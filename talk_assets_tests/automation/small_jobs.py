"""Jobs that need no end: one that succeeds, one that fails, one that takes until it is interrupted."""

import os
import time
from pathlib import Path

import dagster as dg


@dg.op
def note_process() -> None:
    with Path(os.environ["NOTED"]).open("a") as file:
        file.write(f"{os.getpid()}\n")


@dg.op
def fail() -> None:
    raise RuntimeError("as it should")


@dg.op
def take_long() -> None:
    with Path(os.environ["NOTED"]).open("a") as file:
        file.write("under way\n")
    time.sleep(600)


@dg.job(executor_def=dg.in_process_executor)
def noting():
    note_process()


@dg.job(executor_def=dg.in_process_executor)
def failing():
    fail()


@dg.job(executor_def=dg.in_process_executor)
def lasting():
    take_long()


defs = dg.Definitions(jobs=[noting, failing, lasting])
