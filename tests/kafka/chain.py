"""Exports through parse, an appending stage, a keyed counting stage and a sink, over topics, while the worst happens;
counted at the end.

$RECORDS, about so many messages in each case, by default so few that it takes no longer than it must; from half a
million on three brokers are expected, and each fault has a twin: the appending stage with a mistake in it that this
fault must bring to light. (In tests/kafka/run, twins have less to do.)
"""
import collections, os, re, subprocess, threading, time

from cases import *

EACH = 10000  # messages of an export
EXPORTS = max(int(os.environ.get("RECORDS", "40000")) // EACH, 1)
LARGE = EXPORTS >= 50
PAUSE = 2 if LARGE else 0.7  # seconds between two faults
PATIENCE = 600 if LARGE else 120  # seconds, for what must come some time


def once(f):
    """f(), the first time it is asked for."""
    lock, values = threading.Lock(), []

    def get():
        with lock:
            if not values:
                values.append(f())
            return values[0]

    return get


@once
def exports():
    """Their paths: chats of EACH messages."""
    folder = os.path.join(WORK, "exports")
    os.mkdir(folder)
    text = run(os.path.join(BUILD, "tests/bench/make-export"), str(EACH * EXPORTS)).stdout
    messages = re.split(rb"^(?=\d\d/\d\d/\d{4}, )", text, flags=re.M)[1:]
    paths = [os.path.join(folder, f"WhatsApp Chat with Ada {i}.txt") for i in range(EXPORTS)]
    for i, path in enumerate(paths):
        with open(path, "wb") as f:
            f.write(b"".join(messages[i * EACH : (i + 1) * EACH]))
    parsed = run("parse", stdin=run("fetch", paths[-1]).stdout).stdout
    assert len(run("avro-json", "show", stdin=parsed).stdout.splitlines()) == EACH
    return paths


class Chain:
    """fetch -> raw -> parse -> messages -> mark -> marked -> tally -> tallies, and marked -> sink."""

    def __init__(self, mark="mark", folder=None):
        self.paths = exports()
        self.whole = len(self.paths) * EACH
        self.raw, self.messages, self.marked, self.tallies = topic(), topic(), topic(), topic()
        self.name = f"chain{next(names)}"
        self.db = os.path.join(folder or WORK, self.name + ".db")
        a, b, c, d = (f"kafka:{name}" for name in (self.raw, self.messages, self.marked, self.tallies))
        self.stages = {
            "parse": ["parse", "--in", a, "--out", b + "?pack=block"],
            "mark": [mark, "--in", b, "--out", c + "?pack=block"],
            "tally": ["tally", "--every", "500ms", "--in", c, "--out", d],
            "sink": ["sink", "sqlite:" + self.db, "--in", c],
        }
        self.members = [[stage, None] for stage in ("parse", "mark", "tally", "sink", "parse", "mark", "tally")]
        self.fed = threading.Event()

    def begin(self, stage):
        return start(*self.stages[stage], "--group", self.group(stage), "--commit-every", "100ms", "--metrics", "127.0.0.1:0")

    def group(self, stage):
        return f"{self.name}-{stage}"

    def feed(self, pause=0.0):
        for path in self.paths:
            run("fetch", path, "--out", f"kafka:{self.raw}")
            time.sleep(pause)
        self.fed.set()

    def run(self, fault, feed_first=False):
        """fault(chain, number) again and again while records flow, at least three times."""
        if feed_first:
            self.feed()
        for member in self.members:
            member[1] = self.begin(member[0])
        feeder = threading.Thread(target=self.feed, args=(0.5 if LARGE else 2,))
        if not feed_first:
            feeder.start()
        count, end = 0, time.monotonic() + 2 * PATIENCE
        while count < 3 or time.monotonic() < end and (not self.fed.is_set() or (feed_first and not self.is_through())):
            fault(self, count)
            count += 1
            time.sleep(PAUSE)
        if not feed_first:
            feeder.join()
        note(f"{count} faults, {self.whole} messages")

    def is_through(self):
        return rows(self.db, "SELECT count(*) FROM messages") == [[str(self.whole)]]

    def counts(self):
        """The last that tally said of each conversation."""
        last = collections.Counter()
        for r in records(self.tallies):
            last[r["conversation_id"]] = max(last[r["conversation_id"]], r["messages"])
        return last

    def feed_once_more(self):
        """One line of each chat: who has been given a partition fires its timers from its first record on."""
        folder = os.path.join(WORK, self.name)
        os.mkdir(folder)
        for path in self.paths:
            line = os.path.join(folder, os.path.basename(path))
            with open(path, "rb") as f, open(line, "wb") as to:
                to.write(f.readline())
            run("fetch", line, "--out", f"kafka:{self.raw}")

    def end(self):
        """What has become of it: messages lost and doubled in the database, and conversations that were miscounted."""
        for stage, name in ("parse", self.raw), ("mark", self.messages), ("tally", self.marked), ("sink", self.marked):
            wait_until_read(self.group(stage), name, PATIENCE)
        there, known = rows(self.db, "SELECT (SELECT count(*) FROM messages), (SELECT sum(known_messages) FROM imports)")[0]
        self.feed_once_more()
        end = time.monotonic() + 20  # tally speaks half a second after a change
        while sum((counts := self.counts()).values()) < self.whole + len(self.paths) and time.monotonic() < end:
            time.sleep(0.5)
        stop(*(p for _, p in self.members))
        wrong = sum(n != EACH + 1 for n in counts.values()) + len(self.paths) - len(counts)
        return self.whole - int(there), int(known), wrong

    def must_be_whole(self):
        lost, doubled, wrong = self.end()
        assert (lost, doubled, wrong) == (0, 0, 0), f"{lost} lost, {doubled} doubled, {wrong} conversations miscounted"


def has_committed(p):
    return metrics_of(p).get("chatmill_commit_seconds_count", 0) > 0


def kill_one(chain, _, stages=("parse", "mark", "tally", "sink")):
    """One that has committed something since it was started, if there is one."""
    ripe = [m for m in chain.members if m[0] in stages and has_committed(m[1])]
    if ripe:
        member = RANDOM.choice(ripe)
        time.sleep(RANDOM.random() * 0.1)
        kill(member[1])
        member[1] = chain.begin(member[0])


def add_and_remove(chain, number, stages=("parse", "mark", "tally")):
    """A member more of some stage, and one less, in turn."""
    if number % 2 == 0:
        stage = RANDOM.choice(stages)
        chain.members.append([stage, chain.begin(stage)])
    else:
        member = chain.members[-1]
        others = [m for m in chain.members if m[0] == member[0]]
        gone = RANDOM.choice(others)
        chain.members.remove(gone)
        stop(gone[1])


@test
def stages_killed_at_random_lose_and_double_nothing():
    chain = Chain()
    chain.run(kill_one)
    chain.must_be_whole()


@test
def members_added_and_removed_lose_and_double_nothing():
    chain = Chain()
    chain.run(add_and_remove)
    chain.must_be_whole()


@test
def a_poison_record_in_each_batch_goes_to_the_dead_letters_alone():
    poison, foreign = 0, b"this is no record".hex()

    def fault(chain, _):
        nonlocal poison
        poison += 1
        for name in chain.raw, chain.messages, chain.marked:
            run("topic", "put", name, stdin=f"{RANDOM.randbytes(4).hex()} {foreign}\n".encode())

    chain = Chain()
    chain.run(fault)
    chain.must_be_whole()
    # Both that read the last topic have refused it.
    for name, readers in (chain.raw, 1), (chain.messages, 1), (chain.marked, 2):
        assert len(show(name + ".dead")) == poison * readers, (name, len(show(name + ".dead")), poison)


def small_disk(folder, mib):
    os.mkdir(folder)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "chatmill-test", folder], capture_output=True).returncode == 0


@test
def a_sink_whose_disk_is_full_goes_on_when_it_is_not():
    folder = os.path.join(WORK, "disk")
    if not small_disk(folder, 32 + EXPORTS * EACH // 1000):
        raise Skip("a file system cannot be mounted here")
    filler = os.path.join(folder, "filler")

    def fault(chain, number):
        if number > 0:
            return
        wait_for(lambda: int((rows(chain.db, "SELECT count(*) FROM messages") or [["0"]])[0][0]) > 0, "the sink has not begun")
        with open(filler, "wb") as f:
            f.truncate(0)
            try:
                while True:
                    os.write(f.fileno(), b"\0" * 4096)
            except OSError:
                pass
        sink = next(p for stage, p in chain.members if stage == "sink")
        wait_for(lambda: "full" in log_of(sink), "the sink does not notice")
        time.sleep(1)
        os.unlink(filler)

    chain = Chain(folder=folder)
    try:
        chain.run(fault)
        chain.must_be_whole()
    finally:
        for member in chain.members:
            if member[1] is not None and member[1].poll() is None:
                kill(member[1])
        subprocess.run(["umount", folder], check=False)


# ---- and with a mistake planted


def must_be_found(mark, fault):
    chain = Chain(mark)
    chain.run(lambda chain, number: fault(chain, number, ("mark",)))
    lost, doubled, wrong = chain.end()
    note(f"{lost} lost, {doubled} doubled, {wrong} conversations miscounted")
    assert lost + doubled + wrong > 0


if LARGE:

    @alone
    def a_broker_of_three_killed_and_started_again_is_not_missed():
        def fault(chain, _):
            broker = RANDOM.choice(cluster().brokers)
            broker.kill()
            time.sleep(PAUSE)
            broker.start()
            time.sleep(3)  # it catches up: two of three must have a message

        chain = Chain()
        chain.run(fault, feed_first=True)
        chain.must_be_whole()

    @alone
    def brokers_that_stand_still_for_longer_than_a_session_are_waited_for():
        def fault(chain, _):
            for broker in cluster().brokers:
                broker.pause()
            time.sleep(4)
            for broker in cluster().brokers:
                broker.go_on()
            time.sleep(3)

        chain = Chain()
        chain.run(fault, feed_first=True)
        chain.must_be_whole()

    @test
    def kills_bring_places_committed_before_the_output_to_light():
        must_be_found("commit-before-flush", kill_one)

    @test
    def kills_bring_places_committed_outside_the_transaction_to_light():
        must_be_found("offsets-outside-the-transaction", kill_one)

    @test
    def members_bring_records_dropped_with_their_partitions_to_light():
        must_be_found("drop-on-rebalance", add_and_remove)
