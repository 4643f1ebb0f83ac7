"""SOAP login and logout, with which older clients open and end a session.

Source: SOAP API Developer Guide, "login()" and "logout()".
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape

from .org import Org

_LAST_VERSION = 64
"""login() is not part of later versions."""

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"'
    ' xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"
)


@dataclass(frozen=True, kw_only=True)
class SoapAnswer:
    """Status and XML text of a SOAP call."""

    status: int = 200
    xml: str


class _FaultError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def answer_soap(org: Org, body: bytes, *, version: str, origin: str) -> SoapAnswer:
    """Answer POST /services/Soap/u/XX.0; *origin* is the address that the caller used."""
    try:
        return SoapAnswer(xml=_ENVELOPE.format(_answered(org, _read(body), version=version, origin=origin)))
    except _FaultError as fault:
        return SoapAnswer(status=500, xml=_ENVELOPE.format(_fault(fault.code, fault.message)))


def _answered(org: Org, call: dict[str, str], *, version: str, origin: str) -> str:
    number = re.fullmatch(r"(\d{1,3})\.0", version)
    if number is None or int(number.group(1)) > _LAST_VERSION:
        raise _FaultError("UNSUPPORTED_API_VERSION", f"login is not part of API version {version}")
    if "login" in call:
        return _log_in(org, call, version=version, origin=origin)
    if "logout" in call:
        org.sessions.end(call.get("sessionId", ""))
        return "<logoutResponse/>"
    raise _FaultError("INVALID_OPERATION", "Only login and logout are served here; use the REST API")


def _log_in(org: Org, call: dict[str, str], *, version: str, origin: str) -> str:
    settings = org.settings
    # A security token may follow the password.
    given = call.get("password", "")[: len(settings.password)]
    if call.get("username") != settings.username or not hmac.compare_digest(given.encode(), settings.password.encode()):
        message = "Invalid username, password, security token; or user locked out."
        raise _FaultError("INVALID_LOGIN", message)
    values = {
        "metadataServerUrl": f"{origin}/services/Soap/m/{version}/{org.id}",
        "passwordExpired": "false",
        "sandbox": "false",
        "serverUrl": f"{origin}/services/Soap/u/{version}/{org.id}",
        "sessionId": org.sessions.issue(org.clock()),
        "userId": org.user_id,
    }
    about = {
        "organizationId": org.id,
        "organizationName": settings.organization_name,
        "sessionSecondsValid": str(settings.session_seconds),
        "userId": org.user_id,
        "userName": settings.username,
    }
    told = f"{_elements(values)}<userInfo>{_elements(about)}</userInfo>"
    return f"<loginResponse><result>{told}</result></loginResponse>"


def _elements(values: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())


def _fault(code: str, message: str) -> str:
    detail = f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{escape(message)}</sf:exceptionMessage>"
    return (
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {escape(message)}</faultstring>"
        f"<detail><sf:LoginFault>{detail}</sf:LoginFault></detail></soapenv:Fault>"
    )


def _read(body: bytes) -> dict[str, str]:
    """Return the text of every element by its name without prefix; a document type is refused unread."""
    found: dict[str, str] = {}
    path: list[str] = []

    def start(name: str, _attributes: object) -> None:
        path.append(name.rpartition(":")[2])
        found.setdefault(path[-1], "")

    def text(data: str) -> None:
        if path:
            found[path[-1]] += data

    def refuse(*_declaration: object) -> None:
        raise _FaultError("INVALID_XML", "A document type is not allowed")

    reader = expat.ParserCreate()
    reader.StartElementHandler, reader.CharacterDataHandler = start, text
    reader.EndElementHandler = lambda _name: path.pop()
    reader.StartDoctypeDeclHandler = refuse
    try:
        reader.Parse(body, True)
    except expat.ExpatError as failure:
        raise _FaultError("INVALID_XML", f"The XML cannot be read: {failure}") from failure
    return found
