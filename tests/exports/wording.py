"""Each wording of the table, and of a list that others keep, as a message of a chat: does it become what the
table says it is?"""
import json
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(ROOT, "stages", "parse", "wording.tsv")
ACTOR, TARGETS, VALUE = "Ada Lovelace", ["Bob", "Cem Kaya"], "Trip 24"
FILE = "IMG-20210428-WA0001.jpg"
MEDIA = {"omitted_" + sort: sort for sort in
         "media image video video_note audio sticker gif document contact".split()}
CALLS = {"missed_voice": ("voice", 1, 0), "missed_video": ("video", 1, 0), "missed_group_voice": ("voice", 1, 1),
         "missed_group_video": ("video", 1, 1), "call_voice": ("voice", 0, 0), "call_video": ("video", 0, 0),
         "call_group_voice": ("voice", 0, 1), "call_group_video": ("video", 0, 1)}


def table():
    for line in open(TABLE, encoding="utf-8"):
        row = line.rstrip("\n").split("\t")
        if not line.startswith("#"):
            yield row[0], row[1], row[2]


def expand(text):
    found = re.search(r"\{([^{}]*)\}", text)
    if not found:
        yield text
        return
    for one in found.group(1).split("|"):
        yield from expand(text[:found.start()] + one + text[found.end():])


def line_of(pattern):
    """The line, and the actor, targets and value that must come out of it."""
    actor = "You" if "%Y" in pattern else ACTOR if "%A" in pattern else None
    targets = ["You"] if "%y" in pattern else TARGETS if "%T" in pattern else []
    value = VALUE if "%V" in pattern else None
    line = pattern.replace("%Y", "").replace("%y", "")
    line = re.sub(r"^%\*", "Zz ", line)
    line = re.sub(r"(?<=[\s\u3000])%\*$", "zz", line)
    line = re.sub(r"%\*$", "", line).replace("%*", " zz ")
    if "+%V" in line:
        value = "+49 123"
        line = line.replace("+%V", value)
    return line.replace("%A", ACTOR).replace("%T", ", ".join(TARGETS)).replace("%V", VALUE), actor, targets, value


def cases(rows):
    """(said, written by somebody, marked, body, what must hold of the message)"""
    for language, what, wording in rows:
        said = "%s %s %s" % (language, what, wording)
        if what in MEDIA:
            wanted = {"kind": MEDIA[what], "omitted": True}
        elif what in CALLS:
            medium, missed, group = CALLS[what]
            wanted = {"kind": "call", "medium": medium, "missed": missed, "group": group}
        elif what == "encryption":
            yield said, False, False, wording + ".", {"kind": "system", "event": "encryption_notice"}
            continue
        elif what == "self":
            for one in expand(wording):
                yield said, False, False, one + " added Bob", {"event": "member_added", "actor": "You", "targets": ["Bob"]}
                yield said, False, False, "Bob removed " + one, {"event": "member_removed", "actor": "Bob", "targets": ["You"]}
            continue
        elif what in ("view_once", "live_location"):
            wanted = {"kind": what}
        elif what == "waiting":
            wanted = {"kind": "empty"}
        elif what == "deleted_by_anyone":
            wanted = {"kind": "deleted"}
        elif what in ("deleted", "deleted_by_exporter"):
            wanted = {"kind": "deleted", "by": "exporter" if what == "deleted_by_exporter" else "sender"}
        elif what == "deleted_by_admin":
            wording, wanted = wording + " Cem", {"kind": "deleted", "by": "admin"}
        elif what == "file_attached":
            wording, wanted = "%s (%s)" % (FILE, wording), {"kind": "image", "file": FILE, "omitted": False}
        elif what == "attached":
            wording, wanted = "<%s: %s>" % (wording, FILE), {"kind": "image", "file": FILE, "omitted": False}
        elif what == "edited":
            wording, wanted = "so <%s>" % wording, {"kind": "text", "text": "so", "edited": True}
        elif what == "location":
            wording = wording + ": https://maps.google.com/?q=1.5,-2.5"
            wanted = {"kind": "location", "latitude": 1.5, "longitude": -2.5}
        elif what == "poll":
            wording, wanted = wording + ":\nWhen?\nX: now (1 x)", {"kind": "poll", "question": "When?"}
        elif what == "poll_option":
            wording, wanted = "X:\nWhen?\n%s: now (1 x)\n%s: never (0 x)" % (wording, wording), {"kind": "poll"}
        elif what in ("unanswered", "call_back"):
            head = "Voice call" if what == "unanswered" else "Missed voice call"
            wording, wanted = "%s. %s" % (head, wording), {"kind": "call", "missed": 1}
        elif what == "joined":
            wording, wanted = "Group call. 3 " + wording, {"kind": "call", "group": 1}
        elif what in ("second", "minute", "hour"):
            seconds = 3 * {"second": 1, "minute": 60, "hour": 3600}[what]
            wording, wanted = "Voice call. 3 " + wording, {"kind": "call", "duration_seconds": seconds}
        else:
            for one in expand(wording):
                line, actor, targets, value = line_of(one)
                wanted = {"kind": "system", "event": what, "actor": actor, "targets": targets}
                if what != "disappearing_on":
                    wanted["value"] = value
                yield said, False, False, line, wanted
            continue
        yield said, True, what.startswith(("call_v", "call_g")), wording, wanted


def read(tool, text):
    run = subprocess.run([tool, "--timezone", "UTC"], input=text.encode(), capture_output=True, check=False)
    return [json.loads(line) for line in run.stdout.decode().split("\n") if line]


def android(cases_):
    lines = ["03/28/2021, 10:00 - %s: hello\n" % name for name in (ACTOR, "Bob", "Bob")]
    for _, authored, marked, body, _ in cases_:
        lines.append("03/28/2021, 10:00 - %s%s%s\n" % ("Bob: " if authored else "", "\u200e" if marked else "", body))
    return "".join(lines)


def iphone(cases_):
    lines = ["[28.03.21, 10:00:00] %s: hello\r\n" % name for name in (ACTOR, "Bob", "Bob")]
    for _, authored, _, body, _ in cases_:
        lines.append("\u200e[28.03.21, 10:00:00] %s: \u200e%s\r\n" %
                     ("Bob" if authored else "Our group", body.replace("\n", "\r\n\u200e")))
    return "".join(lines)


def differences(tool, rows):
    listed = list(cases(rows))
    for form in (android, iphone):
        messages = read(tool, form(listed))[3:]
        if len(messages) != len(listed):
            yield "%d messages as %s, not %d" % (len(messages), form.__name__, len(listed))
            continue
        for (said, _, _, body, wanted), message in zip(listed, messages):
            if form is iphone and "<" in body and wanted.get("edited"):
                continue
            got = dict(message["details"], **{k: v for k, v in message.items() if k != "details"})
            wrong = {k: got.get(k) for k, v in wanted.items() if got.get(k) != v and not (k == "value" and v is None)}
            if wrong:
                yield "%s, as %s (%s): %s, not %s" % (said, form.__name__, body, wrong,
                                                     {k: wanted[k] for k in wrong})


# What a list of wordings calls them.
LISTED = {"image_omitted_ios": "omitted_image", "video_omitted_ios": "omitted_video",
          "audio_omitted_ios": "omitted_audio", "sticker_omitted_ios": "omitted_sticker",
          "gif_omitted_ios": "omitted_gif", "document_omitted_ios": "omitted_document",
          "contact_omitted_ios": "omitted_contact", "media_omitted_android": "omitted_media",
          "missed_voice_call": "missed_voice", "view_once": "view_once", "edited_suffix": "edited",
          "encryption_2022": "encryption", "encryption_group_2017": "encryption",
          "encryption_group_now_2017": "encryption"}


def listed(path):
    """A list's rows as ours: language, what, wording."""
    for line in open(path, encoding="utf-8"):
        row = line.rstrip("\n").split("\t")
        if len(row) != 4 or row[0] == "*":
            continue
        language, what, wording = row[0], row[1], re.sub("[\u200e\u200f]", "", row[2])
        if what in LISTED:
            if language == "pt-PT" and what == "view_once":
                continue  # the list has the same words for what is left out
            yield language, LISTED[what], wording[1:-1].strip(".") if what == "edited_suffix" else wording
        elif what in ("deleted", "deleted_2022"):
            yield language, "deleted_by_anyone", wording
        elif what == "attached_ios" and ": FILE>" in wording:
            yield language, "attached", wording[1:].split(": FILE>")[0]
        elif what == "attached_android" and "\\(" in wording:
            yield language, "file_attached", re.search(r"\\\((.*)\\\)", wording).group(1)
        elif what == "poll_header":
            yield language, "poll", wording.rstrip(":")
        elif what == "poll_option":
            yield language, "poll_option", wording.split(":")[0]
        elif what == "location_prefix":
            for word in wording.split(": http")[0].split("|"):
                yield language, "location", word


def list_complaints(tool, path):
    """Of a list that others keep, the rows that are not read as it says."""
    yield from differences(tool, listed(path))


def complaints(tool):
    yield from differences(tool, table())
    kinds = open(os.path.join(ROOT, "docs", "kinds.md"), encoding="utf-8").read()
    for event in sorted({wanted["event"] for *_, wanted in cases(table()) if "event" in wanted}):
        if "`%s`" % event not in kinds:
            yield "docs/kinds.md does not know the event %s" % event
    made = subprocess.run([os.path.join(ROOT, "build-aux", "wording2md"), TABLE], capture_output=True, check=True)
    if made.stdout != open(os.path.join(ROOT, "docs", "wording.md"), "rb").read():
        yield "docs/wording.md is not what build-aux/wording2md makes of the table"
