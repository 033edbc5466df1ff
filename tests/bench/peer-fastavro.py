"""What chatmill-mark does, with fastavro: stdin, stdout."""
import json
import sys

import fastavro

messages = fastavro.reader(sys.stdin.buffer, return_record_name=True)
schema = json.loads(messages.metadata["avro.schema"])
mark = {"type": "record", "name": "Mark", "namespace": "chatmill.mark", "fields": [
    {"name": "share", "type": "double"}, {"name": "early", "type": "boolean"}]}
schema["fields"].append({"name": "mark", "type": ["null", mark], "default": None})


def marked():
    for message in messages:
        text = (message["text"] or "").encode()
        early = text[:1] < b"n" or text[:1] > b"\x7f"  # a char of C is negative there
        message["mark"] = {"share": len(text) / 1000, "early": bool(text) and early}
        yield message


fastavro.writer(sys.stdout.buffer, schema, marked(), sync_interval=256 * 1024)
