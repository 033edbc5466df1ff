"""Kafka brokers of our own: formatted, started, stopped, killed; on ports that were free."""
import glob, os, shutil, signal, socket, subprocess, time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JAVA = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]

# Sessions and transactions of the dead end within seconds where a client asks for it.
PROPERTIES = """process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{secure}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL
inter.broker.listener.name=PLAINTEXT
log.dirs={folder}/data
default.replication.factor={copies}
min.insync.replicas={least}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={least}
transaction.state.log.num.partitions=4
transaction.abort.timed.out.transaction.cleanup.interval.ms=200
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
broker.session.timeout.ms=6000
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=8388608
"""


# For those who come with a certificate, and for those who come with a password.
SECURE = """ssl.keystore.type=PEM
ssl.keystore.location={folder}/broker.both
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
listener.name.ssl.ssl.client.auth=required
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  user_ada="countess";
"""


def make_certificates(folder):
    """ca.pem, and of broker and client NAME.key, NAME.pem, and NAME.both of the two."""

    def openssl(*args, stdin=b""):
        subprocess.run(["openssl", *args], input=stdin, cwd=folder, check=True, capture_output=True)

    key = ["-newkey", "rsa:2048", "-nodes"]
    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
    with open(os.path.join(folder, "names"), "w") as f:
        f.write("subjectAltName=IP:127.0.0.1")
    for name in "broker", "client":
        openssl("req", *key, "-subj", f"/CN={name}", "-keyout", name + ".key", "-out", name + ".asked")
        openssl("x509", "-req", "-in", name + ".asked", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "names", "-out", name + ".pem")
        with open(os.path.join(folder, name + ".both"), "wb") as both:
            for part in name + ".key", name + ".pem":
                with open(os.path.join(folder, part), "rb") as f:
                    both.write(f.read())


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def java(*args):
    libs = os.path.join(TOP, "build/kafka/libs/*")
    subprocess.run(JAVA + ["-Xmx128m", "-cp", libs, *args], check=True, capture_output=True, timeout=60)


class Broker:
    """One node, also of a cluster: voters names the controllers of all. A single one has secure ports, too."""

    def __init__(self, folder, node=1, ports=None, voters=None, copies=1):
        self.folder = folder
        self.process = None
        self.port, controller = ports or free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        os.makedirs(folder)
        self.config = os.path.join(folder, "server.properties")
        self.tls, self.sasl = free_ports(2)
        secure = copies == 1 and shutil.which("openssl") is not None
        if secure:
            make_certificates(folder)
        listeners = f",SSL://127.0.0.1:{self.tls},SASL_SSL://127.0.0.1:{self.sasl}" if secure else ""
        with open(self.config, "w") as f:
            f.write((SECURE.format(folder=folder) if secure else "") + PROPERTIES.format(node=node, voters=voters or f"1@127.0.0.1:{controller}", controller=controller,
                                      port=self.port, secure=listeners, folder=folder, copies=copies, least=min(copies, 2)))
        java("kafka.tools.StorageTool", "format", "-t", "Q2hhdG1pbGwtdGVzdC0wMQ", "-c", self.config)

    def begin(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                JAVA + ["-Xms64m", "-Xmx400m",
                        "-Dlog4j2.configurationFile=" + os.path.join(TOP, "tests/kafka/log4j2.properties"),
                        "-cp", os.path.join(TOP, "build/kafka/libs/*"), "kafka.Kafka", self.config],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)

    def wait(self):
        end = time.monotonic() + 90
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < end, "the broker does not start"
                time.sleep(0.1)

    def start(self):
        self.begin()
        self.wait()

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)


class Cluster:
    """So many brokers; with three, each topic has three copies, of which two must have a message."""

    def __init__(self, folder, count=1):
        ports = free_ports(2 * count)
        pairs = [ports[2 * i : 2 * i + 2] for i in range(count)]
        voters = ",".join(f"{i + 1}@127.0.0.1:{pair[1]}" for i, pair in enumerate(pairs))
        self.brokers = []
        try:
            for i, pair in enumerate(pairs):
                self.brokers.append(Broker(os.path.join(folder, str(i + 1)), i + 1, pair, voters, min(count, 3)))
            for broker in self.brokers:
                broker.begin()
            for broker in self.brokers:
                broker.wait()
        except BaseException:
            self.close()
            raise
        self.address = ",".join(broker.address for broker in self.brokers)

    def close(self):
        for broker in self.brokers:
            broker.go_on()
            broker.kill()


def is_there():
    return bool(glob.glob(os.path.join(TOP, "build/kafka/libs/kafka_2.13-*.jar")))
