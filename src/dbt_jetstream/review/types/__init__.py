"""What is known of the types of telemetry, and what Google's analyzer says of configs by them."""
