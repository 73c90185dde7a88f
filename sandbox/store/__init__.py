"""The one room that speaks SQL: SQLite or PostgreSQL, the same statements on both."""
