"""The sensor that tells people: it reads what Dagster recorded of runs and checks, and never opens the store.

A sensor and not a hook at the end of a run, because it sees runs that were killed or never started as well, and a
webhook that hangs holds up no sync.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import dagster as dg

from talk_assets.alerts.channels import Channel, hand_over
from talk_assets.alerts.failures import AGAIN, Failure, sign_of, solved_by
from talk_assets.alerts.signs import Sign, Trouble
from talk_assets.alerts.standing import due, dumped, loaded, observe, sent
from talk_assets.automation.aftermath import is_whole
from talk_assets.automation.jobs import ALL
from talk_assets.model import errors
from talk_assets.model.disclosure import without_values

EVERY = 30
_AT_ONCE = 50
"""Runs looked at in one tick; the next goes on."""
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
_OURS = {name for name, found in vars(errors).items() if isinstance(found, type) and name.endswith("Error")}
_STOPPED_BY_CHECK = "DagsterAssetCheckFailedError"
_QUARANTINED = "quarantined"
_HELD = "What is written about here waits; everything else goes on."


def alarm(
    channels: Callable[[], Mapping[str, Channel]],
    now: Callable[[], datetime],
    *,
    are_on: bool,
    repeat: timedelta,
    patience: timedelta,
    quarantine: int,
    ui_url: str | None,
) -> dg.SensorDefinition:
    """Return the sensor that sends alerts by *channels*, which are opened when there is something to say.

    *patience* is how long what may pass by itself must last, *repeat* when a standing alert is told again, *quarantine*
    the number of records that is worth one. *ui_url* is where its links lead.
    """

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING if are_on else dg.DefaultSensorStatus.STOPPED,
        description="Tells people by webhook or e-mail of runs and checks that failed: each cause once, and once more "
        "when it is over. Off until TALK_ALERT_WEBHOOK or TALK_ALERT_EMAIL is set.",
    )
    def _alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        instant = now()
        seen, causes = _remembered(context.cursor, instant)
        records = list(_ended_after(context.instance, seen))
        for record in records:
            signs = signs_of(context.instance, record, causes, patience=patience, limit=quarantine, ui_url=ui_url)
            causes = observe(causes, signs)
            seen = record.update_timestamp
        message = due(causes, instant, repeat=repeat)
        said = "Nothing is to be told."
        if message is not None:
            opened = channels()
            refused = hand_over(message, opened)
            taken = len(refused) < len(opened)
            causes = sent(causes, message, instant, taken=taken)
            for name, why in refused.items():
                context.log.warning(f"The alert did not go out by {name}. {why} It is tried again in five minutes.")
            said = f"Told: {message.subject}" if taken else f"Nobody could be told: {message.subject}"
        context.update_cursor(json.dumps({"seen": seen.isoformat(), "causes": dumped(causes)}))
        return dg.SkipReason(said)

    return _alerts


def _remembered(cursor: str | None, now: datetime) -> tuple[datetime, dict]:  # type: ignore[type-arg]
    """Up to which time runs were looked at, and the causes; at the very first, nothing of the past is told."""
    if not cursor:
        return now, {}
    found = json.loads(cursor)
    return datetime.fromisoformat(found["seen"]), loaded(found["causes"])


def _ended_after(instance: dg.DagsterInstance, seen: datetime) -> Iterable[dg.RunRecord]:
    return instance.get_run_records(
        filters=dg.RunsFilter(statuses=_ENDED, updated_after=seen),
        order_by="update_timestamp",
        ascending=True,
        limit=_AT_ONCE,
    )


def signs_of(
    instance: dg.DagsterInstance,
    record: dg.RunRecord,
    standing: Iterable[str],
    *,
    patience: timedelta,
    limit: int,
    ui_url: str | None,
) -> list[Sign]:
    """What one ended run shows: of itself, and of each check that it evaluated; *standing* names known causes."""
    run, at = record.dagster_run, record.update_timestamp
    link = None if ui_url is None else f"{ui_url}/runs/{run.run_id}"
    known = list(standing)
    events = instance.all_logs(run.run_id, of_type={dg.DagsterEventType.ASSET_CHECK_EVALUATION})
    evaluations = [event.asset_check_evaluation for event in events if event.asset_check_evaluation is not None]
    signs = [sign for one in evaluations for sign in _of_check(one, at, known, limit=limit, link=link)]
    if run.status is dg.DagsterRunStatus.FAILURE:
        failure = _failure(instance, run, at, link)
        if failure is not None:
            signs.append(sign_of(failure, patience=patience))
    elif is_whole(run):
        signs += solved_by(run.job_name, at, known, everything=run.job_name == ALL)
    return signs


def _of_check(
    check: dg.AssetCheckEvaluation, at: datetime, known: Sequence[str], *, limit: int, link: str | None
) -> Iterable[Sign]:
    asset = "/".join(check.asset_key.path)
    cause = f"check {asset}:{check.check_name}"
    said = without_values(check.description or "")
    if not check.passed and check.severity is dg.AssetCheckSeverity.ERROR:
        title = f"The check {check.check_name} of {asset} failed"
        follows = "What the check guards is not written until it passes." if check.blocking else _HELD
        do = "Open the check in the Dagster UI: its table names what to correct."
        yield Sign(cause=cause, at=at, trouble=_trouble(title, said, follows, do, link))
    elif cause in known:
        yield Sign(cause=cause, at=at, trouble=None)
    held = check.metadata.get(_QUARANTINED)
    count = held.value if held is not None and isinstance(held.value, int) else 0
    cause = f"{_QUARANTINED} {asset}"
    if limit and count >= limit:
        title = f"{count:,} records of {asset} are in quarantine"
        do = "Open the check in the Dagster UI, or run talk held: both name the records, and what to correct."
        yield Sign(cause=cause, at=at, trouble=_trouble(title, said, _HELD, do, link))
    elif cause in known and held is not None:
        yield Sign(cause=cause, at=at, trouble=None)


def _trouble(title: str, what: str, follows: str, do: str, link: str | None) -> Trouble:
    return Trouble(title=title, what=what, follows=follows, do=do, link=link)


def _failure(instance: dg.DagsterInstance, run: dg.DagsterRun, at: datetime, link: str | None) -> Failure | None:
    """The failure of *run*; None where only a check stopped it, which is told by itself."""
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
    message = ""
    for event in instance.all_logs(run.run_id, of_type=kinds):
        found = event.dagster_event
        error = getattr(found.event_specific_data, "error", None) if found is not None else None
        while error is not None:
            name = (error.cls_name or "").rpartition(".")[2]
            if name == _STOPPED_BY_CHECK:
                return None
            if name in _OURS:
                # Dagster writes the class before the message.
                text = error.message.partition(f"{name}: ")[2] or error.message
                return Failure(job=run.job_name, at=at, kind=name, message=text, link=link)
            error = error.cause
        message = message or (found.message or "" if found is not None else "")
    if not message:
        message = f"It ended without a word. {AGAIN}"
    killed = "ended without a word" in message
    return Failure(job=run.job_name, at=at, kind="" if killed else "unexpected", message=message, link=link)
