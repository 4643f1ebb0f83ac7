"""Ask both ends what they are and offer, and judge it by the declarations and the settings. Reads only."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

from talk_assets.entities import children_of
from talk_assets.fitness import erp, linter, org
from talk_assets.fitness.findings import Finding, Weight, customerp, salesforce
from talk_assets.fitness.needs import needs_of
from talk_assets.model.errors import ConfigurationError, PeerAnswerError, PeerUnavailableError, TalkError
from talk_assets.model.reserve import Reserve
from talk_assets.model.system import System
from talk_assets.resources import declared, open_ends, open_event_bus
from talk_assets.settings import EventBusSettings, Settings, doorbell_settings
from talk_assets.systems.customerp import CustomerpPort
from talk_assets.systems.http import Patience
from talk_assets.systems.plugged import OWN, plug_named
from talk_assets.systems.port import SystemPort
from talk_assets.systems.salesforce import SalesforcePort

_OK = 200
UNAVAILABLE = "unavailable"


def examined(settings: Settings, environ: Mapping[str, str], *, patience: Patience | None = None) -> list[Finding]:
    """Return the findings of both ends, Salesforce first; an end that fails is a finding of its own."""
    # Its few calls may come from the reserve: it is asked when something seems wrong.
    ends = open_ends(replace(settings, salesforce_reserve=Reserve(calls=0)), patience=patience)
    found: list[Finding] = []
    try:
        for system, port in ends.items():
            try:
                if isinstance(port, SalesforcePort):
                    found += _salesforce(port, settings, environ)
                elif isinstance(port, CustomerpPort) and settings.customerp.port == OWN:
                    found += _customerp(port, settings)
                else:
                    found += _plugged(port, settings)
            except (ConfigurationError, PeerAnswerError, PeerUnavailableError) as error:
                found.append(_failed(system, error))
    finally:
        for port in ends.values():
            port.close()
    return found


def exit_code(found: list[Finding]) -> int:
    """0 where nothing stands in the way of a run, as the errors' own codes otherwise."""
    problems = [finding for finding in found if finding.weight is Weight.PROBLEM]
    if any(finding.check == UNAVAILABLE for finding in problems):
        return PeerUnavailableError.exit_code
    return ConfigurationError.exit_code if problems else 0


def _salesforce(port: SalesforcePort, settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    offered = port.versions()
    version = org.version(settings.salesforce.api_version, offered)
    yield salesforce(
        Weight.FINE, "login", settings.salesforce.login, f"The login by {settings.salesforce.login} works."
    )
    yield version
    if version.weight is Weight.PROBLEM:
        return
    pairs, lookups = declared(settings)
    needs = needs_of(pairs.values(), lookups.values())
    survey = port.survey(list(needs))
    linted = linter.lint(needs, pairs.values(), survey.shapes)
    seen = sum(shape is not None for shape in survey.shapes.values())
    if not linted:
        text = f"All {seen} objects and their fields take what is declared."
        yield salesforce(Weight.FINE, "mapping", survey.organization, text)
    yield from linted
    yield from org.features(survey.shapes, stage=settings.opportunity_stage)
    yield org.pricebook(active=survey.pricebook_active)
    doorbell = doorbell_settings(environ)
    yield from org.calls(
        allowance=survey.allowance,
        remaining=survey.remaining,
        reserve=settings.salesforce_reserve,
        objects=len(needs),
        doorbell=doorbell.salesforce_interval,
        share=doorbell.salesforce_share,
    )
    yield from _events(settings, environ)


def _events(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    chosen = EventBusSettings.from_environment(environ)
    if chosen is None:
        return
    with closing(open_event_bus(settings, chosen)) as bus:
        for topic in chosen.topics:
            try:
                yield org.event_topic(topic, able=bus.may_listen(topic))
            except TalkError as error:
                action = "Until then the org is asked at its usual times."
                yield salesforce(Weight.NOTICE, "events", topic, str(error), action)


def _customerp(port: CustomerpPort, settings: Settings) -> Iterator[Finding]:
    told = port.described()
    yield customerp(Weight.FINE, "login", settings.customerp.url, "The API key works.")
    yield from erp.described(told, now=datetime.now(UTC))
    pairs, _ = declared(settings)
    for pair in pairs.values():
        if pair.parent is None:
            yield erp.resource(pair.customerp, port.listed(pair.customerp))


def _plugged(port: SystemPort, settings: Settings) -> Iterator[Finding]:
    plug = plug_named(settings.customerp.port)
    identity = port.identify()
    yield customerp(Weight.FINE, "port", plug.name, f"Customerp is spoken to by the port {plug.title}.")
    yield customerp(
        Weight.FINE, "login", identity.tenant, f"{identity.name} answers as tenant {identity.tenant}; the key works."
    )
    yield from erp.compares(able=port.capabilities.compare_and_set)
    pairs, _ = declared(settings)
    for pair in pairs.values():
        if pair.parent is None:
            next(iter(port.fetch(pair.entity(System.CUSTOMERP, children_of(pair)), None)))
            yield erp.resource(pair.customerp, _OK)


def _failed(system: System, error: TalkError) -> Finding:
    check = UNAVAILABLE if error.exit_code == PeerUnavailableError.exit_code else "login"
    return Finding(
        weight=Weight.PROBLEM, system=system, check=check, about=system.title, text=str(error), action="Then ask again."
    )
