"""Schemas by the numbers of a registry: one of our own, which does as it is told, and Apicurio."""
import base64, http.server, glob, urllib.error

from broker import JAVA, free_ports
from cases import *

KIND = "application/vnd.schemaregistry.v1+json"


class Registry:
    """Confluent's API, as far as chatmill needs it. down: it is not able; refuses: subjects whose schemas it refuses."""

    def __init__(self):
        self.schemas, self.asked, self.down, self.refuses, self.wants = [], [], False, set(), None
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                body = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", KIND)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do(self, body=None):
                registry.asked.append(self.path)
                if registry.down:
                    return self.answer(503, {"error_code": 50003, "message": "forwarding failed"})
                if registry.wants and self.headers.get("Authorization") != registry.wants:
                    return self.answer(401, {"error_code": 401, "message": "who are you"})
                path = self.path.strip("/").split("/")
                if path[:2] == ["schemas", "ids"]:
                    known = int(path[2]) <= len(registry.schemas)
                    return self.answer(200 if known else 404, {"schema": registry.schemas[int(path[2]) - 1][1]} if known else {})
                entry = (path[1], body and body["schema"])
                if path[1] in registry.refuses and path[2:] == ["versions"]:
                    return self.answer(409, {"error_code": 409, "message": "the field \"x\" has no default"})
                if path[2:] == ["versions"] and entry not in registry.schemas:
                    registry.schemas.append(entry)
                if entry in registry.schemas:
                    return self.answer(200, {"subject": path[1], "id": registry.schemas.index(entry) + 1})
                return self.answer(404, {"error_code": 40401, "message": "no such subject"})

            def do_GET(self):
                self.do()

            def do_POST(self):
                assert self.headers["Content-Type"] == KIND, self.headers
                self.do(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def subjects(self):
        return [subject for subject, _ in self.schemas]


def numbered(messages, schema_of):
    """The records of messages with a registry's frames."""
    out, by_number = [], collections.defaultdict(list)
    for m in messages:
        assert m.value[0] == 0, m.value[:12]
        by_number[struct.unpack(">I", m.value[1:5])[0]].append(m.value[5:])
    for number, values in by_number.items():
        whole = container(schema_of(number).encode(), len(values), b"".join(values))
        out += [json.loads(line) for line in run("avro-json", "show", stdin=whole).stdout.splitlines()]
    return out


@test
def records_have_the_number_of_their_schema_in_the_registry_and_are_read_by_it():
    registry, a, b, c = Registry(), topic(), topic(), topic()
    registry.wants = "Basic " + base64.b64encode(b"mill:grist").decode()
    args = ["--registry", registry.url + "/", "--registry-user", "mill"]
    env = {"CHATMILL_REGISTRY_PASSWORD": "grist"}
    run("talk", "--count", "1000", "--conversations", "20", "--out", f"kafka:{a}", *args, env=env)
    talk(100, "fingerprints", "--out", f"kafka:{a}")  # both frames in one topic
    p = start("mark", "--in", f"kafka:{a}", "--out", f"kafka:{b}?pack=block", "--group", a, *args, env=env)
    q = start("mark", "--in", f"kafka:{b}", "--out", f"kafka:{c}", "--group", b, *args, env=env)
    wait_until_read(a, a)
    wait_until_read(b, b)
    stop(p, q)
    assert sorted(registry.subjects()) == sorted(f"{t}-value" for t in (a, b, c)), registry.subjects()
    got = numbered(show(c), lambda number: registry.schemas[number - 1][1])
    first = [m for m in show(a) if m.value[0] == 0]
    assert len(first) == 1000 and len(got) == 1100
    same([r for r in got if r["text"] != "fingerprints"], pipe_result(1000, "mark"))
    looked_up = [path for path in registry.asked if path.startswith("/schemas/")]
    assert len(looked_up) == 2, looked_up  # once by each of two processes
    said = run("talk", "--out", f"kafka:{a}", *args, status=1).stderr.decode()
    assert "answers 401 (not allowed): who are you" in said, said


@test
def subjects_are_named_as_one_wants_them():
    registry, a = Registry(), topic()
    for subjects in "record", "topic-record":
        run("talk", "--count", "1", "--out", f"kafka:{a}", "--registry", registry.url, "--registry-subjects", subjects)
    assert registry.subjects() == ["chatmill.Message", f"{a}-chatmill.Message"], registry.subjects()


@test
def a_schema_that_the_registry_refuses_stops_the_stage_before_its_first_record():
    registry, a, b = Registry(), topic(), topic()
    registry.refuses = {f"{a}-value", f"{b}-value"}
    said = run("talk", "--out", f"kafka:{a}", "--registry", registry.url, status=1).stderr.decode()
    assert f'refuses the schema for "{a}-value": it is not compatible with those before it: the field "x"' in said, said
    assert show(a) == []
    talk(10, "--out", f"kafka:{a}")
    p = start("mark", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", a, "--registry", registry.url)
    assert p.wait(60) == 1, log_of(p)
    assert f'refuses the schema for "{b}-value"' in log_of(p) and show(b) == [] and show(a + ".dead") == []


@test
def a_registry_that_is_away_is_waited_for_and_nothing_is_refused():
    registry, a, b = Registry(), topic(), topic()
    run("talk", "--count", "200", "--conversations", "20", "--out", f"kafka:{a}", "--registry", registry.url)
    registry.down = True
    args = ["--registry", registry.url, "--metrics", "127.0.0.1:0"]
    p = start("mark", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", a, *args)
    q = start("talk", "--count", "100", "--out", f"kafka:{b}", *args[:2])
    wait_for(lambda: "event=endpoint_down" in log_of(p) and "event=endpoint_down" in log_of(q), "nobody misses it")
    assert metrics_of(p)["chatmill_ready"] == 0
    registry.down = False
    wait_until_read(a, a)
    assert q.wait(60) == 0, log_of(q)
    wait_for(lambda: metrics_of(p)["chatmill_ready"] == 1, "it is not ready again")
    stop(p)
    assert len(numbered([m for m in show(b)], lambda number: registry.schemas[number - 1][1])) == 300
    assert show(a + ".dead") == []


@test
def a_number_that_the_registry_does_not_know_is_a_dead_letter():
    registry, a, b = Registry(), topic(1), topic(1)
    run("topic", "put", a, stdin=b"6b 0000000063ffff\n6b 0000000063ffff\n")
    p = start("mark", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", a, "--registry", registry.url)
    wait_until_read(a, a)
    stop(p)
    letters = records(a + ".dead")
    assert len(letters) == 2 and all(r["dead_letter"]["reason"].endswith("has no schema 99") for r in letters), letters
    assert len(registry.asked) == 1, registry.asked


class Apicurio:
    """Kept in memory; ready within some seconds."""

    def __init__(self):
        jar, = glob.glob(os.path.join(TOP, "build/apicurio/*runner.jar"))
        port, = free_ports(1)
        self.url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
        self.log = tempfile.TemporaryFile(dir=WORK)
        self.process = subprocess.Popen(
            JAVA + ["-Xmx256m", "-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={port}", "-Dquarkus.log.level=WARN",
                    "-jar", jar], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, cwd=WORK)
        self.process.log = self.log
        here.running.append(self.process)
        wait_for(self.answers, "the registry does not start", 90)

    def answers(self):
        assert self.process.poll() is None, log_of(self.process)
        try:
            return self.ask("GET", "/config")
        except OSError:
            return False

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, body and json.dumps(body).encode(), {"Content-Type": KIND}, method=method)
        return json.loads(urllib.request.urlopen(request, timeout=10).read())


def apicurio_takes_what_fits_and_refuses_what_does_not():
    registry, a, b, c = Apicurio(), topic(), topic(), topic()
    registry.ask("PUT", "/config", {"compatibility": "BACKWARD"})
    args = ["--registry", registry.url]
    run("talk", "--count", "500", "--conversations", "20", "--out", f"kafka:{a}", *args)
    p = start("mark", "--in", f"kafka:{a}", "--out", f"kafka:{b}", "--group", a, *args)
    wait_until_read(a, a)
    stop(p)
    schema_of = lambda number: registry.ask("GET", f"/schemas/ids/{number}")["schema"]
    same(numbered(show(b), schema_of), pipe_result(500, "mark"))
    # Messages with a field more may follow them.
    p = start("mark", "--in", f"kafka:{b}", "--out", f"kafka:{a}", "--group", b, *args)
    wait_until_read(b, b)
    stop(p)
    assert registry.ask("GET", f"/subjects/{a}-value/versions") == [1, 2]
    other = {"type": "record", "name": "Message", "namespace": "chatmill", "fields": [{"name": "other", "type": "int"}]}
    registry.ask("POST", f"/subjects/{c}-value/versions", {"schema": json.dumps(other)})
    said = run("talk", "--out", f"kafka:{c}", *args, status=1).stderr.decode()
    assert f'refuses the schema for "{c}-value": it is not compatible with those before it' in said, said
    assert show(c) == []


if os.path.exists(os.path.join(TOP, "build/apicurio/.whole")) or \
        subprocess.run([os.path.join(TOP, "tests/kafka/setup-registry")], check=False).returncode == 0:
    test(apicurio_takes_what_fits_and_refuses_what_does_not)
else:
    print(f"ok - {sentence(apicurio_takes_what_fits_and_refuses_what_does_not)} # SKIP Apicurio could not be had")
