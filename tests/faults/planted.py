"""Mistakes that authors of configs make, each by one edit of a hub in which nothing is wrong.

The kinds are those that the history of a large hub shows: what its authors had to repair.
"""

from __future__ import annotations

from dataclasses import dataclass

SLUG = "pip-first-time-hint"
OWN = f"jetstream/{SLUG}.toml"
OUTCOME = "jetstream/outcomes/firefox_desktop/picture_in_picture.toml"
DEFAULTS = "jetstream/defaults/firefox_desktop.toml"
DEFINITIONS = "definitions/firefox_desktop.toml"
FUNCTIONS = "definitions/functions.toml"

# Expressions of the config, and keys in it.
CLICKS = "COALESCE(SUM(ad_clicks_count_all), 0)"
LONG_DAYS = "COUNTIF(active_hours_sum > 1)"
SEARCHED = "{{agg_any('search_count_all > 10')}}"
SEARCHES = "{{agg_sum('search_count_all')}}"
GERMANS = "COALESCE(LOGICAL_OR(country = 'DE'), FALSE)"
SIGNAL = "event_category = 'pictureinpicture' AND event_method = 'toggle_shown'"
RATIO = "metrics.clicks_per_search"
OF_SOURCE = "data_sources.usage.from_expression"
OF_CLICKS = "metrics.clicks.select_expression"
OF_SEARCHES = "metrics.searches.select_expression"
OF_SEARCHED = "metrics.searched_a_lot.select_expression"
OF_LONG_DAYS = "metrics.long_days.select_expression"
OF_SEGMENT = "segments.german_users.select_expression"
OF_SIGNAL = "experiment.exposure_signal.select_expression"
OF_PAGES = "metrics.pages.statistics.bootstrap_mean"
MEAN = "[metrics.clicks.statistics.bootstrap_mean]"
PERIOD = "enrollment_period = 7"
OWN_USED_PIP = """
[metrics.used_pip]
select_expression = "COUNTIF(active_hours_sum > 1)"
data_source = "usage"
[metrics.used_pip.statistics.bootstrap_mean]
"""


@dataclass(frozen=True)
class Fault:
    """One mistake.

    Attributes:
        old: What is replaced, once; empty to leave the text.
        new: What for.
        key: The key that must be named; empty where the file as a whole is wrong.
        says: What must be said of it, as a pattern: the way out belongs to it.
        file: The file with the mistake, from the hub's root.
        also: Another edit of the same file, without which `old` would be no mistake.
        place: Where the file is moved to; empty where it stays.
        is_known: Whether Experimenter's facts are at hand.
        warns: Whether it changes results without keeping them from being computed.
    """

    old: str
    new: str
    key: str
    says: str
    file: str = OWN
    also: tuple[str, str] = ("", "")
    place: str = ""
    is_known: bool = False
    warns: bool = False


def moved(file: str, place: str, says: str, **more: bool) -> Fault:
    key = place.rpartition("/")[2] if more.get("warns") else ""
    return Fault("", "", key, says, file, place=place, **more)


KINDS: dict[str, list[Fault]] = {
    "column that the SELECT lacks": [
        Fault("        client_id,\n", "", OF_SOURCE, "id of units: column `client_id`.*add it"),
        Fault("        submission_date,\n", "", OF_SOURCE, "the date: column `submission_.*add it"),
        Fault("        experiments,\n", "", OF_SOURCE, "branch .*: column `experiments`.*add it"),
        Fault(
            'experiments_column_type = "simple"',
            'experiments_column_type = "simple"\nclient_id_column = "clientid"',
            OF_SOURCE,
            "id of units: column `clientid` .*did you mean `client_id`",
        ),
        Fault(
            PERIOD,
            f'{PERIOD}\nanalysis_unit = "profile_group_id"',
            OF_SOURCE,
            "id of units: column `profile_group_id`.*add it",
            is_known=True,
        ),
        Fault(
            'experiments_column_type = "simple"',
            'experiments_column_type = "simple"\nsubmission_date_column = "DATE(seen_at)"',
            OF_SOURCE,
            r"the date: `DATE\(seen_at\)` is no column; let the SELECT name one",
        ),
    ],
    "misspelt column": [
        Fault("SUM(ad_clicks_c", "SUM(ad_click_c", OF_CLICKS, "did you mean `ad_clicks_count_all`"),
        Fault("(country = 'DE'", "(cuontry = 'DE'", OF_SEGMENT, "did you mean `country`"),
        Fault("event_method = 't", "event_methd = 't", OF_SIGNAL, "did you mean `event_method`"),
        Fault(
            "WHERE country",
            "WHERE contry",
            OF_SOURCE,
            "`contry` does not exist in mozdata.telemetry.clients_daily; did you mean `country`",
        ),
        Fault(
            "event_method = 'toggle_shown'",
            "event_methods = 'toggle_shown'",
            "metrics.pip_toggles_shown.select_expression",
            "did you mean `event_method`",
            OUTCOME,
        ),
    ],
    "argument of another type": [
        Fault(
            LONG_DAYS, "COUNTIF(active_hours_sum)", OF_LONG_DAYS, "FLOAT64; it takes a condition"
        ),
        Fault(CLICKS, "SUM(country)", OF_CLICKS, "SUM does not take STRING; it takes numbers"),
        Fault(SEARCHED, "LOGICAL_OR(search_count_all)", OF_SEARCHED, "INT64; it takes a condition"),
        Fault(LONG_DAYS, "COUNTIF(country = 1)", OF_LONG_DAYS, "STRING, INT64; give all the same"),
        Fault(CLICKS, "COALESCE(MAX(country), 0)", OF_CLICKS, "STRING, INT64; give all the same"),
        Fault(
            CLICKS,
            "COUNT(CASE WHEN country = 'DE' THEN 1 ELSE 'no' END)",
            OF_CLICKS,
            "CASE has values of different types, INT64 and STRING; give all the same type",
        ),
        Fault("('DE', 'FR', 'US')", "(1, 2)", OF_SOURCE, "IN compares STRING with INT64; give all"),
        Fault(GERMANS, "MAX(country)", OF_SEGMENT, "STRING, and a segment .*; compare it"),
        Fault(SIGNAL, "event_method", OF_SIGNAL, "STRING, and an exposure signal .*; compare it"),
        Fault(
            'experiments_column_type = "simple"',
            'experiments_column_type = "native"',
            OF_SOURCE,
            "the branch that rows report: .*correct `experiments_column_type`",
        ),
    ],
    "aggregate missing or doubled": [
        Fault(CLICKS, "SUM(SUM(ad_clicks_count_all))", OF_CLICKS, "of another.*; aggregate once"),
        Fault(LONG_DAYS, f"SUM({LONG_DAYS})", OF_LONG_DAYS, "of another.*; aggregate once"),
        Fault(SEARCHES, "{{agg_sum('MAX(search_count_all)')}}", OF_SEARCHES, "aggregate once"),
        Fault(CLICKS, "ad_clicks_count_all", OF_CLICKS, "no aggregate.* such as `SUM"),
        Fault(GERMANS, "country = 'DE'", OF_SEGMENT, "no aggregate.* such as `SUM"),
        Fault(SIGNAL, "COUNT(event_method) > 0", OF_SIGNAL, "an aggregate,.*write .* without it"),
    ],
    "not listed, or not defined": [
        Fault(
            ', "long_days", "s',
            ', "s',
            "metrics.long_days",
            r'list it, as in `overall = \["long_days"\]`',
            also=('    "long_days",\n', ""),
            warns=True,
        ),
        Fault(', "german_users"', "", "segments.german_users", "list it there, or", warns=True),
        Fault('["pages"]', '["pages", "loads"]', "metrics.daily", "unknown metric `loads`; define"),
        Fault(
            '["pages"]', '["page"]', "metrics.daily", "unknown metric `page`; did you mean `pages"
        ),
        Fault('"german_users"]', '"german_user"]', "experiment.segments", "mean `german_users`"),
        Fault(
            "[metrics]",
            '[experiment]\nsegments = ["heavy_user"]\n[metrics]',
            "experiment.segments",
            "unknown segment `heavy_user`; did you mean `heavy_users`",
            DEFAULTS,
        ),
        Fault(
            'source = "month_be', 'source = "month_', "segments.german_users.data_source", "mean"
        ),
        Fault(
            f'"{CLICKS}"\ndata_source = "usage"', f'"{CLICKS}"', "metrics.clicks", "name the data"
        ),
        Fault(f'select_expression = "{CLICKS}"\n', "", "metrics.clicks", "missing; write what"),
        Fault(
            'weekly = ["pages"',
            'weekly = ["nothing", "pages"',
            "metrics.nothing",
            "nothing says how to compute it",
            also=(MEAN, f"[metrics.nothing]\n{MEAN}"),
        ),
        Fault(CLICKS, "", OF_CLICKS, "there is no SQL in it; write one"),
        Fault(
            "[metrics.pip_windows_opened.statistics.bootstrap_mean]\n",
            "",
            "metrics.pip_windows_opened.statistics",
            "no statistic; add one",
            OUTCOME,
            is_known=True,
        ),
        Fault(
            '"picture_in_picture"',
            '"picture_in_pictures"',
            f"{SLUG}.outcomes",
            "unknown outcome .*did you mean `picture_in_picture`",
            also=(PERIOD, f'{PERIOD}\noutcomes = ["picture_in_picture"]'),
        ),
    ],
    "part of a ratio": [
        Fault(
            'depends_on = ["clicks", "searches"]\n', "", RATIO, "add .* for a ratio `depends_on`"
        ),
        Fault(
            '"clicks", "searches"]', '"click", "searches"]', f"{RATIO}.depends_on", "mean `clicks"
        ),
        Fault(
            'depends_on = ["clicks", "searches"]',
            'depends_on = ["clicks"]',
            f"{RATIO}.statistics.population_ratio.denominator",
            f"`searches` is no metric that overall computes.*name it in `{RATIO}.depends_on`",
            also=('    "searches",\n', ""),
        ),
        Fault(
            'depends_on = ["clicks", "searches"]',
            'depends_on = ["clicks", "countries_seen"]',
            f"{RATIO}.depends_on",
            "list `countries_seen` before `clicks_per_search`",
            also=('denominator = "searches"', 'denominator = "countries_seen"'),
        ),
        Fault(
            'numerator = "clicks"',
            'numerator = "click"',
            f"{RATIO}.statistics.population_ratio.numerator",
            "did you mean `clicks`",
        ),
        Fault(
            'denominator = "searches"\n',
            "",
            f"{RATIO}.statistics.population_ratio",
            "needs a value for `denominator`",
        ),
        Fault(
            "[metrics.searches.statistics.bootstrap_mean]\n",
            "",
            f"{RATIO}.depends_on",
            "give `searches` a statistic",
        ),
        Fault(
            'depends_on = ["clicks", "searches"]',
            'depends_on = ["clicks_per_search", "searches"]',
            f"{RATIO}.depends_on",
            "`clicks_per_search` needs `clicks_per_search`; break the circle",
        ),
    ],
    "statistic or parameter": [
        Fault(
            MEAN, MEAN.replace("boot", "boos"), "metrics.clicks.statistics.boosstrap_mean", "mean `"
        ),
        Fault(
            "drop_highest = 0.001", "drop_higest = 0.001", OF_PAGES, "did you mean `drop_highest`"
        ),
        Fault("drop_highest = 0.001", "drop_highest = 5", OF_PAGES, "must be a fraction below 1"),
        Fault("= 1000", '= "many"', f"{OF_PAGES}.num_samples", 'a whole number, found `"many"`'),
        Fault(
            "= 1000", "= 0", OF_PAGES, "`bootstrap_mean.num_samples` must be .* above 0, found 0"
        ),
        Fault(
            '["remove_nulls"]',
            '["remove_null"]',
            "metrics.long_days.statistics.bootstrap_mean",
            "mean",
        ),
        Fault(
            '["remove_nulls"]',
            '[{name = "censor_values_below_threshold", threshold = "none"}]',
            "metrics.long_days.statistics.bootstrap_mean",
            "threshold` must be a number",
        ),
        Fault(
            '[metrics.long_days.statistics.bootstrap_mean]\npre_treatments = ["remove_nulls"]',
            "[metrics.long_days.statistics.binomial]",
            "metrics.long_days.statistics.binomial",
            "is a count,.*; compare it",
            warns=True,
        ),
        Fault(
            MEAN,
            "[metrics.clicks.statistics.binomial]",
            "metrics.clicks.statistics.binomial",
            "is a sum,.*; compare it",
            warns=True,
        ),
        Fault(
            MEAN,
            "[metrics.clicks.statistics]\nbootstrap_mean = true",
            "metrics.clicks.statistics.bootstrap_mean",
            "expected a table, found `true`",
        ),
        Fault(
            '= "simple"',
            '= "simpel"',
            "data_sources.usage.experiments_column_type",
            "expected one of `simple`, `native`,.*did you mean `simple`",
        ),
        Fault(
            "depends_on",
            'analysis_bases = ["enrolled"]\ndepends_on',
            f"{RATIO}.analysis_bases",
            "any of `enrollments`, `exposures`",
        ),
        Fault(
            '["pages"]', '[["pages"]]', "metrics.daily", "list of texts, found a list with a list"
        ),
    ],
    "name or place of a file": [
        moved(DEFAULTS, "jetstream/default/firefox_desktop.toml", "did you mean `defaults`"),
        moved(DEFINITIONS, "definition/firefox_desktop.toml", "did you mean `definitions`"),
        moved(OUTCOME, "jetstream/outcomes/picture_in_picture.toml", "an outcome in jetstream/out"),
        moved(OUTCOME, "jetstream/outcomes/desktop/more.toml", "did you mean `firefox_desktop`"),
        moved(
            DEFAULTS, "jetstream/defaults/firefox-desktop.toml", "did you mean `firefox_desktop`"
        ),
        moved(OWN, f"jetstream/{SLUG}.tml", f"rename it to {SLUG}.toml"),
        moved(OWN, f"{SLUG}.toml", "config belongs in jetstream"),
        moved(OWN, f"jetstream/{SLUG}s.toml", f"mean `{SLUG}`", is_known=True, warns=True),
        moved(OWN, "jetstream/pip_first_time_hint.toml", f"did you mean `{SLUG}.toml`", warns=True),
        moved(OWN, f"jetstream/{SLUG}.toml.toml", f"did you mean `{SLUG}.toml`", warns=True),
    ],
    "bracket or quote": [
        Fault(
            CLICKS, "COALESCE(SUM(ad_clicks_count_all, 0)", OF_CLICKS, r"is not closed; add `\)`"
        ),
        Fault(CLICKS, f"{CLICKS})", OF_CLICKS, r"`\)` after .* closes nothing; remove it"),
        Fault("'US')\n)", "'US')\n", OF_SOURCE, r"is not closed; add `\)`"),
        Fault("= 'DE')", "= 'DE)", OF_SEGMENT, "the quote before `DE.* is not closed"),
        Fault(SIGNAL, f"({SIGNAL}", OF_SIGNAL, r"is not closed; add `\)`"),
        Fault(
            '"COALESCE(SUM({select_expr}), 0)"',
            '"COALESCE(SUM({select_expr}, 0)"',
            "functions.agg_sum.definition",
            r"is not closed; add `\)`",
            FUNCTIONS,
        ),
        Fault(
            "[metrics.long_days]", "[[metrics.long_days]]", "metrics.long_days", "write .metrics.lo"
        ),
        Fault(MEAN, f"[{MEAN}]", MEAN[1:-1], "expected a table, found a list of tables; write"),
        Fault(
            "[metrics.long_days]", "[metrics.long_days", "", r"line 67.*close it, as in \[metrics"
        ),
        Fault('["pages"]', '["pages"', "", "Unclosed array.*close the list"),
        Fault(
            'source = "usage"', "source = usage", "", "line 34,.*= usage`; write texts in quotes"
        ),
        Fault('source = "usage"', 'source = "usage', "", "line 34,.*close the text with a quote"),
    ],
    "date": [
        Fault(
            PERIOD, 'start_date = "03/02/2026"', "experiment.start_date", "as `2026-03-02`, found"
        ),
        Fault(PERIOD, 'end_date = "2026-04-31"', "experiment.end_date", "a date that there is"),
        Fault(PERIOD, "end_date = 2026-04-31", "", "line 4,.*there is no such date; correct it"),
        Fault(
            PERIOD, "enrollment_period = 0", "experiment.enrollment_period", "number above 0, found"
        ),
        Fault(
            PERIOD, "enrollment_period = -7", "experiment.enrollment_period", "above 0, found `-7`"
        ),
        Fault(
            PERIOD,
            'start_date = "2026-03-02"\nend_date = "2026-02-15"',
            "experiment.end_date",
            "ends on 2026-02-15, before it starts.*correct one",
        ),
        Fault(
            PERIOD,
            'enrollment_period = 7\nstart_date = "2026-03-02"\nend_date = "2026-03-05"',
            "experiment.end_date",
            "its last enrollment date is 2026-03-09.*shorten",
        ),
        Fault(
            PERIOD,
            f'end_date = "2025-04-15"\n{PERIOD}',
            "experiment.end_date",
            "before it starts on 2026-03-02; correct one",
            is_known=True,
        ),
        Fault(
            "start = -28\nwindow_end = -1",
            "start = -1\nwindow_end = -28",
            "segments.data_sources.month_before.window_start",
            "swap `window_start` and `window_end`",
        ),
        Fault(
            '"analysis_window_end"',
            '"analysis_windows_end"',
            "experiment.exposure_signal.window_end",
            "one of `analysis_window_start`, `analysis_window_end`",
        ),
    ],
    "branch": [
        Fault(
            '"control"', '"contol"', "experiment.reference_branch", "mean `control`", is_known=True
        ),
        Fault(
            '"control"', '"old"', "experiment.reference_branch", "name one of them", is_known=True
        ),
        Fault('"control"', '""', "experiment.reference_branch", "expected the slug of a branch"),
        Fault("reference_branch", "reference", "experiment.reference", "mean `reference_branch`"),
    ],
    "twice": [
        Fault(
            'source = "usage"', 'source = "a"\ndata_source = "b"', "", "line 35,.*keep one of the"
        ),
        Fault(
            "[metrics.clicks]", "[metrics.pages]", "", r"table \[metrics.pages\] .*; write both as"
        ),
        Fault(
            "[data_sources.usage]", "[metrics]", "", r"table \[metrics\] stands twice; write both"
        ),
        Fault('["pages"]', '["pages", "pages"]', "metrics.daily", "2 times.*remove", warns=True),
        Fault(
            '"german_users"]',
            '"german_users", "heavy_users"]',
            "experiment.segments",
            "`heavy_users` stands 2 times.*remove",
            warns=True,
        ),
        Fault(
            "[metrics.clicks]",
            f"{OWN_USED_PIP}[metrics.clicks]",
            "metrics.used_pip",
            "is defined in .*picture_in_picture.toml too.*; give one of them another name",
            also=('["pages"]', '["pages", "used_pip"]'),
            is_known=True,
            warns=True,
        ),
    ],
    "Jinja": [
        Fault("{{agg_sum('search", "{{agg_summ('search", OF_SEARCHES, "did you mean `agg_sum`"),
        Fault(
            "{{agg_sum('search", "{{total('search", OF_SEARCHES, "it has `agg_any`, `agg_countif`"
        ),
        Fault(
            "search_count_all')}}", "search_count_all')}", OF_SEARCHES, "be read: unexpected.*call"
        ),
        Fault(
            "search_count_all')}}", "search_count_all'}}", OF_SEARCHES, "be read: unexpected.*call"
        ),
        Fault(
            SEARCHES, SEARCHES[1:-1], OF_SEARCHES, "cannot fill .*; call a function as `{{ agg_sum"
        ),
        Fault(
            SEARCHES, SEARCHES[2:-2], OF_SEARCHES, "is a function of the hub; call a function as"
        ),
        Fault(SEARCHES, "{{agg_sum('a', 0)}}", OF_SEARCHES, "takes one argument, found 2; write"),
        Fault(SEARCHES, "{{agg_sum()}}", OF_SEARCHES, "takes one argument, found 0; write"),
        Fault(SEARCHES, "{{agg_sum}}", OF_SEARCHES, "without its argument; call a function as"),
        Fault(
            SEARCHES, "{{agg_sum(pages)}}", OF_SEARCHES, "`pages` stands without quotes; write 'p"
        ),
        Fault(GERMANS, "{{agg_any('country', 'DE')}}", OF_SEGMENT, "takes one argument, found 2"),
        Fault(
            "mozdata.telemetry", "mozdata.{datset}", OF_SOURCE, "`{datset}`; only `{dataset}` is"
        ),
        Fault(
            '"COUNTIF({select_expr})"',
            '"COUNTIF({select})"',
            "functions.agg_countif.definition",
            "write `{select_expr}`",
            FUNCTIONS,
        ),
    ],
}
# What no types are needed for.
SHOWN_BY_SQL = ("aggregate missing or doubled", "bracket or quote", "Jinja")
FAULTS = [(kind, fault) for kind, faults in KINDS.items() for fault in faults]
