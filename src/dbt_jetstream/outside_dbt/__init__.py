"""What a dbt that runs no Python models leaves to us: their tables, made from the SQL models'."""
