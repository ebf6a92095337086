"""The trust checks, against scipy, hand calculations and simulations."""
