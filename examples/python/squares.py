"""Writes the squares of 1 to the row's count, one chunk per transaction, and continues where an earlier attempt stopped."""

import json
import os
import sys
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

CHUNK = 100

row = json.load(sys.stdin)
token = os.environ["BATCH_TOKEN"]
checkpoint = Path(os.environ["BATCH_CHECKPOINT_FILE"])
progress = Path(os.environ["BATCH_PROGRESS_FILE"])

# The checkpoint was committed in the same transaction as its rows, so the rows up to it exist and no others.
done = json.loads(checkpoint.read_text())["done"] if checkpoint.exists() else 0
print(f"starting after {done} of {row['count']}", flush=True)

with psycopg.connect(autocommit=True) as connection:
    while done < row["count"]:
        chunk = range(done + 1, min(done + CHUNK, row["count"]) + 1)
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("select batch.own(%s)", [token])
            cursor.executemany(
                "insert into squares (run_id, number, square) values (%s, %s, %s)",
                [(row["id"], number, number * number) for number in chunk],
            )
            cursor.execute("select batch.checkpoint(%s, %s)", [token, Jsonb({"done": chunk[-1]})])
        done = chunk[-1]
        written = progress.with_suffix(".new")
        written.write_text(json.dumps({"done": done, "total": row["count"]}))
        written.rename(progress)
    connection.execute("select batch.finish(%s, %s)", [token, Jsonb({"squares": done})])
