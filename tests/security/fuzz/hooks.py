"""What the generator must know of people: how the fuzzing one signs in, and that it must not saw off the branch it sits on."""
import os
import time

import requests
import schemathesis

GATEWAY = os.environ["FUZZ_GATEWAY"]
EMAIL = os.environ["FUZZ_EMAIL"]
PASSWORD = os.environ["FUZZ_PASSWORD"]
MYSELF = os.environ["FUZZ_USER"]
NOBODY = "00000000-0000-7000-8000-000000000000"
# Signing out by the bearer token would end the session that all other calls use.
WITHOUT_TOKEN = {"user.logout"}
# A session, a role or an account that is taken from the fuzzing person himself makes everything after it a 401.
SPARED = {"user.endSession", "user.changeRole", "user.disableMember"}


@schemathesis.auth(refresh_interval=240)
class Bearer:
    session = None

    def get(self, case, context):
        # Without a token nothing is tried for half a minute, so a platform that is busy in this moment is asked again.
        for _ in range(10):
            answer = requests.post(f"{GATEWAY}/api/users/login", json={"email": EMAIL, "password": PASSWORD}, timeout=30)
            if answer.status_code != 503:
                break
            time.sleep(1)
        answer.raise_for_status()
        return answer.json()["accessToken"]

    def set(self, case, data, context):
        if case.operation.label and case.operation.definition.raw.get("operationId") in WITHOUT_TOKEN:
            return
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    name = case.operation.definition.raw.get("operationId")
    if name in SPARED and case.path_parameters and (name == "user.endSession" or case.path_parameters.get("id") == MYSELF):
        case.path_parameters["id"] = NOBODY
