"""What people wrote: experiments, platforms, settings and hubs, and what is wrong with them."""
