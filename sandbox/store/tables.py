"""Every table there is. Whoever means all of them takes the metadata from here: a table counts once its module is
imported, so each module of tables is named here.
"""

from sandbox.store import (
    account_tables,
    examination_tables,
    fault_tables,
    lane_tables,
    own_tables,
    partner_tables,
    recording_tables,
    schema,
    snapshot_tables,
)

MODULES = (
    schema, account_tables, partner_tables, lane_tables, fault_tables, snapshot_tables, own_tables, recording_tables,
    examination_tables,
)  # fmt: skip

metadata = schema.metadata

# What belongs to an epoch of a world, but for the jobs, which go with their lanes.
IN_WORLDS = [
    table
    for table in metadata.sorted_tables
    if table is not schema.worlds and {"world", "epoch"} <= set(table.c.keys())
]
