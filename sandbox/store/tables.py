"""Every table there is. Whoever means all of them takes the metadata from here: a table counts once its module is
imported, so each module of tables is named here.
"""

from sandbox.store import account_tables, fault_tables, partner_tables, schema

MODULES = (schema, account_tables, partner_tables, fault_tables)

metadata = schema.metadata
