"""`jetstream cost`: what is read here and by the original's plan, against what reads it.

The original's side is checked against mozanalysis, which writes its queries' dates, and against the
SQL that the original rendered for the golden experiment; ours against the project's macros, run for
every date of an experiment's life, and against what dbt ran.
"""
