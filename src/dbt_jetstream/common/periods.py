"""The analysis periods by their table suffixes, in the order in which results are read."""

# From the longest to the shortest: which answers the experiment's question best.
AFTER_ENROLLMENT = ("overall", "days28", "weekly", "daily")
PERIODS = (*AFTER_ENROLLMENT, "preenrollment_weekly", "preenrollment_days28")
