"""Analysis periods in words."""

from __future__ import annotations

from metric_config_parser.metric import AnalysisPeriod

WORDS = {
    AnalysisPeriod.DAY: "each day after enrollment",
    AnalysisPeriod.WEEK: "each week after enrollment",
    AnalysisPeriod.DAYS_28: "every 28 days after enrollment",
    AnalysisPeriod.OVERALL: "the longest time that every unit has been observed",
    AnalysisPeriod.PREENROLLMENT_WEEK: "the week before enrollment",
    AnalysisPeriod.PREENROLLMENT_DAYS_28: "the 28 days before enrollment",
}
