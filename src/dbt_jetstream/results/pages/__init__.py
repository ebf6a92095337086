"""The results pages: a static site that needs no network, one page per experiment and an index."""

from dbt_jetstream.results.pages.site import Site, write_site

__all__ = ["Site", "write_site"]
