"""Renames the generator's columns to those of records, and leaves empty what it writes as -1: an event about no other. Rows,
their order, types and compression stay as they are.
usage: convert.py GENERATED OUT"""
import os, sys
import pyarrow as pa, pyarrow.parquet as pq

src, out = sys.argv[1:3]
os.makedirs(out, exist_ok=True)
people = pq.read_table(f"{src}/people.parquet")
pq.write_table(pa.table({"person": people["person_id"]}), f"{out}/people.parquet")
pq.write_table(pa.table({
    "start": people["person_id"], "person": people["person_id"], "provider": people["provider"],
    "began": people["start"], "area": people["contract"],
}), f"{out}/starts.parquet")
reader = pq.ParquetFile(f"{src}/events.parquet")
names = {"event_id": "event", "person_id": "person", "kind": "kind", "date": "date", "ref": "about"}
writer = None
for group in range(reader.num_row_groups):
    table = reader.read_row_group(group)
    table = table.rename_columns([names[name] for name in table.column_names])
    about = table["about"].to_numpy()
    about = pa.array(about, mask=about < 0)
    table = table.set_column(table.column_names.index("about"), "about", about)
    writer = writer or pq.ParquetWriter(f"{out}/events.parquet", table.schema)
    writer.write_table(table)
writer.close()
