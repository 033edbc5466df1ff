"""Zips that mean harm, and files that are no chats: each is read or refused, with a sentence, and
nothing is written but where it was asked for."""
import io
import os
import resource
import struct
import subprocess
import tempfile
import zipfile

CHAT = b"[13/05/24, 10:15:00] Ada: hi\r\n[13/05/24, 10:16:00] Bob: hello\r\n"
WHEN = (2024, 5, 13, 12, 0, 0)
EVIL = ["../../evil-up", "/evil-root", "..\\evil-back", "C:\\evil-drive", "a/../../evil-within", "./evil-here",
        "evil\0nul.jpg", "evil\nline.jpg", "..", "."]


class Pipe(io.RawIOBase):
    """Without seek(): zipfile then writes sizes behind the data, as phones do."""

    def __init__(self):
        self.bytes = b""

    def writable(self):
        return True

    def write(self, more):
        self.bytes += bytes(more)
        return len(more)


def info(name, method=zipfile.ZIP_DEFLATED, mode=0o100644):
    member = zipfile.ZipInfo("x", WHEN)
    member.filename = name  # as it is: zipfile would make it harmless
    member.compress_type, member.external_attr = method, mode << 16
    return member


def make(*members, to=None):
    to = to or io.BytesIO()
    with zipfile.ZipFile(to, "w") as z:
        for member, data in members:
            z.writestr(member, data)
    return to.bytes if isinstance(to, Pipe) else to.getvalue()


def zip64():
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w") as z, z.open(info("_chat.txt"), "w", force_zip64=True) as member:
        member.write(CHAT)
    return to.getvalue()


def overlapping(shared):
    """A picture whose header and some bytes, or all, are those of the chat, too, says the directory."""
    picture = (info("00000001-PHOTO.jpg", zipfile.ZIP_STORED), b"x" * 50)
    plain = bytearray(make((info("_chat.txt", zipfile.ZIP_STORED), CHAT + make(picture)[:shared]), picture))
    second = plain.rindex(b"PK\1\2")
    plain[second + 42 : second + 46] = struct.pack("<I", 30 + len("_chat.txt") + len(CHAT))
    return bytes(plain)


def many(count):
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w") as z:
        z.writestr(info("_chat.txt"), CHAT)
        for i in range(count):
            z.writestr(info("%d.jpg" % i, zipfile.ZIP_STORED), b"")
    return to.getvalue()


def latin1_name(flagged):
    """A name in Latin-1; flagged: it says that it is UTF-8."""
    zipped = make((info("WhatsApp Chat with Ada.txt"), CHAT), (info("B\u00f6se.jpg"), b"x"))
    zipped = bytearray(zipped.replace("B\u00f6se".encode(), b"B\xf6se\x20"))
    for magic, at in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        place = zipped.rindex(magic)
        zipped[place + at] = 8 if flagged else 0
    return bytes(zipped)


CHATTY = (info("_chat.txt"), CHAT)
GOOD = make(CHATTY, (info("00000001-PHOTO-2024-05-13.jpg"), b"\xff\xd8"))
# what it is: (file's name, bytes, messages that come through; None: any number)
CASES = {
    "a zip": ("ios.zip", GOOD, 2),
    "a streamed zip with data descriptors": ("streamed.zip", make(CHATTY, to=Pipe()), 2),
    "a zip64": ("zip64.zip", zip64(), 2),
    "a zip that a Mac made again": ("mac.zip", make(
        (info("Ada/_chat.txt"), CHAT), (info("__MACOSX/Ada/._chat.txt"), b"\0\5\x16\7"), (info(".DS_Store"), b"x")), 2),
    "a name in an older encoding": ("latin1.zip", latin1_name(False), 2),
    "a name that is not the UTF-8 it says": ("not-utf8.zip", latin1_name(True), 2),
    "a name with a slash for the title": ("WhatsApp Chat - A_B.zip", GOOD, 2),
    "names that lead out of the folder": ("names.zip", make(CHATTY, *[(info(n), b"evil") for n in EVIL]), 2),
    "a name without end": ("endless.zip", make(CHATTY, (info("x" * 2000 + ".jpg"), b"x")), 0),
    "a link to a secret": ("link.zip", make((info("_chat.txt", zipfile.ZIP_STORED, 0o120777), b"/etc/passwd")), 0),
    "a link among the media": ("media-link.zip", make(
        CHATTY, (info("00000001-PHOTO.jpg", zipfile.ZIP_STORED, 0o120777), b"/etc/passwd")), 2),
    "a bomb for a chat": ("bomb.zip", make((info("_chat.txt"), b"\0" * (64 << 20))), 0),
    "a bomb for a picture": ("picture-bomb.zip", make(CHATTY, (info("00000001-PHOTO.jpg"), b"\0" * (64 << 20))), None),
    "members that share all bytes": ("overlap.zip", overlapping(98), 0),
    "members that share some bytes": ("overlap-some.zip", overlapping(60), 0),
    "1,000 members": ("many.zip", many(1000), 2),
    "more members than are read": ("100000.zip", many(100000), 0),
    "a zip that was cut": ("cut.zip", GOOD[: len(GOOD) // 2], 0),
    "a zip without its end": ("no-end.zip", GOOD[:-30], 0),
    "an empty zip": ("empty.zip", make(), 0),
    "a zip without a chat": ("no-chat.zip", make((info("photo.jpg"), b"\xff\xd8")), 0),
    "a PDF": ("letter.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", 0),
    "a PDF that is called a text": ("WhatsApp Chat with Pdf.txt", b"%PDF-1.7\n1 0 obj\n\0\1\2\n", 0),
    "an empty file": ("WhatsApp Chat with Nobody.txt", b"", 0),
    "a Telegram export": ("result.json.txt", b'{"name": "Ada", "type": "personal_chat", "messages": [\n'
                          b'{"id": 1, "type": "message", "date": "2024-05-13T10:15:00", "text": "hi"}]}\n', 0),
    "a Signal backup": ("signal.txt", b"From: Ada (+44 7700 900123)\nType: incoming\nSent: 1715595300000\n\nhi\n", 0),
    "a LINE export": ("line.txt", b"[LINE] Chat history with Ada\nSaved on: 2024/05/13 10:15\n\n"
                      b"Mon, 13/05/2024\n10:15\tAda\thi\n", 0),
    "a log of a server": ("syslog.txt", b"May 13 10:15:00 host sshd[1]: hi\nMay 13 10:15:01 host sshd[1]: ho\n", 0),
}


def tree(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder)
                  for at, folders, names in os.walk(folder) for name in folders + names)


def run_case(tools, work, name, content):
    """(exit status, stderr, messages, what was written elsewhere, CPU seconds)"""
    room = os.path.join(work, "room", "inner")
    os.makedirs(room)
    with open(os.path.join(room, name), "wb") as to:
        to.write(content)
    with open(os.path.join(room, "good.txt"), "wb") as to:
        to.write(b"13/05/2024, 10:15 - Cleo: still here\n")
    command = ('fetch=0; %s/chatmill-fetch --media media "$1" good.txt > raw.avro || fetch=1\n'
               "parse=0; %s/chatmill-parse --dead-letters dead.avro < raw.avro > messages.avro || parse=1\n"
               "exit $((fetch | parse))") % (tools, tools)
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(["sh", "-c", command, "sh", name], cwd=room, capture_output=True, check=False, timeout=60)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    shown = subprocess.run([tools + "/chatmill", "cat", "messages.avro"], cwd=room, capture_output=True, check=False)
    senders = [line.split('"sender":')[1].split(",")[0] for line in shown.stdout.decode().splitlines()]
    escaped = [p for p in tree(work) if not p.startswith(("room/inner/media/", "room/inner/" + name)) and
               p not in ("room", "room/inner", "room/inner/media", "room/inner/good.txt", "room/inner/raw.avro",
                         "room/inner/messages.avro", "room/inner/dead.avro")]
    links = [p for p in tree(work) if os.path.islink(os.path.join(work, p))]
    return run.returncode, run.stderr.decode(), senders, escaped + links, took


def complaints(tools):
    """What is wrong, case by case; slow ones are only told."""
    for what, (name, content, messages) in CASES.items():
        with tempfile.TemporaryDirectory() as work:
            status, said, senders, escaped, took = run_case(tools, work, name, content)
        sentences = [line for line in said.split("\n") if line.startswith("chatmill-") and name in line]
        found = len(senders) - senders.count('"Cleo"')
        if senders.count('"Cleo"') != 1:
            yield "%s: the other chat did not go on" % what
        if escaped:
            yield "%s: something was written outside: %s" % (what, escaped)
        if messages is not None and found != messages:
            yield "%s: %d messages instead of %d" % (what, found, messages)
        if found == 0 and (status != 1 or len(sentences) != 1):
            yield "%s: refused with status %d and %d sentences: %s" % (what, status, len(sentences), said)
        if found > 0 and messages is not None and status != 0:
            yield "%s: read with status %d: %s" % (what, status, said)
        if took > 1:
            print("# %s took %.1f CPU s" % (what, took))
