"""What this package adds to dbt wherever both are installed; dbt finds it by the package's name."""

import sys

from dbt.plugins.manager import dbtPlugin

from dbt_jetstream import leaving_out, shortcuts, template_code
from dbt_jetstream.selector import register


class JetstreamPlugin(dbtPlugin):
    """Adds the selector method `experiment:` and, on BigQuery, what the adapter lacks."""

    def initialize(self) -> None:
        """Extend dbt, which does this at every start, after it has loaded the profile's adapter."""
        register()
        shortcuts.extend()
        template_code.extend()
        leaving_out.extend()
        # On another target, importing BigQuery's adapter would cost a second for nothing.
        if "dbt.adapters.bigquery" in sys.modules:
            from dbt_jetstream.bigquery.adapter import extend  # noqa: PLC0415

            extend()


plugins = [JetstreamPlugin]
