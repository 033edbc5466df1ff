"""What the tests between topics share: programs and topics by name, what is in a topic, and cases, some at a time.

Programs come from $BUILD (build/release). What is in a topic is read with tests/tools/topic, which knows librdkafka
and nothing of chatmill.
"""
import collections, concurrent.futures, contextlib, json, os, random, shutil, signal, struct, subprocess, sys, tempfile
import threading, time, traceback, urllib.request

from broker import TOP, Cluster, is_there

BUILD = os.path.join(TOP, os.environ.get("BUILD", "build/release"))
BIN, TOOLS = os.path.join(BUILD, "bin"), os.path.join(BUILD, "tests/tools")
PLANTED = os.path.join(BUILD, "tests/kafka/planted")
RANDOM = random.Random(int(os.environ.get("SEED", "1")))
WORK = tempfile.mkdtemp(prefix="chatmill-kafka-")
names = iter(range(10**6))

# Who died is missed within seconds here, not within a minute.
QUICK = {"SESSION_TIMEOUT_MS": "2000", "HEARTBEAT_INTERVAL_MS": "300", "TRANSACTION_TIMEOUT_MS": "3000"}


class Here(threading.local):
    """What the case of this thread has going."""

    def __init__(self):
        self.running, self.notes = [], []


here = Here()


def note(text):
    here.notes.append(text)


# ---- programs


def program(name):
    if os.path.exists(os.path.join(PLANTED, name)):
        return os.path.join(PLANTED, name)
    path = os.path.join(TOOLS, "chatmill-" + name)
    return path if os.path.exists(path) else os.path.join(BIN, "chatmill-" + name)


def run(name, *args, stdin=b"", status=0, env=None):
    path = os.path.join(TOOLS, name)
    p = subprocess.run([path if os.path.exists(path) else program(name), *args], input=stdin, capture_output=True, timeout=300,
                       env=env and os.environ | env)
    assert p.returncode == status, f"{name} {args}: status {p.returncode}, not {status}: {p.stderr.decode()[-2000:]}"
    return p


def start(name, *args, env=None):
    log = tempfile.TemporaryFile(dir=WORK)
    p = subprocess.Popen([program(name), *args], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env and os.environ | env)
    p.log = log
    here.running.append(p)
    return p


def log_of(p):
    p.log.seek(0)
    return p.log.read().decode()


def stop(*processes, status=0):
    for p in processes:
        p.send_signal(signal.SIGTERM)
    for p in processes:
        p.wait(60)
        assert p.returncode == status, f"status {p.returncode}: {log_of(p)[-2000:]}"


def kill(p):
    p.kill()
    p.wait()


def metrics_of(p):
    """By name, summed over labels, of a program that was started with --metrics 127.0.0.1:0; {} while it has none."""
    if not hasattr(p, "metrics"):
        address = [line.split("address=")[1] for line in log_of(p).splitlines() if "event=metrics" in line]
        if not address:
            return {}
        p.metrics = address[0].strip().strip('"')
    try:
        page = urllib.request.urlopen(f"http://{p.metrics}/metrics", timeout=5).read().decode()
    except OSError:
        return {}
    sums = collections.Counter()
    for line in page.splitlines():
        if line and line[0] != "#":
            sums[line.split("{")[0].split(" ")[0]] += float(line.rsplit(" ", 1)[1])
    return sums


def wait_for(done, what, seconds=120):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def rows(db, sql):
    p = subprocess.run(["sqlite3", db, sql], capture_output=True)
    return [line.split("|") for line in p.stdout.decode().splitlines()] if p.returncode == 0 else []


# ---- topics

Message = collections.namedtuple("Message", "partition offset key headers value")


def topic(partitions=4):
    name = f"t{next(names)}"
    run("topic", "make", name, str(partitions))
    return name


def show(name):
    out = []
    for line in run("topic", "show", name).stdout.decode().splitlines():
        partition, offset, key, headers, value = line.split("\t")
        headers = dict(h.split("=", 1) for h in headers.split(",")) if headers else {}
        out.append(Message(int(partition), int(offset), None if key == "-" else key, headers,
                           None if value == "-" else bytes.fromhex(value)))
    return sorted(out, key=lambda m: (m.partition, m.offset))


def by_partition(*command):
    lines = run("topic", *command).stdout.decode().splitlines()
    return {int(partition): int(offset) for partition, offset in (line.split("\t") for line in lines)}


def committed(group, name):
    return by_partition("group", group, name)


def ends(name):
    """Behind the last committed message of each partition."""
    return by_partition("ends", name)


def wait_until_read(group, name, seconds=120):
    """Until the group has committed all that is in the topic."""
    end = ends(name)
    wait_for(lambda: all(at >= end[p] for p, at in committed(group, name).items()),
             f"{group} does not come to the end of {name}", seconds)


# ---- records


def varint(n):
    n = (n << 1) ^ (n >> 63)
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def take_varint(b):
    n = shift = i = 0
    while True:
        n |= (b[i] & 0x7F) << shift
        shift += 7
        i += 1
        if b[i - 1] < 0x80:
            return (n >> 1) ^ -(n & 1), b[i:]


def frame(value):
    """A value's fingerprint, count of records, and their bytes."""
    if value[:2] == b"\xc3\x42":
        assert value[2:4] == b"\xc3\x01"
        count, rest = take_varint(value[12:])
        return value[4:12], count, rest
    assert value[:2] == b"\xc3\x01", value[:20]
    return value[2:10], 1, value[10:]


def schemas():
    return {m.key: m.value for m in show("_chatmill_schemas")}


def container(schema, count, records):
    metadata = [(b"avro.schema", schema), (b"avro.codec", b"null")]
    head = b"Obj\x01" + varint(len(metadata))
    for key, value in metadata:
        head += varint(len(key)) + key + varint(len(value)) + value
    return head + varint(0) + b"\0" * 16 + varint(count) + varint(len(records)) + records + b"\0" * 16


def decode(messages):
    """The records of messages, each as (message, record)."""
    known, out = schemas(), []
    by_schema = collections.defaultdict(list)
    for m in messages:
        fingerprint, count, records = frame(m.value)
        by_schema[fingerprint].append((m, count, records))
    for fingerprint, items in by_schema.items():
        schema = known["%016x" % struct.unpack("<Q", fingerprint)[0]]
        whole = container(schema, sum(count for _, count, _ in items), b"".join(r for _, _, r in items))
        lines = run("avro-json", "show", stdin=whole).stdout.splitlines()
        of = [m for m, count, _ in items for _ in range(count)]
        assert len(of) == len(lines)
        out += zip(of, (json.loads(line) for line in lines))
    return out


def records(name):
    return [record for _, record in decode(show(name))]


def same(got, expected):
    text = lambda records: sorted(json.dumps(r, sort_keys=True) for r in records)
    got, expected = text(got), text(expected)
    counts = collections.Counter(got)
    doubled = sum(n - 1 for n in counts.values() if n > 1)
    lost = len(set(expected) - set(got))
    assert got == expected, f"{len(got)} records, {len(expected)} expected: {lost} lost, {doubled} doubled"


MARK_BYTES = 10  # what chatmill-mark appends: a branch, a double, a boolean


def marked(a, b):
    """How many of topic a's records b lacks, and has too many of, as chatmill-mark passes them on; and whether each
    partition of b has them in their order. One record a message."""
    before, after = collections.defaultdict(list), collections.defaultdict(list)
    for name, partitions, end in (a, before, None), (b, after, -2 * MARK_BYTES):
        for line in run("topic", "show", name).stdout.splitlines():
            partition, _, _, _, value = line.split(b"\t")
            partitions[partition].append(value[20:end])
    lost = doubled = 0
    for partition in before.keys() | after.keys():
        counts = collections.Counter(before[partition])
        counts.subtract(after[partition])
        lost += sum(n for n in counts.values() if n > 0)
        doubled -= sum(n for n in counts.values() if n < 0)
    return lost, doubled, before == after, sum(len(values) for values in before.values())


def talk(count, *args):
    return run("talk", "--count", str(count), "--conversations", "20", *args)


def pipe_result(count, *stages):
    data = talk(count).stdout
    for stage in stages:
        data = run(stage, stdin=data).stdout
    return [json.loads(line) for line in run("avro-json", "show", stdin=data).stdout.splitlines()]


# ---- cases

AT_A_TIME = int(os.environ.get("AT_A_TIME", "4"))
cases, said = [], threading.Lock()


def test(f):
    """A case; its name is the sentence that it proves."""
    cases.append(f)
    f.alone = False
    return f


def alone(f):
    """A case that does something to the brokers: after all others."""
    f = test(f)
    f.alone = True
    return f


class Skip(Exception):
    """This machine cannot show it."""


def sentence(f):
    return f.__name__.replace("_", " ")


def run_case(f):
    began, failed, skipped = time.monotonic(), False, ""
    here.running, here.notes = [], []
    try:
        f()
    except Skip as e:
        skipped = f" # SKIP {e}"
    except Exception:
        failed = True
        here.notes += traceback.format_exc().splitlines()
        for p in here.running:
            if p.poll() is None or p.returncode not in (0, -9):
                here.notes += [f"{p.args[0]}: {line}" for line in log_of(p).splitlines()[-8:]]
    for p in here.running:
        if p.poll() is None:
            p.send_signal(signal.SIGCONT)
            kill(p)
        p.log.close()
    with said:
        print("".join(f"# {line}\n" for line in here.notes), end="")
        print(f"{'not ok' if failed else 'ok'} - {sentence(f)}{skipped}")
        print(f"# {time.monotonic() - began:.1f} s", flush=True)
    return failed


@contextlib.contextmanager
def brokers(count=1):
    """So many of them, which all programs started meanwhile talk to; what was made for the cases goes with them."""
    global CLUSTER
    try:
        CLUSTER = Cluster(os.path.join(WORK, "broker"), count)
        try:
            os.environ["CHATMILL_KAFKA_BOOTSTRAP_SERVERS"] = CLUSTER.address
            yield
        finally:
            CLUSTER.close()
    finally:
        shutil.rmtree(WORK)


def cluster():
    return CLUSTER


def main(count=1):
    """Runs the cases named on the command line, or all, against so many brokers; the exit status."""
    wanted = [f for f in cases if not sys.argv[1:] or f.__name__ in sys.argv[1:]]
    if not is_there():
        subprocess.run([os.path.join(TOP, "tests/kafka/setup")], check=False)
    if not is_there():
        for f in wanted:
            print(f"ok - {sentence(f)} # SKIP Kafka could not be had")
        return 0
    with brokers(count):
        os.environ.update({"CHATMILL_KAFKA_" + key: value for key, value in QUICK.items()})
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            failed = sum(pool.map(run_case, [f for f in wanted if not f.alone]))
        failed += sum(run_case(f) for f in wanted if f.alone)
    return 1 if failed else 0
