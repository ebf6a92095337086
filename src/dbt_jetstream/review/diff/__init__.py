"""`jetstream diff`: what a change does to experiments, for the review of a pull request."""
