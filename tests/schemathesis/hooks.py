"""What Schemathesis cannot read from the documents: forms of text, and what JSON Schema cannot say."""

import os
from urllib.parse import quote

import requests
import schemathesis
from hypothesis import strategies as st

PEMS = [
    """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQ8yWdgje3OYJPqruUnIys20aJPLh
TVa+pUprDtn7A4M7QCMe+Vj0rJGdsoTizEVuzkHazZi5kqOHI+8YOpaenw==
-----END PUBLIC KEY-----
""",
    """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHKSaFJkbbq5CliCW5Bsj9Ig0XF5P
oAg3jYZUf7FGz42rPvW3ceiS9hTOHV7qgmUDq05AlqKPd7o9uKttGEhu8Q==
-----END PUBLIC KEY-----
""",
]
schemathesis.openapi.format("spki-pem", st.sampled_from(PEMS))

# A charge period lasts from ten minutes to a day.
MINUTES = st.integers(10, 1440)
schemathesis.openapi.format(
    "charge-period",
    MINUTES.flatmap(
        lambda minutes: st.sampled_from(
            [f"PT{minutes}M", f"PT{minutes // 60}H{minutes % 60}M"] + ([f"PT{minutes // 60}H"] if minutes % 60 == 0 else [])
        )
    ),
)

# Formulas grow from numbers and variables.
ATOMS = st.one_of(st.integers(0, 999).map(str), st.sampled_from(["Price", "sheets", "0.5", "-2"]))
schemathesis.openapi.format(
    "formula",
    st.recursive(
        ATOMS,
        lambda parts: st.one_of(
            st.tuples(parts, st.sampled_from("+-*/^"), parts).map(lambda it: f"({it[0]} {it[1]} {it[2]})"),
            st.tuples(st.sampled_from(["SUM", "MAX", "min", "POWER", "ROUND"]), parts, parts).map(
                lambda it: f"{it[0]}({it[1]}, {it[2]})"
            ),
            parts.map(lambda part: f"FLOOR.MATH({part})"),
        ),
        max_leaves=4,
    ),
)


# What a right request must be beyond its schema, and what must be there for it. Requests that are meant to be right are
# made so; the wrong ones stay as they are.


def put_line_item(case):
    """The end does not lie before the start (DM-LINE-026), and what is new is DEPLOYED (DM-LINE-009)."""
    case.body["start"], case.body["end"] = sorted([case.body["start"], case.body["end"]])
    case.body["state"] = "DEPLOYED"


def create_rate_table(case):
    """No item is there twice (DM-RATE-024)."""
    items = {(item["name"], item.get("version") or ""): item for item in case.body["items"]}
    case.body["items"] = list(items.values())


def create_session(case):
    """The instance is there (DM-SES-013)."""
    case.body["instanceId"] = os.environ["INSTANCE"]


def actions(case):
    """Conditions are there (DM-RULE-023); one action at most is without one, one ALLOW without allocation (DM-RULE-022,
    DM-RULE-024); actions with an ID are there (DM-RULE-030)."""
    for place, action in enumerate(case.body):
        action.pop("id", None)
        if place or action.get("conditionId") is not None:
            action["conditionId"] = new_condition()
        if place and action.get("allocation") is None:
            action["allocation"] = 1


def delete_conditions(case):
    """No action refers to one (DM-RULE-012)."""
    listed = api("GET", f"{instance()}/line-items/actions")
    for item in listed["lineItems"]:
        api("DELETE", f"{instance()}/line-items/{quote(item['lineItemId'], safe='')}/actions")


def delete_condition(case):
    """It is there, and no action refers to it (DM-RULE-012, DM-RULE-014)."""
    case.path_parameters["instanceId"] = os.environ["INSTANCE"]
    case.path_parameters["conditionId"] = new_condition()


def delete_line_item(case):
    """It is there and OBSOLETE (DM-LINE-034)."""
    item = {"activationId": "DOOMED", "quantity": 1, "start": 0, "end": 0, "attributes": {}}
    for state in ["DEPLOYED", "OBSOLETE"]:
        api("PUT", f"{instance()}/line-items", item | {"state": state})
    case.path_parameters["lineItemId"] = "DOOMED"


def delete_rate_table(case):
    """It is there and not in effect yet (DM-RATE-017)."""
    table = {"series": "Doomed", "version": "1", "effectiveFrom": 2**53, "items": [{"name": "A", "rate": 1}]}
    api("POST", "/provisioning/api/v1.0/rate-tables", table)
    case.query.update({"series": "Doomed", "version": "1"})


def new_condition():
    condition = {"key": "department", "operator": "IN", "values": ["Engineering"]}
    return api("POST", f"{instance()}/conditions", {"conditions": [condition]})[0]["id"]


def instance():
    return f"/api/v1.0/instances/{os.environ['INSTANCE']}"


def api(method, path, body=None):
    headers = {"Authorization": f"Bearer {os.environ['ADMIN_TOKEN']}"}
    answer = requests.request(method, os.environ["DM"] + path, json=body, headers=headers, timeout=10)
    return answer.json() if answer.content else None


BODIES = {
    "put_line_item": put_line_item,
    "create_rate_table": create_rate_table,
    "create_session": create_session,
    "create_actions": actions,
    "replace_actions": actions,
}
# Chains of requests make by themselves what they delete.
SINGLE = {
    "delete_condition": delete_condition,
    "delete_conditions": delete_conditions,
    "delete_line_item": delete_line_item,
    "delete_rate_table": delete_rate_table,
}


@schemathesis.hook
def before_call(context, case, kwargs):
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    operation = case.operation.definition.raw.get("operationId")
    chained = case.meta.phase.name.value == "stateful"
    amend = BODIES.get(operation) or (None if chained else SINGLE.get(operation))
    if amend:
        amend(case)
