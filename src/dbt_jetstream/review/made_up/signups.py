"""How tables of events record enrollments and exposures, by the kind of enrollment query."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_jetstream.review.made_up.column_values import TableColumns

LEGACY = {
    "event_category": "'normandy'",
    "event_method": "kind",
    "event_object": "'nimbus_experiment'",
    "event_string_value": "{slug}",
    "event_map_values": (
        "json_array(json_object('key', case kind when 'expose' then 'branchSlug' else 'branch' end,"
        " 'value', branch))"
    ),
}
NAME = (
    "case kind when 'enroll' then 'enrollment' when 'expose' then 'exposure'"
    " else 'unenrollment' end"
)
GLEAN = {
    "event_category": "'nimbus_events'",
    "event_name": NAME,
    "event_extra": "json_object('branch', branch, 'experiment', {slug})",
}
CIRRUS = {
    "client_info": "json_object('app_channel', 'production')",
    "events": (
        "json_array(json_object('category', 'cirrus_events', 'name', " + NAME + ", 'extra',"
        " json_array(json_object('key', 'nimbus_user_id', 'value', client_id),"
        " json_object('key', 'branch', 'value', branch),"
        " json_object('key', 'experiment', 'value', {slug}))))"
    ),
}
REPORTED = {
    "client_info": "json_object('client_id', client_id)",
    "ping_info": (
        "json_object('experiments', json_array(json_object('key', {slug}, 'value',"
        " json_object('branch', branch))))"
    ),
}
BACKGROUND = {**GLEAN, "metrics": "json_object('uuid.background_update_client_id', client_id)"}
# By the kind of query and the role of the table: the columns of an event, and which it holds.
SIGNUPS: dict[tuple[str, str], tuple[dict[str, str], str]] = {
    ("normandy", "events"): (LEGACY, "true"),
    ("glean-event", "events"): (GLEAN, "true"),
    ("fenix-fallback", "events"): (GLEAN, "kind != 'enroll'"),
    ("fenix-fallback", "baseline"): (REPORTED, "kind = 'enroll'"),
    ("cirrus", "enrollments"): (CIRRUS, "kind = 'enroll'"),
    ("cirrus", "events"): (CIRRUS, "kind != 'enroll'"),
    ("background-update", "background_events"): (BACKGROUND, "kind = 'enroll'"),
    ("background-update", "events"): (LEGACY, "kind = 'expose'"),
}


def signup_rows(columns: TableColumns, types: dict[str, str], slug: str) -> Iterator[str]:
    """Yield the queries that say who enrolled in an experiment and who was exposed.

    Args:
        columns: The table.
        types: The types of its columns.
        slug: The experiment.
    """
    for role in sorted(columns.roles & SIGNUPS.keys()):
        event, condition = SIGNUPS[role]
        quoted = "'" + slug.replace("'", "''") + "'"
        found = {name: sql.replace("{slug}", quoted) for name, sql in event.items()}
        for place in columns.units:
            if len(place) == 1:
                is_group = "group" in place[0]
                found[place[0]] = "profile_group_id" if is_group else "client_id"
        for day in columns.days:
            is_time = types.get(day) == "TIMESTAMP"
            found[day] = "submission_date + interval 12 hour" if is_time else "submission_date"
        found["sample_id"] = "sample_id"
        listed = ", ".join(
            f'({sql})::{types[name]} as "{name}"' for name, sql in found.items() if name in types
        )
        yield f"select {listed} from dated_participation where {condition}"
