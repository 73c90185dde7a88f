"""The gateway: what tenants call, what it asks of suppliers, what it takes from them and hands on."""
