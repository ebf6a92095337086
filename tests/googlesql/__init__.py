"""Google's own SQL front end, as `make install` sets it up."""
