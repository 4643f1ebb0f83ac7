"""The requests that our first load of AdventureWorks made, sent again as they were to systems as they were then.

One client, one request after the other, and nothing is done with the answers; only the session is a new one.
"""

import pickle
import time

import httpx

from bench.case import Context, tell
from bench.documents import loaded

_AGAIN = {b"content-type", b"if-match", b"x-change-origin", b"accept-encoding", b"accept"}

context = Context.of_environment()
with (context.folder / "asked.pickle").open("rb") as file:
    asked = pickle.load(file)  # noqa: S301 - the program before wrote it
with loaded(context.size) as facts, httpx.Client(timeout=600, trust_env=False) as client:
    org = facts["salesforce"]
    form = {"grant_type": "client_credentials"} | {name: org[name] for name in ("client_id", "client_secret")}
    token = client.post(f"{org['url']}/services/oauth2/token", data=form).raise_for_status().json()["access_token"]
    bearers = {"salesforce": token, "customerp": facts["customerp"]["api_key"]}
    other = 0
    started, cpu = time.perf_counter(), time.process_time()
    for method, end, path, headers, content, status in asked:
        sent = [
            (name, value) for name, value in headers if name.lower() in _AGAIN or name.lower().startswith(b"sforce")
        ]
        sent.append((b"authorization", f"Bearer {bearers[end]}".encode()))
        answer = client.request(method, facts[end]["url"] + path.decode(), headers=sent, content=content)
        other += answer.status_code != status
    work_wall, work_cpu = time.perf_counter() - started, time.process_time() - cpu
tell(work_wall=work_wall, work_cpu=work_cpu, requests=len(asked), other=other)
