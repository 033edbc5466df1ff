"""The verbs of chatmill that know Kafka, on a real broker."""
import http.server

from cases import *

os.environ["PATH"] = f"{TOOLS}:{os.environ['PATH']}"  # compositions name programs of the tests

# ---- topics


def topics(what, composition, *args, status=0):
    return run(os.path.join(BIN, "chatmill"), "topics", what, composition, *args, status=status)


@test
def topics_are_made_once_and_what_is_not_as_it_should_be_is_said():
    n = f"v{next(names)}"
    composition = f"fetch x | parse --group {n} | mark | sink jsonl"
    wanted = [f"{n}raw", f"{n}raw.dead", f"{n}.{n}raw.changelog", f"{n}messages", f"{n}messages.dead", f"{n}marked",
              f"{n}marked.dead", "_chatmill_schemas", "_chatmill_positions"]
    args = [composition, f"{n}raw", f"{n}messages", f"{n}marked", "--partitions", "3"]
    absent = topics("check", *args, status=1).stderr.decode()
    for name in wanted[:-2]:
        assert f'there is no topic "{name}"' in absent, absent
    made = [line.split()[:2] for line in topics("create", *args).stdout.decode().splitlines()]
    assert [name for _, name in made] == wanted, made
    assert [how for how, _ in made[:-2]] == ["made"] * 7, made
    again = [line.split()[:2] for line in topics("create", *args).stdout.decode().splitlines()]
    assert again == [["there", name] for name in wanted], again
    topics("check", *args)
    other = topics("check", *args[:-1], "2", "--retention", "1d", status=1).stderr.decode()
    assert f'topic "{n}raw" has 3 partitions, kept for 7d; it should have 2 partitions, kept for 1d' in other, other
    assert f'topic "{n}raw.dead" has 3 partitions, kept for ever; it should have 2 partitions' in other, other
    assert f'topic "{n}.{n}raw.changelog" has 3 partitions, compacted; it should have 2' in other, other


# ---- exec


def without(records, field):
    for r in records:
        r.pop(field, None)
    return records


def exec_between(a, b, group, *program, more=()):
    return start("exec", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", group, *more, "--", *program)


FILTER = os.path.join(TOOLS, "filter")


@test
def any_program_stands_between_topics_and_what_it_cannot_do_is_dead():
    a = topic()
    talk(3000, "--out", f"kafka:{a}")
    expected = [json.loads(line) for line in run("avro-json", "show", stdin=talk(3000).stdout).stdout.splitlines()]
    reasons = {"die": "ended with status 3", "hang": "gave no answer within 500 ms", "none": "ended without a record for it",
               "twice": "gave more than one record for it"}
    topics_of, running = {}, []
    for mode in reasons:
        b = topics_of[mode] = topic()
        running.append(exec_between(a, b, f"{a}{mode}", FILTER, mode, "m1770",
                                    more=["--timeout", "500ms", "--dead-letters", f"kafka:{b}.dead"]))
    for mode, reason in reasons.items():
        wait_until_read(f"{a}{mode}", a)
    stop(*running)
    for mode, reason in reasons.items():
        letters = records(topics_of[mode] + ".dead")
        assert [r["message_id"] for r in letters] == ["m1770"], (mode, letters)
        letter = letters[0]["dead_letter"]
        assert reason in letter["reason"] and letter["attempts"] == 3 and letter["stage"] == "filter", letter
        same(records(topics_of[mode]), [r for r in expected if r["message_id"] != "m1770"])


@test
def exec_killed_again_and_again_loses_and_doubles_nothing():
    a, b = topic(), topic()
    group, args = f"{a}kill", ("--commit-every", "100ms")
    done = lambda: sum(at for at in committed(group, a).values() if at > 0)
    for _ in range(5):
        before = done()
        talk(5000, "--out", f"kafka:{a}")
        p = exec_between(a, b, group, FILTER, "pass", more=args)
        wait_for(lambda: done() > before, "nothing is committed", 60)
        kill(p)
    p = exec_between(a, b, group, FILTER, "pass", more=args)
    wait_until_read(group, a)
    stop(p)
    same(records(b), records(a))


def a_program_in_python_adds_its_field_between_topics():
    a, b = topic(), topic()
    talk(2000, "--out", f"kafka:{a}")
    p = exec_between(a, b, f"{a}python", PYTHON, os.path.join(TOP, "tests/outside/question.py"))
    wait_until_read(f"{a}python", a)
    stop(p)
    got = records(b)
    assert all(r["question"] is not None for r in got)
    same(without(got, "question"), records(a))


PYTHON = os.path.join(TOP, "build/interop/venv/bin/python")
if os.path.exists(PYTHON):
    test(a_program_in_python_adds_its_field_between_topics)
else:
    print(f"ok - {sentence(a_program_in_python_adds_its_field_between_topics)} # SKIP fastavro is not installed")


# ---- replay


def chatmill(*args, status=0):
    return run(os.path.join(BIN, "chatmill"), *args, status=status)


@test
def dead_letters_go_back_once_to_the_group_that_refused_them():
    a, b, c = topic(1), topic(1), topic(1)
    group, other = f"{a}exec", f"{a}mark"
    dead = a + ".dead"
    talk(300, "--out", f"kafka:{a}")
    p = exec_between(a, b, group, FILTER, "die", "m17")
    q = start("mark", "--in", f"kafka:{a}", "--out", f"kafka:{c}", "--group", other)
    wait_until_read(group, a)
    stop(p)
    assert len(records(b)) == 289 and len(records(dead)) == 11
    would = chatmill("replay", dead, "--reason", "status 3").stdout.decode().splitlines()
    assert would[0].split()[0] == "11" and 'filter" ended with status 3' in would[0], would
    assert would[-1] == f'11 of "{dead}" would be sent back: --go does it', would
    said = chatmill("replay", dead, "--go", "--class", "input").stdout.decode()
    assert said == f'0 of "{dead}" sent back; 11 not chosen\n', said
    assert chatmill("replay", dead, "--stage", "filter", "--since", "1h", "--go").stdout.decode().splitlines()[-1] == f'11 of "{dead}" sent back'
    again = chatmill("replay", dead, "--go").stdout.decode()
    assert again == f'0 of "{dead}" sent back; 11 were before\n', again
    p = exec_between(a, b, group, FILTER, "die", "m171")  # it can do ten of the eleven now
    wait_until_read(group, a)
    wait_until_read(other, a)
    stop(p, q)
    got, letters = records(b), records(dead)
    assert sorted(r["message_id"] for r in got) == sorted(f"m{i}" for i in range(300) if i != 171)
    assert sorted(r["message_id"] for r in records(c)) == sorted(f"m{i}" for i in range(300)), "the other group took it again"
    assert not any("dead_letter" in r for r in got)
    assert [(r["message_id"], r["dead_letter"]["attempts"]) for r in letters[-12:] if r["dead_letter"]["attempts"] > 3] == [("m171", 6)], letters


@test
def a_replay_that_is_killed_goes_on_where_it_was():
    a, b = topic(), topic()
    dead = a + ".dead"
    talk(20000, "reject", "--out", f"kafka:{a}")
    p = start("moody", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", a)
    wait_until_read(a, a)
    stop(p)
    known = lambda: sum(ends(a).values())
    before = known()
    for _ in range(3):
        at = known()
        p = subprocess.Popen([os.path.join(BIN, "chatmill"), "replay", dead, "--go"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: p.poll() is not None or known() > at, "nothing is sent back")
        kill(p)
    chatmill("replay", dead, "--go")
    assert chatmill("replay", dead).stdout.decode().startswith("0 of"), "letters are left"
    back = collections.Counter(r["message_id"] for r in records(a) if "dead_letter" in r)
    assert len(back) == 20000 and set(back.values()) == {1}, (len(back), collections.Counter(back.values()))


# ---- alerts


class Listener:
    """What was posted to an address of ours."""

    def __init__(self):
        posted = self.posted = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                posted.append((self.path, self.headers["Content-Type"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/told"


@test
def whoever_has_to_look_at_dead_letters_is_told_now_and_then():
    a, b = topic(), topic()
    listener, told = Listener(), os.path.join(WORK, f"told{a}")
    p = start("moody", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", a, "--alert-webhook", listener.url,
              "--alert-command", f"cat >> {told}", "--alert-every", "10m")
    talk(100, "reject", "--out", f"kafka:{a}")
    wait_for(lambda: listener.posted, "nobody is told")
    talk(100, "reject", "--out", f"kafka:{a}")
    wait_until_read(a, a)
    assert len(listener.posted) == 1, "told too often"
    stop(p)  # what was not told yet is told now
    path, kind, alert = listener.posted[0]
    assert (path, kind) == ("/told", "application/json")
    assert (alert["stage"], alert["class"], alert["where"]) == ("moody", "input", f"kafka:{a}.dead"), alert
    assert len(listener.posted) == 2 and sum(alert["count"] for _, _, alert in listener.posted) == 200, listener.posted
    with open(told) as f:
        assert [json.loads(line) for line in f] == [alert for _, _, alert in listener.posted]
    assert log_of(p).count("event=alert") == 2


# ---- status


@test
def status_says_how_far_a_conversation_has_come():
    a, b = topic(), topic()
    group = f"{a}exec"
    composition = f"talk | exec --group {group} -- {FILTER} pass | sink jsonl --group {group}sink"
    words = ["status", composition, a, b, "--conversation", "c3"]
    standings = lambda: json.loads(chatmill(*words, "--json").stdout)
    run("talk", "--count", "2000", "--conversations", "20", "--out", f"kafka:{a}?pack=block")
    first = standings()
    lag = len(show(a))
    assert first["stages"][0] == {"stage": FILTER, "group": group, "reads": a, "lag": lag, "messages": 100, "taken": 0, "refused": 0}, first
    assert (first["stages"][1]["lag"], first["stages"][1]["messages"], first["over"]) == (0, None, False), first
    # One of the hundred is refused.
    p = exec_between(a, b, group, FILTER, "die", "m1463")
    wait_until_read(group, a)
    stop(p)
    then = standings()
    assert [s["lag"] for s in then["stages"]] == [0, 1999], then
    assert [(s["messages"], s["taken"], s["refused"]) for s in then["stages"]] == [(100, 100, 1), (99, 0, 0)], then
    assert then["over"] is False and then["through"] == 0
    p = start("sink", "jsonl", "--in", f"kafka:{b}", "--group", group + "sink")
    wait_until_read(group + "sink", b)
    stop(p)
    said = chatmill(*words).stdout.decode().splitlines()
    assert said[-1] == '99 of 100 messages of "c3" are through, and nothing is on its way', said
    assert said[2].split() == ["sink", b, "0", "99", "99", "0"], said
    assert chatmill("status", composition, a, b, "--conversation", "nobody").stdout.decode().splitlines()[-1] == \
        'no message of "nobody" is in these topics'


# ---- operations


@test
def who_is_told_to_end_commits_and_leaves_its_group_at_once():
    a, b = topic(), topic()
    args = ["mark", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", a, "--commit-every", "10m", "--metrics", "127.0.0.1:0",
            "--kafka", "session.timeout.ms=45000", "--kafka", "transaction.timeout.ms=60000"]
    p = start(*args)
    wait_for(lambda: metrics_of(p).get("chatmill_partitions") == 4, "it gets no partitions")
    q = start(*args)
    wait_for(lambda: metrics_of(p)["chatmill_partitions"] == metrics_of(q).get("chatmill_partitions") == 2, "they do not share")
    assert metrics_of(p)["chatmill_rebalances_total"] == 2
    talk(1000, "--out", f"kafka:{a}")
    wait_for(lambda: metrics_of(p)["chatmill_records_in_total"] + metrics_of(q)["chatmill_records_in_total"] == 1000, "they do not read")
    assert not any(committed(a, a).values()), committed(a, a)
    taken, began = metrics_of(p)["chatmill_records_in_total"], time.monotonic()
    stop(p)
    wait_for(lambda: metrics_of(q)["chatmill_partitions"] == 4, "nobody inherits", 20)  # a session ends after 45 s
    note(f"{time.monotonic() - began:.1f} s from SIGTERM until the other has all")
    assert taken > 0
    sums = metrics_of(q)
    assert sums["chatmill_commit_seconds_count"] >= 1 and sums["chatmill_commit_seconds_sum"] > 0, "giving partitions away commits"
    stop(q)
    assert committed(a, a) == ends(a)
    same(records(b), pipe_result(1000, "mark"))


@test
def who_reads_what_it_remembers_is_not_ready_and_says_how_much_is_left():
    a, b = topic(1), topic(1)
    args = ["tally", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", a, "--metrics", "127.0.0.1:0"]
    run("talk", "--count", "5000", "--conversations", "5000", "--out", f"kafka:{a}?pack=block")
    p = start(*args)
    wait_until_read(a, a)
    stop(p)
    changes = sum(ends(f"{a}.{a}.changelog").values())
    slowly = ["--kafka", "max.partition.fetch.bytes=10000", "--kafka", "queued.max.messages.kbytes=10"]
    p, seen = start(*args, *slowly), []

    def ready():
        sums = metrics_of(p)
        seen.append((sums.get("chatmill_ready"), sums.get("chatmill_restored_messages_total"), sums.get("chatmill_restore_left_messages")))
        return sums.get("chatmill_ready") == 1 and sums.get("chatmill_restored_messages_total", 0) > 0

    wait_for(ready, "it does not become ready")
    amid = [(ready, restored, left) for ready, restored, left in seen if restored and left]
    assert amid and all(ready == 0 for ready, _, _ in amid), seen
    assert all(restored + left <= changes + 10 for _, restored, left in amid), (changes, amid)  # and a few marks
    left = [left for _, _, left in amid]
    assert left == sorted(left, reverse=True), left
    assert seen[-1][1] >= 5000 and seen[-1][2] == 0, seen[-1]
    stop(p)


# ---- sources that are cut off


class Export:
    """A chat in a file, and one that comes through a pipe, as far as it is let."""

    def __init__(self):
        self.text = run(os.path.join(BUILD, "tests/bench/make-export"), "20000").stdout
        folder = tempfile.mkdtemp(dir=WORK)
        self.paths = [os.path.join(folder, f"WhatsApp Chat with {name}.txt") for name in ("Ada", "Grace")]
        with open(self.paths[0], "wb") as f:
            f.write(self.text)
        os.mkfifo(self.paths[1])

    def let(self, size, until):
        """So many bytes come; the end when until() has waited."""
        self.opened = threading.Event()

        def write():
            try:
                with open(self.paths[1], "wb") as f:
                    self.opened.set()
                    f.write(self.text[:size])
                    f.flush()
                    until()
            except BrokenPipeError:
                pass

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        return writer


def pieces(records):
    """What of the pieces does not differ from run to run of fetch."""
    return [{k: r[k] for k in ("source", "part", "bytes", "continues", "error")} for r in records]


def whole(export):
    writer = export.let(None, lambda: None)
    p = run("avro-json", "show", stdin=run("fetch", *export.paths).stdout)
    writer.join(60)
    return [json.loads(line) for line in p.stdout.splitlines()]


def cut_off(export, command, name):
    """Begins, and is in the middle of the second source when it returns; what closes its input then."""
    end = threading.Event()
    writer = export.let(len(export.text) // 2, end.wait)
    p = start(*command)
    of_first = len(export.text) // (256 * 1024)
    wait_for(lambda: p.poll() is not None or (export.opened.is_set() and sum(ends(name).values()) > of_first + 3), "nothing is sent")
    assert p.poll() is None, log_of(p)

    def close():
        end.set()
        writer.join(60)

    return p, close


@test
def fetch_killed_and_begun_again_goes_on_where_it_was():
    export, a = Export(), topic()
    command = ["fetch", *export.paths, "--out", f"kafka:{a}", "--commit-every", "1ms"]
    for kills in range(3):
        p, close = cut_off(export, command, a)
        kill(p)
        close()  # or what was not read would wait in the pipe for the next
        assert ("event=resumed" in log_of(p)) == (kills > 0), log_of(p)
    writer = export.let(None, lambda: None)
    assert "event=resumed" in run(*command).stderr.decode()
    writer.join(60)
    expected = pieces(whole(export))
    same(pieces(records(a)), expected)
    writer = export.let(None, lambda: None)
    assert "event=resumed" not in run(*command).stderr.decode(), "it had come to its end: this is another import"
    writer.join(60)
    same(pieces(records(a)), expected * 2)


@test
def who_begins_anew_ends_who_slept_meanwhile():
    export, a = Export(), topic()
    command = ["fetch", *export.paths, "--out", f"kafka:{a}", "--commit-every", "1ms"]
    p, close = cut_off(export, command, a)
    p.send_signal(signal.SIGSTOP)
    first = len(records(a))
    os.rename(export.paths[1], export.paths[1] + ".slept")
    os.mkfifo(export.paths[1])
    writer = export.let(1000, lambda: None)
    said = run(*command, status=1).stderr.decode()
    assert "--anew begins at the beginning: could not resume: the sources are not what they were" in said, said
    writer.join(60)
    writer = export.let(None, lambda: None)
    assert "event=resumed" not in run(*command, "--anew").stderr.decode()
    writer.join(60)
    p.send_signal(signal.SIGCONT)
    close()
    assert p.wait(60) == 1 and "fenced" in log_of(p), log_of(p)
    assert len(records(a)) == first + len(whole(export)), (first, len(records(a)))
