#!/usr/bin/env python3
"""question -- mark messages that ask something. A stage by somebody else, in another language: an
Avro container on standard input, one on standard output, a record out for each record in."""
import json
import sys

import fastavro

messages = fastavro.reader(sys.stdin.buffer, return_record_name=True)  # keeps branches of unions apart
header = {k: v for k, v in messages.metadata.items() if k.startswith("chatmill.")}  # the trail goes on
schema = json.loads(messages.metadata["avro.schema"])
field = {"name": "question", "type": ["null", "boolean"], "default": None}
names = [f["name"] for f in schema["fields"]]
at = names.index("question") if "question" in names else len(names)  # run twice: replaced in its place
schema["fields"][at : at + 1] = [field]

marked = (m | {"question": "?" in (m["text"] or "")} for m in messages)
out = open(1, "wb", buffering=0)
fastavro.writer(out, schema, marked, metadata=header, sync_interval=1)  # holds nothing back
