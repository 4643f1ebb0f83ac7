"""Calls of the REST API: single reads, queries, and several requests in one composite call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from talk_assets.model.errors import PeerAnswerError
from talk_assets.systems import strict_json
from talk_assets.systems.answers import Answer
from talk_assets.systems.http import Call, HttpClient
from talk_assets.systems.salesforce.outcomes import code_of, errors_in, problem_of, raise_for_run

_OK, _NOT_FOUND = 200, 404


@dataclass(frozen=True, kw_only=True)
class Part:
    """One request inside a composite call; *path* is below the version root."""

    name: str
    method: str
    path: str
    body: object = None


@dataclass(frozen=True, kw_only=True)
class PartAnswer:
    """What one part answered."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """True for a success status."""
        return self.status in range(200, 300)


@dataclass(frozen=True, kw_only=True)
class QueryAnswer:
    """Records of one query, whether they are all, and the server's clock before it ran."""

    records: list[Any]
    done: bool
    date: datetime | None


class Rest:
    """The REST API of one org at one version."""

    def __init__(self, *, client: HttpClient, api_version: str) -> None:
        self._client = client
        self.root = f"/services/data/v{api_version}"

    def query(self, soql: str) -> QueryAnswer:
        """Run *soql*, deleted rows included. Next-page addresses are not followed: pages go by keyset.

        Raises:
            PeerUnavailableError, ConfigurationError, PeerAnswerError.
        """
        answer = self._client.read(Call(method="GET", path=f"{self.root}/queryAll", kind="query", query={"q": soql}))
        body = self._success(answer, "a query")
        records, done = rows_of(body)
        return QueryAnswer(records=records, done=done, date=answer.date)

    def get(self, path: str, *, kind: str) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of a resource by its whole path."""
        return self._success(self._client.read(Call(method="GET", path=path, kind=kind)), f"a read of its {kind}")

    def describe(self, resource: str) -> Any | None:  # noqa: ANN401 - JSON
        """Return the description of an object, or None where the org has none of that name."""
        answer = self._client.read(
            Call(method="GET", path=f"{self.root}/sobjects/{quote(resource, safe='')}/describe", kind="describe")
        )
        return None if answer.status == _NOT_FOUND else self._success(answer, "a description")

    def describe_all(self, resources: Sequence[str]) -> dict[str, Any | None]:
        """Return the descriptions of up to 25 objects by name, asked for in one call; None as `describe` has it."""
        parts = [
            Part(name=f"d{place}", method="GET", path=f"sobjects/{quote(name, safe='')}/describe")
            for place, name in enumerate(resources)
        ]
        answers = self.composite_read(parts, kind="describe")
        found: dict[str, Any | None] = {}
        for part, name in zip(parts, resources, strict=True):
            told = answers[part.name]
            if not told.ok and told.status != _NOT_FOUND:
                raise _refused("a description", told.status, errors_in(told.body))
            found[name] = told.body if told.ok else None
        return found

    def composite_read(self, parts: Sequence[Part], *, kind: str) -> dict[str, PartAnswer]:
        """Send several reads as one call, tried again like any read."""
        return self.composite_dated(parts, kind=kind)[0]

    def composite_dated(self, parts: Sequence[Part], *, kind: str) -> tuple[dict[str, PartAnswer], datetime | None]:
        """Return what `composite_read` does, and the server's clock."""
        answer = self._client.read(self._composite_call(parts, kind=kind, writes=False, all_or_none=False))
        return self.parts_of(self._success(answer, "a composite read"), parts), answer.date

    def retrieve(self, resource: str, ids: Sequence[str], fields: Sequence[str]) -> list[Any]:
        """Return up to 2,000 records by id, null for those that are not there."""
        call = Call(
            method="POST",
            path=f"{self.root}/composite/sobjects/{quote(resource, safe='')}",
            kind="retrieve",
            body=strict_json.write({"ids": list(ids), "fields": list(fields)}),
        )
        body = self._success(self._client.read(call), "a read by ids")
        if not isinstance(body, list) or len(body) != len(ids):
            raise unexpected("a read by ids")
        return body

    def send(self, path: str, body: object, *, kind: str, method: str = "POST") -> Answer:
        """Send one write by itself.

        Raises:
            NotSentError, NoAnswerError, PeerAnswerError: as `HttpClient.send`.
        """
        return self._client.send(
            Call(method=method, path=f"{self.root}/{path}", kind=kind, body=strict_json.write(body), writes=True)
        )

    def send_composite(self, parts: Sequence[Part], *, kind: str, all_or_none: bool = False) -> Answer:
        """Send several requests, writes among them, as one call; each part is judged by itself."""
        return self._client.send(self._composite_call(parts, kind=kind, writes=True, all_or_none=all_or_none))

    def query_part(self, name: str, soql: str, *, deleted: bool = False) -> Part:
        """Return *soql* as a part of a composite call."""
        resource = "queryAll" if deleted else "query"
        return Part(name=name, method="GET", path=f"{resource}?q={quote(soql, safe='')}")

    def parts_of(self, body: Any, parts: Sequence[Part]) -> dict[str, PartAnswer]:  # noqa: ANN401 - JSON
        """Return the answers of a composite call by name.

        Raises:
            PeerAnswerError: they are not one for each part.
        """
        answers = body.get("compositeResponse") if isinstance(body, dict) else None
        found = {
            item["referenceId"]: PartAnswer(status=item["httpStatusCode"], body=item.get("body"))
            for item in (answers if isinstance(answers, list) else ())
            if isinstance(item, dict)
            and isinstance(item.get("referenceId"), str)
            and isinstance(item.get("httpStatusCode"), int)
        }
        if set(found) != {part.name for part in parts}:
            raise unexpected("a composite call")
        return found

    def _composite_call(self, parts: Sequence[Part], *, kind: str, writes: bool, all_or_none: bool) -> Call:
        requests = [
            {"method": part.method, "url": f"{self.root}/{part.path}", "referenceId": part.name}
            | ({} if part.body is None else {"body": part.body})
            for part in parts
        ]
        return Call(
            method="POST",
            path=f"{self.root}/composite",
            kind=kind,
            # Salesforce may otherwise carry parts out in another order: a read before a write would not be before it.
            body=strict_json.write(
                {"allOrNone": all_or_none, "collateSubrequests": False, "compositeRequest": requests}
            ),
            writes=writes,
        )

    def _success(self, answer: Answer, what: str) -> Any:  # noqa: ANN401 - JSON
        body = answer.json()
        if answer.status != _OK:
            errors = errors_in(body)
            raise_for_run(answer.status, errors)
            raise _refused(what, answer.status, errors)
        return body


def lacks_object(answer: PartAnswer) -> bool:
    """True where a query was refused because the org has no such object: its feature is switched off."""
    return not answer.ok and any(code_of(error) == "INVALID_TYPE" for error in errors_in(answer.body))


def rows_in(answer: PartAnswer) -> list[Any]:
    """Return all records of a query that was part of a composite call.

    Raises:
        PeerAnswerError: it was refused, or its records go on elsewhere.
    """
    if not answer.ok:
        raise _refused("a query", answer.status, errors_in(answer.body))
    found, done = rows_of(answer.body)
    if not done:
        raise unexpected("a query by name")
    return found


def rows_of(body: Any) -> tuple[list[Any], bool]:  # noqa: ANN401 - JSON
    """Return the records of a query's answer and whether they are all.

    Raises:
        PeerAnswerError: it has another shape.
    """
    records = body.get("records") if isinstance(body, dict) else None
    if not isinstance(records, list) or not isinstance(body.get("done"), bool):
        raise unexpected("a query")
    if body["done"] and body.get("totalSize", len(records)) != len(records):
        raise unexpected("a query, whose records are not as many as it says,")
    return records, body["done"]


def _refused(what: str, status: int, errors: Sequence[Mapping[str, Any]]) -> PeerAnswerError:
    problem = problem_of(errors)
    return PeerAnswerError(
        f"Salesforce refused {what} (HTTP {status}, {problem.code}: {problem.message}). "
        "Nothing of it was used. Check that the integration user may see the object and its fields."
    )


def unexpected(what: str) -> PeerAnswerError:
    """Return the error for an answer of another shape than documented."""
    return PeerAnswerError(
        f"Salesforce answered {what} in another shape than its API describes. "
        "Nothing of it was used. Check the Salesforce URL."
    )
