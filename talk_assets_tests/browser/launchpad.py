"""A job's launchpad, as a person uses it: type, look at what it says, launch, and wait for the run to end."""

import re

RUN = 180_000
"""Milliseconds for a run, which waits for those that are under way."""
_TICK = 7_000
"""Milliseconds that a tick under way may go on listening, and then ask for a run."""
_SENSORS = "{ sensorsOrError(repositorySelector: %s) { ... on Sensors { results { id } } } }"
_SCHEDULES = "{ schedulesOrError(repositorySelector: %s) { ... on Schedules { results { id } } } }"
_REPOSITORY = '{repositoryName: "__repository__", repositoryLocationName: "talk_assets.definitions"}'
_UNDER_WAY = (
    "{ runsOrError(filter: {statuses: [QUEUED, NOT_STARTED, STARTING, STARTED]}) { ... on Runs { results { id } } } }"
)


class Launchpad:
    """The launchpads of the Dagster UI at *up*, on *page*."""

    def __init__(self, page, up):
        self._page, self._up = page, up

    def stop_automation(self):
        """From now on nothing is launched but by hand; what is under way ends first."""
        self._page.goto(f"{self._up}/overview")
        for sensor in self._asked(_SENSORS % _REPOSITORY)["sensorsOrError"]["results"]:
            done = self._asked(f'mutation {{ stopSensor(id: "{sensor["id"]}") {{ __typename }} }}')
            assert done["stopSensor"]["__typename"] == "StopSensorMutationResult"
        for schedule in self._asked(_SCHEDULES % _REPOSITORY)["schedulesOrError"]["results"]:
            done = self._asked(f'mutation {{ stopRunningSchedule(id: "{schedule["id"]}") {{ __typename }} }}')
            assert done["stopRunningSchedule"]["__typename"] == "ScheduleStateResult"
        self._page.wait_for_timeout(_TICK)
        while self._asked(_UNDER_WAY)["runsOrError"]["results"]:
            self._page.wait_for_timeout(500)

    def _asked(self, query):
        answer = self._page.request.post(f"{self._up}/graphql", data={"query": query})
        return answer.json()["data"]

    def open(self, job):
        """Open the launchpad of *job*."""
        self._page.goto(f"{self._up}/locations/talk_assets.definitions/jobs/{job}/playground")

    def type(self, config):
        """Type *config* over what stands there."""
        editor = self._page.locator(".CodeMirror").first
        editor.click()
        self._page.keyboard.press("Control+a")
        # As one piece: the editor would indent and complete what is typed letter by letter.
        self._page.keyboard.insert_text(config)

    def launch(self):
        """Launch what was typed; how the run ended."""
        self._page.get_by_role("button", name="Launch Run").click()
        self._page.wait_for_url(re.compile("/runs/[0-9a-f-]{36}"), timeout=RUN)
        ended = self._page.get_by_text(re.compile("^(Success|Failure)$")).first
        ended.wait_for(timeout=RUN)
        return ended.inner_text()
