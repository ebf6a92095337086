"""Why experiments are not analysed: each reason by its own name, before anything is rendered."""
