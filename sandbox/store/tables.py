"""Every table there is. Whoever means all of them takes the metadata from here: a table counts once its module is
imported, so each module of tables is named here.
"""

from sandbox.store import fault_tables, partner_tables, schema

MODULES = (schema, partner_tables, fault_tables)

metadata = schema.metadata
