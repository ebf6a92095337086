"""What this package adds to dbt wherever both are installed; dbt finds it by the package's name.

dbt imports every top-level module named `dbt_*`, takes the classes in its `plugins`, and calls each
at every start. That is a seam of dbt's; what the plugin then does is not, see each module.
"""

from collections.abc import Callable

from dbt.plugins.manager import dbtPlugin

from dbt_jetstream.inside_dbt import bigquery, leaving_out, selector, template_code

# In the order in which they are done; benchmarks/inside_dbt.py leaves out one at a time.
REPLACEMENTS: dict[str, Callable[[], None]] = {
    "selector": selector.extend,
    "template_code": template_code.extend,
    "leaving_out": leaving_out.extend,
    "bigquery": bigquery.extend,
}


class JetstreamPlugin(dbtPlugin):
    """Extends dbt."""

    def initialize(self) -> None:
        """Extend dbt, which does this at every start, after it has loaded the profile's adapter."""
        for extend in REPLACEMENTS.values():
            extend()


plugins = [JetstreamPlugin]
