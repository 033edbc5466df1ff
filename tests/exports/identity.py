"""The same chat, exported again and otherwise: what a database makes of it."""
import collections
import datetime
import os
import random
import subprocess
import tempfile

NNBSP, LRM = "\u202f", "\u200e"
START = datetime.datetime(2024, 5, 13, 9, 0)
# minutes since the start, sender, what was sent; None: a picture
TALK = [(0, "Ada", "hello"), (0, "Ben", "hi"), (1, "Ada", "ok"), (1, "Ada", "ok"), (1, "Ada", "ok"), (2, "Ben", None),
        (3, "Ada", "see you at 7"), (3, "Ben", "fine"), (2000, "Ada", "typo"), (2000, "Ben", "what?"), (2001, "Ada", "bye")]


def android(talk):
    body = lambda said: "<Media omitted>" if said is None else said
    when = lambda m: (START + datetime.timedelta(minutes=m)).strftime("%d/%m/%Y, %H:%M")
    return "".join("%s - %s: %s\n" % (when(m), who, body(said)) for m, who, said in talk)


def iphone(talk):
    body = lambda said: LRM + "image omitted" if said is None else said
    lines = []
    for i, (m, who, said) in enumerate(talk):
        t = START + datetime.timedelta(minutes=m, seconds=i)
        date = "%d/%d/%02d, %d:%02d:%02d%s%s" % (t.month, t.day, t.year % 100, t.hour % 12 or 12, t.minute, t.second,
                                                 NNBSP, "AM" if t.hour < 12 else "PM")
        lines.append("%s[%s] %s: %s\r\n" % (LRM if said is None else "", date, who, body(said)))
    return "".join(lines)


GROUP = """13/05/2024, 09:00 - %s
13/05/2024, 09:00 - %s
13/05/2024, 09:01 - Ada: hello
13/05/2024, 09:02 - %s
13/05/2024, 09:02 - %s
13/05/2024, 09:03 - Ben: hi
13/05/2024, 09:04 - %s
"""


class Words(tuple):
    def replace(self, old, new):
        return Words(line.replace(old, new) for line in self)


ENGLISH = Words(["Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or "
                 "listen to them. Tap to learn more.", 'Ada created group "Trip"', "Ada added Ben",
                 "Ben changed this group's icon", "Ben left"])
GERMAN = Words(["Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie lesen oder "
                "anhören, nicht einmal WhatsApp.", "Ada hat die Gruppe „Trip“ erstellt.", "Ada hat Ben hinzugefügt.",
                "Ben hat das Gruppenbild geändert.", "Ben hat die Gruppe verlassen."])


class Database:
    def __init__(self, tools):
        self.tools, self.folder = tools, tempfile.TemporaryDirectory()

    def add(self, text, *options):
        """What the summary says is new, then what was changed since."""
        path = os.path.join(self.folder.name, "WhatsApp Chat with Ada & Ben.txt")
        with open(path, "w", encoding="utf-8", newline="") as to:
            to.write(text)
        run = subprocess.run([self.tools + "/chatmill", "run", path, "-o", os.path.join(self.folder.name, "out"),
                              *(options or ("--timezone", "UTC"))], capture_output=True, text=True, check=False)
        said = [line for line in run.stdout.split("\n") if line.startswith("new:")]
        return said[0][len("new: "):] if run.returncode == 0 and said else run.stderr

    def rows(self, query):
        run = subprocess.run(["sqlite3", os.path.join(self.folder.name, "out", "chat.db"), query],
                             capture_output=True, text=True, check=False)
        return run.stdout.split("\n")[:-1]


def edited(talk, at, said):
    return talk[:at] + [(talk[at][0], talk[at][1], said)] + talk[at + 1:]


def cases(tools):
    """(what, what came out, what should)"""
    def second(first, then, *options):
        database = Database(tools)
        database.add(first)
        return database, database.add(then, *options)

    everything = "%d messages" % len(TALK)
    yield "a chat, for the first time", Database(tools).add(android(TALK)), everything
    yield "the same export again", second(android(TALK), android(TALK))[1], "0 messages"
    yield "a longer export", second(android(TALK[:7]), android(TALK))[1], "4 messages"
    yield "an export that starts later", second(android(TALK), android(TALK[5:]))[1], "0 messages"
    yield "a tail, and then all of it", second(android(TALK[5:]), android(TALK))[1], "5 messages"
    database, new = second(android(TALK), iphone(TALK))
    yield "an iPhone's export of what an Android phone exported", new, "0 messages"
    yield "the sort of the picture is learned from the iPhone", database.rows(
        "SELECT kind FROM attachments"), ["image"]
    yield "an Android phone's export of what an iPhone exported", second(iphone(TALK), android(TALK))[1], "0 messages"
    yield "another time zone", second(android(TALK), android(TALK), "--timezone", "Asia/Tokyo")[1], "0 messages"
    database, new = second(android(TALK), android(edited(TALK, 8, "no typo <This message was edited>")))
    yield "a message that was edited since", new, "0 messages; changed since: 1"
    yield "the edited text is there once", database.rows(
        "SELECT text, edited FROM messages WHERE text LIKE '%typo%'"), ["no typo|1"]
    database, new = second(android(TALK), android(edited(TALK, 6, "This message was deleted")))
    yield "a message that was deleted since", new, "0 messages; changed since: 1"
    ambiguous = printed(3, 4, 600, "hello") + printed(5, 5, 600, "the same both ways")
    switched, _ = second(ambiguous, ambiguous, "--timezone", "UTC", "--date-order", "mdy")
    yield "dates read in the other order, one of which is the same then", switched.rows(LOCAL), [
        "2021-03-04 10:00|hello", "2021-05-05 10:00|the same both ways"]
    yield "equal texts in one minute are as many as were written", database.rows(
        "SELECT count(*) FROM messages WHERE text = 'ok'"), ["3"]
    database, new = second(GROUP % ENGLISH, GROUP % GERMAN)
    yield "a group's export from a phone in another language", new, "0 messages"
    yield "lines of the system stay in the words that were there first", database.rows(
        "SELECT count(*), sum(details LIKE '%hinzu%') FROM messages"), ["7|0"]
    database.add(GROUP % GERMAN)
    yield "and again", database.add(GROUP % ENGLISH), "0 messages"
    yield "what somebody else's phone says of oneself is another line, and leaves its neighbour alone", second(
        GROUP % ENGLISH, GROUP % GERMAN.replace("Ada hat Ben", "Du hast Ben"))[1], "2 messages"


ORDERS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}


def printed(day, month, minute, text):
    return "%02d/%02d/2021, %02d:%02d - %s: %s\n" % (day, month, minute // 60, minute % 60, "Ada", text)


def in_order(order, lines):
    """How many of each line there are, as a database has them that was told this order."""
    at = lambda a, b: "2021-%02d-%02d" % ((b, a) if order == "dmy" else (a, b))
    return sorted("%s %02d:%02d|%s" % (at(a, b), minute // 60, minute % 60, text) for a, b, minute, text in lines)


LOCAL = ("SELECT strftime('%Y-%m-%d %H:%M', sent_at / 1000, 'unixepoch') || '|' || text FROM messages"
         " ORDER BY 1")


def switched_orders(tools, count):
    """Chats in which every date could be read either way, imported again and again: longer, shorter, in the one
    order and the other. The last import has all lines, so that all are to be there in its order, and no other.
    Where one text comes again and again at one time of day, a line may be there in both; none is lost."""
    for seed in range(count):
        rng = random.Random(seed)
        days = rng.sample([(a, b) for a in range(1, 13) for b in range(1, 13)], rng.randint(1, 8))
        days += rng.sample([(a, a) for a in range(1, 13)], rng.randint(0, 4)) + [(b, a) for a, b in days[:3]]
        rng.shuffle(days)
        texts = ["good morning", "x%d"] if seed % 2 else ["x%d"]
        lines = [(a, b, rng.choice([480, 481, 600]), rng.choice(texts).replace("%d", str(i)))
                 for i, (a, b) in enumerate(days)]
        database, steps = Database(tools), []
        for _ in range(rng.randint(1, 3)):
            steps.append((rng.choice(list(ORDERS)), *sorted(rng.sample(range(len(lines) + 1), 2))))
        steps.append((rng.choice(list(ORDERS)), 0, len(lines)))
        for order, begin, end in steps:
            database.add("".join(printed(*line) for line in lines[begin:end]), "--timezone", "UTC", "--date-order", order)
        got, wanted = database.rows(LOCAL), in_order(steps[-1][0], lines)
        if seed % 2:
            wanted, lost = got, collections.Counter(wanted) - collections.Counter(got)
            got = got + ["lost: %s" % lost] if lost else got
        yield "%s of %s" % (steps, lines), got, wanted


def complaints(tools):
    for what, got, wanted in [*cases(tools), *switched_orders(tools, 12)]:
        if got != wanted:
            yield "%s: %s instead of %s" % (what, got, wanted)
