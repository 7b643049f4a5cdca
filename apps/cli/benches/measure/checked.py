"""DuckDB from files to files: runs its script, then makes the checks that the records deserve before money is paid on them (no
key twice, nobody unknown), and writes the lines.
usage: checked.py SCRIPT GENERATED THREADS OUT"""
import csv, runpy, sys

script, generated, threads, out = sys.argv[1:5]
sys.argv = [script, generated, threads, "parquet"]
ran = runpy.run_path(script)
checks = {
    "people twice": "select count(*) from (select person_id from people group by 1 having count(*) > 1)",
    "events twice": "select count(*) from (select event_id from events group by 1 having count(*) > 1)",
    "people unknown": "select count(*) from events anti join people using (person_id)",
}
for name, query in checks.items():
    found = ran["c"].execute(query).fetchone()[0]
    if found:
        sys.exit(f"{name}: {found}")
with open(out, "w", newline="") as file:
    csv.writer(file).writerows(ran["r"])
