"""Random schemas of every type, and data for them, from a seed."""

import struct

PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]


class RandomAvro:
    def __init__(self, rng):
        self.rng = rng
        self.names = {}  # full name: schema
        self.open = []  # records whose fields are being made

    def name(self):
        space = self.rng.choice(["", "", "chat.", "a.b."])
        return f"{space}T{len(self.names)}_{self.rng.randrange(1000)}"

    def schema(self, depth=0):
        """A record at the top."""
        if depth == 0:
            return self.record(depth)
        kinds = ["primitive"] * 4 + ["enum", "fixed", "known"]
        if depth < 4:
            kinds += ["record", "array", "map", "union", "union"]
        return getattr(self, self.rng.choice(kinds))(depth)

    def primitive(self, depth):
        kind = self.rng.choice(PRIMITIVES)
        return {"type": kind, "of.others": 1} if self.rng.random() < 0.1 else kind

    def known(self, depth):
        """A type that was defined before, by its name."""
        closed = [name for name in self.names if name not in self.open]
        return self.rng.choice(closed) if closed else "int"

    def enum(self, depth):
        name = self.name()
        symbols = [f"S{i}" for i in range(self.rng.randint(1, 70))]
        self.names[name] = {"type": "enum", "name": name, "symbols": symbols}
        return self.names[name]

    def fixed(self, depth):
        name = self.name()
        self.names[name] = {"type": "fixed", "name": name, "size": self.rng.randint(1, 20)}
        return self.names[name]

    def record(self, depth):
        name = self.name()
        schema = {"type": "record", "name": name, "doc": "…", "fields": []}
        self.names[name] = schema
        self.open.append(name)
        for i in range(self.rng.randint(1 if depth == 0 else 0, 6)):
            field = {"name": f"f{i}", "type": self.schema(depth + 1)}
            if isinstance(field["type"], list) and field["type"][0] == "null":
                field["default"] = None
            elif field["type"] == "int":
                field["default"] = -7
            elif field["type"] == "string":
                field["default"] = "à"
            schema["fields"].append(field)
        if self.rng.random() < 0.3:  # holds itself
            inner = self.rng.choice(
                [["null", name], {"type": "array", "items": name}, {"type": "map", "values": name}]
            )
            schema["fields"].append({"name": "itself", "type": inner})
        self.open.pop()
        return schema

    def array(self, depth):
        return {"type": "array", "items": self.schema(depth + 1)}

    def map(self, depth):
        return {"type": "map", "values": self.schema(depth + 1)}

    def union(self, depth):
        branches = self.rng.sample(PRIMITIVES, self.rng.randint(1, 4))
        if "null" in branches and self.rng.random() < 0.7:
            branches.remove("null")
            branches.insert(0, "null")
        for kind in self.rng.sample(["enum", "fixed", "record", "array", "map"], 2):
            if self.rng.random() < 0.4 and depth < 4:
                branches.append(getattr(self, kind)(depth + 1))
        return branches

    # -- data

    def datum(self, schema, depth=0):
        if isinstance(schema, list):
            branch = schema[0] if depth > 5 else self.rng.choice(schema)
            return self.datum(branch, depth + 1)
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind in self.names:
            return self.datum(self.names[kind], depth)
        rng = self.rng
        if kind == "null":
            return None
        if kind == "boolean":
            return rng.random() < 0.5
        if kind in ("int", "long"):
            bits = 32 if kind == "int" else 64
            return rng.randrange(-(2 ** (bits - 1)), 2 ** (bits - 1)) >> rng.randrange(bits)
        if kind == "float":
            return struct.unpack("f", struct.pack("f", rng.uniform(-1e9, 1e9)))[0]
        if kind == "double":
            return rng.uniform(-1e300, 1e300)
        if kind == "bytes":
            return rng.randbytes(rng.choice([0, 1, 5, 300]))
        if kind == "string":
            return "".join(rng.choice("ab \n\0éß✓😀ع") for _ in range(rng.choice([0, 1, 5, 100])))
        if kind == "enum":
            return rng.choice(schema["symbols"])
        if kind == "fixed":
            return rng.randbytes(schema["size"])
        count = 0 if depth > 5 else rng.choice([0, 1, 2, 5])
        if kind == "array":
            return [self.datum(schema["items"], depth + 1) for _ in range(count)]
        if kind == "map":
            return {f"k{i}": self.datum(schema["values"], depth + 1) for i in range(count)}
        return {f["name"]: self.datum(f["type"], depth + 1) for f in schema["fields"]}
