"""DuckDB: the only code that speaks SQL."""
