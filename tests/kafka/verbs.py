"""The verbs of chatmill that know Kafka, on a real broker."""
from cases import *

# ---- topics


def topics(what, composition, *args, status=0):
    return run(os.path.join(BIN, "chatmill"), "topics", what, composition, *args, status=status)


@test
def topics_are_made_once_and_what_is_not_as_it_should_be_is_said():
    n = f"v{next(names)}"
    composition = f"fetch x | parse --group {n} | mark | sink jsonl"
    wanted = [f"{n}raw", f"{n}raw.dead", f"{n}.{n}raw.changelog", f"{n}messages", f"{n}messages.dead", f"{n}marked",
              f"{n}marked.dead", "_chatmill_schemas"]
    os.environ["PATH"] = f"{TOOLS}:{os.environ['PATH']}" if TOOLS not in os.environ["PATH"] else os.environ["PATH"]
    args = [composition, f"{n}raw", f"{n}messages", f"{n}marked", "--partitions", "3"]
    absent = topics("check", *args, status=1).stderr.decode()
    for name in wanted[:-1]:
        assert f'there is no topic "{name}"' in absent, absent
    made = [line.split()[:2] for line in topics("create", *args).stdout.decode().splitlines()]
    assert [name for _, name in made] == wanted, made
    assert [how for how, _ in made[:-1]] == ["made"] * 7, made
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
