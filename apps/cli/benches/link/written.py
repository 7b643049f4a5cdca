"""Splink from loading to files: runs its script, then writes predictions and clusters to Parquet as a further stage, and gives
all stages as JSON.
usage: written.py SCRIPT RECORDS FOLDER"""
import json, os, runpy, sys

script, records, folder = sys.argv[1:4]
sys.path.insert(0, os.path.dirname(script))
sys.argv = [script, records, "bench"]
ran = runpy.run_path(script)
with ran["T"]("write"):
    for name, table in (("predictions", ran["pred"]), ("clusters", ran["c"])):
        ran["con"].execute(f"copy {table.physical_name} to '{folder}/{name}.parquet' (format parquet)")
with open(f"{folder}/stages.json", "w") as out:
    json.dump(ran["T"].stages, out)
