"""Exports as people reported them to other parsers, which failed at them: the same forms, with words of our own. Each
says where it was seen, and what it is: (local time, sender, kind, text), and of system lines (event, actor)."""
import datetime
import json
import subprocess

L, NNBSP, NBSP = "\u200e", "\u202f", "\u00a0"
CASES = {
    "JBGruber/rwhatsapp#15: a colon and lines in the first message": (
        "08.02.20, 17:35 - First Last: it is 17:35.\n2nd\n3rd\n",
        [("2020-02-08T17:35:00", "First Last", "text", "it is 17:35.\n2nd\n3rd")]),
    "joweich/chat-miner#135: brackets and numbers within a text": (
        "08/04/2022, 16:40 - +234 700 000 0000: ```\n[2,4,0] ->   11\n[160,-21]  ->  160\n\n```\n18/04/2022, 16:41 - Ada: k\n",
        [("2022-04-08T16:40:00", "+234 700 000 0000", "text", "```\n[2,4,0] ->   11\n[160,-21]  ->  160\n\n```"),
         ("2022-04-18T16:41:00", "Ada", "text", "k")]),
    "lucasrodes/whatstk#139: an iPhone of the United States with 24 hours, marks lost": (
        "[12/27/20, 18:51:14] Our group: Messages and calls are end-to-end encrypted. No one outside of this chat, not "
        "even WhatsApp, can read or listen to them.\n[7/18/21, 18:34:07] ~ Nev: Well said.\n"
        "[7/20/21, 11:21:27] +1 (777) 777-7777: +1 (777) 777-7777 joined using this group's invite link\n",
        [("2020-12-27T18:51:14", None, "system", ("encryption_notice", None)),
         ("2021-07-18T18:34:07", "~ Nev", "text", "Well said."),
         ("2021-07-20T11:21:27", None, "system", ("member_joined_by_link", "+1 (777) 777-7777"))]),
    "Pustur/whatsapp-chat-parser#258: notices behind labels": (
        "[14.08.2024, 21:00:11] Our group: %sBoris added you\r\n[14.08.2024, 21:00:12] Boris: %sBoris changed this group's "
        "icon\r\n[14.08.2024, 21:01:57] Our group: %sYou're now an admin\r\n[14.08.2024, 21:02:00] Boris: Boris added "
        "sugar\r\n" % (L, L, L),
        [("2024-08-14T21:00:11", None, "system", ("member_added", "Boris")),
         ("2024-08-14T21:00:12", None, "system", ("icon_changed", "Boris")),
         ("2024-08-14T21:01:57", None, "system", ("admin_added", None)),
         ("2024-08-14T21:02:00", "Boris", "text", "Boris added sugar")]),
    "the same, as its marks were lost in the issue": (
        "[14.08.2024, 21:00:10] Boris: Boris created group “Our group”\n[14.08.2024, 21:00:12] Boris: Boris changed this "
        "group's icon\n[14.08.2024, 21:00:13] Boris: hi\n",
        [("2024-08-14T21:00:10", None, "system", ("group_created", "Boris")),
         ("2024-08-14T21:00:12", None, "system", ("icon_changed", "Boris")),
         ("2024-08-14T21:00:13", "Boris", "text", "hi")]),
    "lucasrodes/whatstk#135: a group made by somebody unknown": (
        "[28/02/2022, 9:52:58%sPM] ملتقي: %s~%sAK created this group\r\n[17/01/2023, 10:14:09%sAM] ~%sعماد: 12\r\n" % (
            NNBSP, L, NNBSP, NNBSP, NNBSP),
        [("2022-02-28T21:52:58", None, "system", ("group_created", "~%sAK" % NNBSP)),
         ("2023-01-17T10:14:09", "~%sعماد" % NNBSP, "text", "12")]),
    "Pustur/whatsapp-chat-parser#224: spaces that don't break within p. m.": (
        "20/6/2017 8:28 p.%sm. - Michelle: test\n" % NBSP, [("2017-06-20T20:28:00", "Michelle", "text", "test")]),
    "koftezz/whatsapp-chat-analyzer#18: edited": (
        "23/06/2023, 6:12%sam - Ada: so <This message was edited>\n" % NNBSP, [("2023-06-23T06:12:00", "Ada", "text", "so")]),
    "automaciej/whatsapp-archive#1: year first, twelve hours, a colon": (
        "2016-06-27, 8:04:08 AM: Neil: Hi\n", [("2016-06-27T08:04:08", "Neil", "text", "Hi")]),
    "automaciej/whatsapp-archive#4: dashes in brackets": (
        "[27-11-18 18:43:20] Tom: Message\n", [("2018-11-27T18:43:20", "Tom", "text", "Message")]),
    "gesiscss/WhatsR, parse_chat.R: German words for the time of day": (
        "21.03.18, 9:15 vorm. - Klaus: a\n21.03.18, 9:15 abends - Klaus: b\n",
        [("2018-03-21T09:15:00", "Klaus", "text", "a"), ("2018-03-21T21:15:00", "Klaus", "text", "b")]),
    "lucasrodes/whatstk, parser.py: spaces of no width in front of a line": (
        "\u200b[13/05/24, 10:15:00] Ada: a\n\ufeff\u200b[13/05/24, 10:16:00] Bob: b\n",
        [("2024-05-13T10:15:00", "Ada", "text", "a"), ("2024-05-13T10:16:00", "Bob", "text", "b")]),
    "a long dash, where a text was set in type": (
        "21/09/2019, 14:04 — Ada: a\n21/09/2019, 16:12 — Bob: b\n",
        [("2019-09-21T14:04:00", "Ada", "text", "a"), ("2019-09-21T16:12:00", "Bob", "text", "b")]),
    "an hour and minutes with a comma": (
        "%s[25/12/2023, 21:41:04] Ada: %sVideo call. %s1 hr, 5 min\r\n" % (L, L, L),
        [("2023-12-25T21:41:04", "Ada", "call", ("video", 3900))]),
    "Pustur/whatsapp-chat-parser tests: spaces inside the tag of an attachment": (
        "[03/06/2018, 13:55:00] Ada: %s< attached: 00000042-PHOTO-2018-06-03-13-55-00.jpg >\r\n" % L,
        [("2018-06-03T13:55:00", "Ada", "image", None)]),
    "rwhatsapp's and WhatsR's older Brazilian exports": (
        "22/05/2018 18:02 - Maria: <Arquivo de mídia oculto>\n", [("2018-05-22T18:02:00", "Maria", "media", None)]),
}


def read(tool, text):
    run = subprocess.run([tool, "--timezone", "UTC"], input=text.encode(), capture_output=True, check=False)
    for line in run.stdout.decode().split("\n"):
        if not line:
            continue
        message = json.loads(line)
        when = datetime.datetime.fromtimestamp(message["sent_at"] / 1000, datetime.timezone.utc)
        details, said = message["details"], message["text"]
        if message["kind"] == "system":
            said = (details["event"], details["actor"])
        elif message["kind"] == "call":
            said = (details["medium"], details["duration_seconds"])
        yield when.replace(tzinfo=None).isoformat(), message["sender"], message["kind"], said


def complaints(tool):
    for where, (text, wanted) in CASES.items():
        got = list(read(tool, text))
        if got != wanted:
            yield "%s: %s instead of %s" % (where, got, wanted)
