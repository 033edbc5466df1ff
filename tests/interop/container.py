"""container.py RECODE [AVRO_TOOLS_JAR]: containers of random schemas and data go between fastavro,
Java and us (RECODE), with every codec, and must hold the same records at the end. Prints TAP."""

import io
import os
import random
import subprocess
import sys
import tempfile

import fastavro
from random_avro import RandomAvro

CODECS = ["null", "deflate", "snappy", "zstandard"]
SEEDS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181, 6765, 10946]


def cases():
    """seed, schema, records"""
    for seed in SEEDS:
        made = RandomAvro(random.Random(seed))
        schema = made.schema()
        yield seed, schema, [made.datum(schema) for _ in range(40)]


def written(schema, records, codec):
    out = io.BytesIO()
    fastavro.writer(out, schema, records, codec=codec, sync_interval=1000)
    return out.getvalue()


def read(container):
    reader = fastavro.reader(io.BytesIO(container), return_record_name=True)
    return list(reader), reader.codec


def recoded(container, codec, seed):
    rng = random.Random(seed)
    done = subprocess.run(
        [sys.argv[1], codec, str(rng.choice([1, 7, 1000])), str(rng.choice([13, 1000, 1 << 20]))],
        input=container,
        capture_output=True,
    )
    if done.returncode != 0:
        raise ValueError(done.stderr.decode())
    return done.stdout


def report(what, failures, count):
    print(f"{'not ok' if failures else 'ok'} - {what}")
    print(f"# {count} containers")
    for failure in failures[:20]:
        print("#", failure)
    return not failures


def with_fastavro():
    failures, count = [], 0
    for seed, schema, records in cases():
        want, _ = read(written(schema, records, "null"))
        for theirs in CODECS:
            container = written(schema, records, theirs)
            for ours in CODECS:
                count += 1
                try:
                    got, codec = read(recoded(container, ours, seed))
                    if got != want or codec != ours:
                        failures.append(f"seed {seed}, {theirs} to {ours}: other records")
                except Exception as e:
                    failures.append(f"seed {seed}, {theirs} to {ours}: {e!r}")
    return report("fastavro and we read each other's containers", failures, count)


def with_java(jar):
    failures, want = [], {}
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = f"{folder}/ours", f"{folder}/theirs"
        os.mkdir(ours)
        os.mkdir(theirs)
        for seed, schema, records in cases():
            for codec in CODECS:
                container = recoded(written(schema, records, "null"), codec, seed)
                want[f"{seed}-{codec}.avro"] = read(container)[0]
                with open(f"{ours}/{seed}-{codec}.avro", "wb") as file:
                    file.write(container)
        here = os.path.dirname(os.path.abspath(__file__))
        done = subprocess.run(
            ["java", "-cp", jar, f"{here}/Recode.java", ours, theirs], capture_output=True
        )
        failures += [line for line in done.stderr.decode().splitlines() if ".avro: " in line]
        for name, records in want.items():
            try:
                with open(f"{theirs}/{name}", "rb") as file:
                    container = file.read()
                if read(recoded(container, "null", 1))[0] != records:
                    failures.append(f"{name}: other records")
            except Exception as e:
                failures.append(f"{name}: {e!r}")
        if failures:
            failures += done.stderr.decode().splitlines()[:5]
    return report("Java's avro-tools and we read each other's containers", failures, len(want))


passed = with_fastavro()
if len(sys.argv) > 2:
    passed = with_java(sys.argv[2]) and passed
else:
    print("ok - Java's avro-tools and we read each other's containers # SKIP no avro-tools")
sys.exit(0 if passed else 1)
