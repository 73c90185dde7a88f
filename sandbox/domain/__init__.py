"""The trade's rules as pure functions and tables: no web framework, SQL, HTTP, YAML or clock in here."""
