"""A compose file without an engine: its services as plain processes, with the very commands that it gives them.

What an engine would do for them is done here: variables of the file, names of services, ports, volumes, health, and
the order of beginning. Ports become free ones of 127.0.0.1, volumes folders of our own.
"""
import glob, os, re, signal, socket, subprocess, time, urllib.request

import yaml

from broker import JAVA, TOP, free_ports

KAFKA_IMAGE, REGISTRY_IMAGE, STAGE_PORT = "apache/kafka:", "apicurio/apicurio-registry-", 9400


def interpolate(value, variables):
    """${NAME:-default}, as the specification of compose files has it."""
    if isinstance(value, dict):
        return {k: interpolate(v, variables) for k, v in value.items()}
    if isinstance(value, list):
        return [interpolate(v, variables) for v in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda m: variables.get(m[1]) or m[2] or "", value)


def load(path, variables={}):
    with open(path) as f:
        return interpolate(yaml.safe_load(f), variables)


def topics_of(words, option):
    """Topics behind --in or --out of a command line."""
    found = [value for name, value in zip(words, words[1:]) if name == option and value.startswith("kafka:")]
    return [topic for value in found for topic in value.removeprefix("kafka:").split("?")[0].split(",")]


def stages_of(composition):
    """Services that are stages, by their names."""
    return {name: s for name, s in composition["services"].items()
            if "--in" in s.get("command", []) or "--out" in s.get("command", [])}


def complaints(composition):
    """What keeps a record from its way: from a stage that reads no topic to one that writes none."""
    stages, out = stages_of(composition), []
    reads = {name: topics_of(s["command"], "--in") for name, s in stages.items()}
    writes = {name: topics_of(s["command"], "--out") for name, s in stages.items()}
    written = {t for ts in writes.values() for t in ts}
    read = {t for ts in reads.values() for t in ts}
    out += [f'nothing writes "{t}", which {name} reads' for name, ts in reads.items() for t in ts if t not in written]
    out += [f'nothing reads "{t}", which {name} writes' for name, ts in writes.items() for t in ts if t not in read]
    made = composition["services"].get("topics", {}).get("command", [])
    out += [f'"{t}" is not made by the service topics' for t in sorted(read | written) if t not in made]
    if not any(not r for r in reads.values()):
        out.append("no service brings anything in")
    if not any(not w for w in writes.values()):
        out.append("no service takes anything out")
    for name, s in composition["services"].items():
        out += [f'{name} waits for "{other}", which is not there' for other in s.get("depends_on", {})
                if other not in composition["services"]]
    return out


class Deployment:
    """The services of a composition, running. mounts: "/exports" -> a folder, for what is bound from outside."""

    def __init__(self, composition, folder, bin, mounts):
        self.services, self.folder, self.bin = composition["services"], folder, bin
        self.mounts = mounts
        self.processes, self.logs, self.ports = {}, {}, {}
        os.makedirs(folder)

    # ---- what stands for what

    def port(self, service, number):
        key = (service, int(number))
        if key not in self.ports:
            self.ports[key] = free_ports(1)[0]
        return self.ports[key]

    def path(self, service, target):
        """The folder that stands for a volume of the service."""
        for volume in self.services[service].get("volumes", []):
            source, at = volume.split(":")[:2]
            if at == target:
                return self.mounts.get(target) or os.path.join(self.folder, "volume-" + re.sub(r"\W+", "-", source))
        raise KeyError(target)

    def here(self, service, text):
        """A word of the service's command or environment, as it is on this machine."""
        hosts = "|".join(map(re.escape, self.services))
        text = re.sub(rf"\b({hosts}):(\d+)", lambda m: f"127.0.0.1:{self.port(m[1], m[2])}", text)
        text = re.sub(r"(^|//)(?:localhost)?:(\d+)", lambda m: f"{m[1]}127.0.0.1:{self.port(service, m[2])}", text)
        for volume in self.services[service].get("volumes", []):
            target = volume.split(":")[1]
            text = re.sub(rf"(?<![\w./]){re.escape(target)}(?=[/]|$)", lambda m: self.path(service, target), text)
        return text

    # ---- beginning and end

    def spawn(self, name, command, environment, cwd=None):
        self.logs[name] = os.path.join(self.folder, f"{name}.log")
        with open(self.logs[name], "ab") as log:
            self.processes[name] = subprocess.Popen(command, env={**os.environ, **environment}, cwd=cwd or self.folder,
                                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self, name):
        """Begins a service once all that it depends on is as it asks."""
        for other, wanted in dict(self.services[name].get("depends_on", {})).items():
            if other not in self.processes:
                self.start(other)
            if wanted["condition"] == "service_healthy":
                self.wait_until_healthy(other)
            elif wanted["condition"] == "service_completed_successfully":
                assert self.processes[other].wait(60) == 0, self.log(other)
        service = self.services[name]
        for volume in service.get("volumes", []):
            os.makedirs(self.path(name, volume.split(":")[1]), exist_ok=True)
        environment = {k: self.here(name, str(v)) for k, v in service.get("environment", {}).items()}
        if service["image"].startswith(KAFKA_IMAGE):
            self.start_broker(name, environment)
            return
        if service["image"].startswith(REGISTRY_IMAGE):
            self.start_registry(name, environment)
            return
        command = [self.here(name, str(word)) for word in service["command"]]
        self.spawn(name, [os.path.join(self.bin, "chatmill"), *command], environment)

    def start_broker(self, name, environment):
        """As the image does it: KAFKA_LOG_DIRS is log.dirs, and storage is formatted first."""
        config = os.path.join(self.folder, "server.properties")
        with open(config, "w") as f:
            for key, value in environment.items():
                if key.startswith("KAFKA_") and key != "KAFKA_HEAP_OPTS":
                    print(key.removeprefix("KAFKA_").lower().replace("_", "."), value, sep="=", file=f)
        libs = os.path.join(TOP, "build/kafka/libs/*")
        subprocess.run(JAVA + ["-Xmx128m", "-cp", libs, "kafka.tools.StorageTool", "format", "--ignore-formatted", "-t",
                               environment["CLUSTER_ID"], "-c", config], check=True, capture_output=True, timeout=60)
        self.spawn(name, JAVA + [environment["KAFKA_HEAP_OPTS"], "-Dlog4j2.configurationFile=" +
                                 os.path.join(TOP, "tests/kafka/log4j2.properties"), "-cp", libs, "kafka.Kafka", config], {})

    def start_registry(self, name, environment):
        """Apicurio that keeps schemas in memory stands for the one that keeps them in topics: its API is the same."""
        jar, = glob.glob(os.path.join(TOP, "build/apicurio/*runner.jar"))
        self.spawn(name, JAVA + ["-Xmx256m", "-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={self.port(name, 8080)}",
                                 "-Dquarkus.log.level=WARN", "-jar", jar], environment)

    def wait_until_healthy(self, name, seconds=60):
        end = time.monotonic() + seconds
        while not self.is_healthy(name):
            assert self.processes[name].poll() is None, f"{name} has ended:\n{self.log(name)}"
            assert time.monotonic() < end, f"{name} is not healthy:\n{self.log(name)}"
            time.sleep(0.1)

    def is_healthy(self, name):
        """By what its check asks: a port (nc), or, of a stage, what the image's check asks."""
        test = self.services[name].get("healthcheck", {}).get("test")
        if test is not None:
            assert test[:3] == ["CMD", "nc", "-z"], test
            try:
                socket.create_connection(("127.0.0.1", self.port(name, test[4])), 1).close()
                return True
            except OSError:
                return False
        try:
            return self.ask(name, "/readyz") == "ready\n"
        except OSError:
            return False

    def ask(self, name, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port(name, STAGE_PORT)}{path}", timeout=5) as answer:
            return answer.read().decode()

    def log(self, name):
        with open(self.logs[name], errors="replace") as f:
            return f.read()[-3000:]

    def stop(self, *names):
        """As an engine stops them, all at once: exit statuses by name."""
        for name in names:
            self.processes[name].send_signal(signal.SIGTERM)
        return {name: self.processes[name].wait(30) for name in names}

    def kill(self):
        for p in self.processes.values():
            if p.poll() is None:
                p.kill()
            p.wait()
