#!/usr/bin/env python3
"""question -- mark messages that ask something. A stage by somebody else, in another language: an
Avro container on standard input, one on standard output, a record out for each record in."""
import json
import os
import sys

import fastavro

messages = fastavro.reader(sys.stdin.buffer, return_record_name=True)  # keeps branches of unions apart
# The trail goes on, and the promise of an end mark: a crash must not look like an end.
header = {k: v for k, v in messages.metadata.items() if k.startswith("chatmill.") or k == "stream.end"}
schema = json.loads(messages.metadata["avro.schema"])
field = {"name": "question", "type": ["null", "boolean"], "default": None}
names = [f["name"] for f in schema["fields"]]
at = names.index("question") if "question" in names else len(names)  # run twice: replaced in its place
schema["fields"][at : at + 1] = [field]

marked = (m | {"question": "?" in (m["text"] or "")} for m in messages)
out, sync = open(1, "wb", buffering=0), os.urandom(16)
fastavro.writer(out, schema, marked, metadata=header, sync_marker=sync, sync_interval=1)  # holds nothing back
out.write(b"\0\0" + sync)  # the end mark: a block of no records
