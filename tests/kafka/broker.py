"""One Kafka broker of our own: formatted, started, stopped, killed; on ports that were free."""
import glob, os, signal, socket, subprocess, time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JAVA = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]

PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=8388608
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Broker:
    def __init__(self, folder):
        self.folder = folder
        self.port, controller = free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        self.libs = os.path.join(TOP, "build/kafka/libs/*")
        os.makedirs(folder)
        self.config = os.path.join(folder, "server.properties")
        with open(self.config, "w") as f:
            f.write(PROPERTIES.format(controller=controller, port=self.port, folder=folder))
        self.java("kafka.tools.StorageTool", "format", "-t", "Q2hhdG1pbGwtdGVzdC0wMQ", "-c", self.config)
        self.start()

    def java(self, *args):
        subprocess.run(JAVA + ["-Xmx128m", "-cp", self.libs, *args], check=True, capture_output=True, timeout=60)

    def start(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                JAVA + ["-Xms64m", "-Xmx400m",
                        "-Dlog4j2.configurationFile=" + os.path.join(TOP, "tests/kafka/log4j2.properties"),
                        "-cp", self.libs, "kafka.Kafka", self.config],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < end, "the broker does not start"
                time.sleep(0.1)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)


def is_there():
    return bool(glob.glob(os.path.join(TOP, "build/kafka/libs/kafka_2.13-*.jar")))
