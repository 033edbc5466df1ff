"""resolve.py AVRO-RESOLVE AVRO-C [COUNT]: random schemas, and readers' schemas made of them, between
fastavro and us: the same canonical form, fingerprint and resolved data; which avro-c reads. Prints
TAP."""

import copy
import io
import json
import math
import random
import subprocess
import sys

import fastavro
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form
from random_avro import RandomAvro

COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
NUMBERS = ["int", "long", "float", "double"]
PROMOTIONS = {
    "int": ["long", "float", "double"],
    "long": ["float", "double"],
    "float": ["double"],
    "string": ["bytes"],
}
ADDED = [("int", 5), ("string", "é"), (["null", "int"], None), ({"type": "array", "items": "long"}, [1, 2])]


class Reader:
    """A schema that should read what a writer wrote with `schema`."""

    def __init__(self, rng):
        self.rng = rng

    def of(self, schema, in_union=False):
        rng = self.rng
        if isinstance(schema, list):
            branches = [self.of(branch, True) for branch in schema]
            # fastavro takes the first branch that promotes, we (and Java) first look for the same
            # type: where the narrow come first, that is the same.
            named = [branch for branch in branches if branch not in NUMBERS]
            if not any(isinstance(branch, dict) for branch in branches):
                named = self.shuffled(named)
            return named + [number for number in NUMBERS if number in branches]
        if isinstance(schema, str):
            if schema in PROMOTIONS and not in_union and rng.random() < 0.3:
                return rng.choice(PROMOTIONS[schema])
            if schema in PROMOTIONS and not in_union and rng.random() < 0.1:
                return ["null", schema]
            return schema
        schema = copy.copy(schema)
        kind = schema["type"]
        if kind == "array":
            schema["items"] = self.of(schema["items"])
        elif kind == "map":
            schema["values"] = self.of(schema["values"])
        elif kind == "enum":
            schema["symbols"] = self.shuffled(schema["symbols"])
            if rng.random() < 0.3:
                schema["symbols"] = schema["symbols"][: rng.randint(1, len(schema["symbols"]))]
                schema["default"] = schema["symbols"][0]
        elif kind == "record":
            schema["fields"] = self.fields(schema["fields"])
        return schema

    def shuffled(self, items):
        return self.rng.sample(items, len(items))

    def fields(self, fields):
        """In order still, as a type has to be defined before it is used; without defaults, which
        may fit no more."""
        rng, made = self.rng, []
        for field in fields:
            if rng.random() < 0.2:
                kind, default = rng.choice(ADDED)
                made.append({"name": f"added{len(made)}", "type": kind, "default": default})
            new = {"name": field["name"], "type": self.of(field["type"])}
            if rng.random() < 0.1:
                new = {"name": "re" + new["name"], "aliases": [new["name"]], "type": new["type"]}
            if isinstance(new["type"], str) and rng.random() < 0.1:
                continue
            made.append(new)
        plain = [f for f in made if isinstance(f["type"], str)]
        if len(plain) > 1 and rng.random() < 0.5:  # to the end: a name may be one defined above
            made.remove(plain[0])
            made.append(plain[0])
        return made


def promotes_both_ways(schema):
    """Whether a union holds string and bytes."""
    if isinstance(schema, list):
        return {"string", "bytes"} <= {b for b in schema if isinstance(b, str)} or any(
            map(promotes_both_ways, schema)
        )
    if isinstance(schema, dict):
        parts = [f["type"] for f in schema.get("fields", [])]
        parts += [schema[key] for key in ("items", "values") if key in schema]
        return any(map(promotes_both_ways, parts))
    return False


def encoded(schema, datum):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, datum)
    return out.getvalue()


def decoded(data, writer, reader=None):
    return fastavro.schemaless_reader(io.BytesIO(data), writer, reader, return_record_name=True)


def same(ours, theirs):
    """fastavro does not round an int that becomes a float to one."""
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=2**-24)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


def cases():
    for seed in range(COUNT):
        made = RandomAvro(random.Random(seed))
        writer = made.schema()
        reader = Reader(random.Random(seed)).of(writer)
        if promotes_both_ways(writer):
            continue
        try:
            parsed = parse_schema(copy.deepcopy(writer))
        except fastavro.schema.UnknownType:
            continue  # a name without a namespace, within one: no schema
        yield seed, writer, reader, encoded(parsed, made.datum(writer))


class Program:
    """A line in, a line out."""

    def __init__(self, path):
        self.pipe = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        print(*words, sep="\t", file=self.pipe.stdin, flush=True)
        return self.pipe.stdout.readline().rstrip("\n").split("\t")


def main():
    ours, avro_c = Program(sys.argv[1]), Program(sys.argv[2])
    canonical, fingerprints, data, oracle, count = [], [], [], [], 0
    for seed, writer, reader, datum in cases():
        count += 1
        form, crc, resolved = ours.ask(json.dumps(writer), json.dumps(reader), datum.hex())
        theirs = to_parsing_canonical_form(parse_schema(copy.deepcopy(writer)))
        if form != theirs:
            canonical.append(f"seed {seed}: {form} is not {theirs}")
        elif crc != bytes.fromhex(fingerprint(theirs, "CRC-64-AVRO"))[::-1].hex():
            fingerprints.append(f"seed {seed}: {crc}")
        want = decoded(datum, writer, reader)
        if resolved.startswith("!") or not same(decoded(bytes.fromhex(resolved), reader), want):
            data.append(f"seed {seed}: {resolved} is not {want}")
        elif '"itself"' not in json.dumps(reader):  # avro-c may crash
            (again,) = avro_c.ask(json.dumps(reader), resolved)
            if again == "!Couldn't expand array":  # of empty records: avro-c cannot
                continue
            if again.startswith("!") or not same(decoded(bytes.fromhex(again), reader), want):
                oracle.append(f"seed {seed}: {again} is not {resolved}")
    passed = report("canonical forms are fastavro's", canonical, count)
    passed = report("fingerprints are fastavro's", fingerprints, count) and passed
    passed = report("data is resolved as fastavro does", data, count) and passed
    return report("avro-c reads what was resolved", oracle, count) and passed


def report(what, failures, count):
    print(f"{'not ok' if failures else 'ok'} - {what} ({count} schemas)")
    for failure in failures[:20]:
        print("#", failure[:2000])
    return not failures


sys.exit(0 if main() else 1)
