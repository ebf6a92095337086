"""The SQL that BigQuery would get for the demo experiments, and what makes it cheap there."""
