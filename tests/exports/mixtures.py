"""Chats of random make: locale, clock, calendar and form are thrown independently of each other, as
phones let their owners do, and the truth is kept beside the text.

A phone's languages give words; its region the order of dates; its settings the clock and the calendar.
"""
import datetime
import random

NNBSP, NBSP, LRM, RLM = "\u202f", "\u00a0", "\u200e", "\u200f"

# Words as public exports show them: left out (Android; an image on an iPhone), attached, deleted.
LANGUAGES = {
    "en": ("<Media omitted>", "image omitted", "(file attached)", "attached", "This message was deleted"),
    "de": ("<Medien ausgeschlossen>", "Bild weggelassen", "(Datei angehängt)", "Anhang",
           "Diese Nachricht wurde gelöscht"),
    "es": ("<Multimedia omitido>", "imagen omitida", "(archivo adjunto)", "adjunto", "Se eliminó este mensaje"),
    "fr": ("<Médias omis>", "image absente", "(fichier joint)", "pièce jointe\u00a0", "Ce message a été supprimé"),
    "it": ("<Media omessi>", "immagine omessa", "(file allegato)", "allegato",
           "Questo messaggio è stato eliminato"),
    "ru": ("<Без медиафайлов>", "изображение отсутствует", "(файл добавлен)", "прикреплено",
           "Данное сообщение удалено"),
    "ar": ("<تم استبعاد الوسائط>", "لم يتم إدراج الصورة", "(الملف مرفق)", "المُرفق", "تم حذف هذه الرسالة"),
}
# AM and PM, and whether they stand in front of the time.
HALVES = [("AM", "PM", False), ("am", "pm", False), ("a.m.", "p.m.", False), ("a." + NBSP + "m.", "p." + NBSP + "m.", False),
          ("ص", "م", False), ("上午", "下午", True), ("오전", "오후", True), ("午前", "午後", True),
          ("ÖÖ", "ÖS", False), ("de.", "du.", False), ("дп", "пп", False)]
DIGITS = {"latin": "0123456789", "arabic": "٠١٢٣٤٥٦٧٨٩", "persian": "۰۱۲۳۴۵۶۷۸۹"}
MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "ru": "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic"}
NOWRUZ = datetime.date(2001, 3, 21), 1380  # the first day of that year
LEAP_YEARS = [1383, 1387, 1391, 1395, 1399, 1403, 1408]  # Solar Hijri
NAMES = ["Ada", "Ben Smith", "Zoë 🌻", "O'Brien", "Jean-Luc - Work", "山田太郎", "+44 7700 900123", "أحمد", "Shop 24:7"]
WORDS = "the plan is fine we meet at noon 12:30 bring 3/4 of it or 1.5 - ok: sure no wait ÄÖ ß 好 نعم".split()


def solar(t):
    """Year, month and day of the Solar Hijri calendar."""
    days, year = (t.date() - NOWRUZ[0]).days, NOWRUZ[1]
    while days >= 365 + (year in LEAP_YEARS):
        days -= 365 + (year in LEAP_YEARS)
        year += 1
    return (year, days // 31 + 1, days % 31 + 1) if days < 186 else (year, (days - 186) // 30 + 7, (days - 186) % 30 + 1)


class Form:
    """How one phone prints the beginning of a message."""

    def __init__(self, rng):
        self.frame = rng.choice(["bracket", "dash", "bracket", "dash", "colon"])
        self.seconds = self.frame != "dash"
        self.order = rng.choice(["dmy", "dmy", "mdy", "ymd"])
        self.separator = rng.choice("/.-" if self.order != "mdy" else "/")
        self.padded = rng.random() < 0.5
        self.hour_padded = rng.random() < 0.5
        self.calendar = rng.choice(["gregorian"] * 6 + ["buddhist", "japanese", "solar"])
        self.short_year = self.order != "ymd" and self.calendar == "gregorian" and rng.random() < 0.5
        if self.calendar == "japanese" and self.order == "ymd":
            self.calendar = "gregorian"
        self.half = rng.choice(HALVES) if rng.random() < 0.5 else None
        self.space = rng.choice([" ", NNBSP, NBSP])
        self.clock = rng.choice("::.")
        self.comma = rng.choice([", ", " "])
        self.digits = rng.choice(["latin"] * 6 + ["arabic", "persian"])
        if self.calendar != "gregorian" or self.frame == "colon" or self.order == "mdy":
            self.digits = "latin"
        self.time_first = self.frame == "bracket" and self.half is None and rng.random() < 0.1
        if self.time_first:  # a time with dots could be a date
            self.comma, self.clock = ", ", ":"
        self.marks = rng.random() < 0.2 and self.separator == "/"
        self.months = None
        if self.calendar == "gregorian" and self.digits == "latin" and rng.random() < 0.15:
            self.months = MONTHS[rng.choice(list(MONTHS))].split()
            self.short_year, self.marks = False, False
        self.crlf = self.frame != "dash"
        self.iphone = self.frame == "bracket"

    def date(self, t):
        number = "%02d" if self.padded else "%d"
        if self.months is not None:
            form = {"dmy": "%(d)s %(m)s %(y)d", "mdy": "%(m)s %(d)s, %(y)d", "ymd": "%(y)d %(m)s %(d)s"}[self.order]
            return form % {"d": number % t.day, "m": self.months[t.month - 1], "y": t.year}
        year = "%02d" % (t.year % 100) if self.short_year else str(t.year)
        if self.calendar == "buddhist":
            year = str(t.year + 543)
        if self.calendar == "japanese":
            year = "R%d" % (t.year - 2018) if (t.year, t.month) >= (2019, 5) else "H%d" % (t.year - 1988)
        part = {"d": number % t.day, "m": number % t.month, "y": year}
        if self.calendar == "solar":
            part = dict(zip("ymd", (number % n for n in solar(t))))
        return ((RLM if self.marks else "") + self.separator).join(part[c] for c in self.order)

    def time(self, t):
        hour = t.hour if self.half is None else t.hour % 12 or 12
        text = ("%02d" if self.hour_padded else "%d") % hour + self.clock + "%02d" % t.minute
        text += self.clock + "%02d" % t.second if self.seconds else ""
        if self.half is None:
            return text
        half = self.half[t.hour >= 12]
        return half + " " + text if self.half[2] else text + self.space + half

    def header(self, t):
        parts = (self.time(t), self.date(t)) if self.time_first else (self.date(t), self.time(t))
        text = self.comma.join(parts).translate(str.maketrans(DIGITS["latin"], DIGITS[self.digits]))
        return {"bracket": "[%s] ", "dash": "%s - ", "colon": "%s: "}[self.frame] % text


def make_body(rng, form, words, t):
    """(what is printed, sort, text, file's name)"""
    sort = rng.random()
    mark = LRM if form.iphone else ""
    text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 9)))
    if sort < 0.70:
        return text, "text", text, None
    if sort < 0.80:
        text += "\n" + " ".join(rng.choice(WORDS) for _ in range(3)) + "\n\nend"
        return text, "text", text, None
    if sort < 0.86:
        return mark + words[1 if form.iphone else 0], "image" if form.iphone else "media", None, None
    if sort < 0.92:
        if form.iphone:
            name = "%08d-PHOTO-%s.jpg" % (rng.randint(1, 9999), t.strftime("%Y-%m-%d-%H-%M-%S"))
            return mark + "<" + words[3] + ": " + name + ">", "image", None, name
        name = "IMG-%s-WA%04d.jpg" % (t.strftime("%Y%m%d"), rng.randint(0, 9999))
        return LRM + name + " " + words[2], "image", None, name
    if sort < 0.96:
        return mark + words[4], "deleted", None, None
    return "", "empty", None, None


def make_chat(seed):
    """(form, text, messages): messages are (local time, sender, sort, text, file's name)."""
    rng = random.Random(seed)
    form = Form(rng)
    words = LANGUAGES[rng.choice(list(LANGUAGES))]
    names = rng.sample(NAMES, rng.randint(2, 5))
    t = datetime.datetime(2016, 1, 1) + datetime.timedelta(minutes=rng.randrange(8 * 365 * 1440))
    pace = rng.choice([60, 3600, 40000])
    lines, messages = [], []
    for _ in range(rng.choice([5, 40, 150, 300])):
        t += datetime.timedelta(seconds=int(rng.expovariate(1 / pace)) + 1)
        shown = t if form.seconds else t.replace(second=0)
        sender = rng.choice(names)
        body, sort, text, name = make_body(rng, form, words, t)
        mark = LRM if form.iphone and sort in ("image", "deleted") else ""
        lines.append(mark + form.header(t) + sender + ": " + body)
        messages.append((shown.isoformat(), sender, sort, text, name))
    end = "\r\n" if form.crlf else "\n"
    return form, end.join("\n".join(lines).split("\n")) + end, messages
