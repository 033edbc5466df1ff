"""Chats' texts, named as arguments, as whatstk reads them: a JSON array of [local time, author, body]
a file, a line each; null for what it refuses."""
import json
import sys
import warnings

from whatstk import df_from_whatsapp

warnings.simplefilter("ignore")
for path in sys.argv[1:]:
    try:
        frame = df_from_whatsapp(path)
        rows = [[str(date).replace(" ", "T")[:19], author, body]
                for date, author, body in zip(frame["date"], frame["username"], frame["message"])]
    except Exception:  # whatever it raises, it has not read the chat
        rows = None
    print(json.dumps(rows))
