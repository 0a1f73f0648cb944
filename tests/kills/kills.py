#!/usr/bin/env python3
"""Kills redite, fills its disk and breaks its reads, and checks what is left.

    kills.py REDITE [--short] [--kills N] [--mb N] [--seed N] [--work DIR]

After every kill: the input is untouched; every output is absent or whole (byte for byte that of an undisturbed run);
where a cleaned file is, the record of what was removed is, too; whatever else is left stands in folders named
`.redite-partial-*`. Every tenth run goes on undisturbed from what the kills before it left, and must give the same bytes
and leave no such folder.

1. Random moments: kill -9, spread evenly over the time that the command takes. A kill counts if the process was alive.
2. System calls (strace): kill -9 at the first, second, third, ... rename, fsync, mkdir and unlink.
3. Order (strace): what is renamed was synced after its last write; the record of what was removed is renamed before all
   cleaned files, and its folder synced in between; the folders of all files are synced at the end.
4. Full disk: a limit on file sizes at random, and a small tmpfs where the script may mount one: exit code 2, no output.
5. Read errors (strace): the n-th read of the input fails: exit code 2 or 3, no output but whole ones.
6. Another user, where the script is root: unreadable inputs, an output folder that is not theirs.
7. An index: `clean --index --update`, with `--resume`, `index add`, `compact` and `expire` are killed at random moments and at system calls, and have no disk left. Then the
   index is the last commit or the next one, whole; if it is the next one, so is all output; and going on gives the same bytes.

Only the standard library is needed. Without strace, parts 2, 3 and 5 are left out, and said to be.
"""
import argparse, gzip, hashlib, json, os, random, re, resource, shutil, signal, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLE = os.path.join(HERE, "..", "data", "sample", "articles.jsonl")
PARTIAL = ".redite-partial-"


def make_inputs(folder, mb, seed):
    """A file of about `mb` MB of articles with repeats, and a folder of the same kind in several formats."""
    rng = random.Random(seed)
    texts = [json.loads(line)["text"] for line in open(SAMPLE, encoding="utf-8")]
    sentences = [s.strip() + "." for text in texts for s in re.split(r"(?<=[.!?])\s+", text) if len(s) > 30]
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choice(letters) for _ in range(rng.randrange(3, 11))) for _ in range(50_000)]
    said = []

    def article():
        out = []
        for _ in range(rng.randrange(3, 12)):
            if said and rng.random() < 0.25:
                s = rng.choice(said)
                if rng.random() < 0.5:
                    parts = s.split()
                    parts[rng.randrange(len(parts))] = rng.choice(words)
                    s = " ".join(parts)
            else:
                s = " ".join(rng.choice(words) for _ in range(rng.randrange(8, 30))) + "."
                if rng.random() < 0.05:
                    s = rng.choice(sentences)
                if len(said) < 20000:
                    said.append(s)
            out.append(s)
        return " ".join(out) if rng.random() < 0.7 else "\n\n".join(out)

    def write(path, size):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with (gzip.open if path.endswith(".gz") else open)(path, "wb") as out:
            done = 0
            while done < size:
                # detecting the language of random letters would take most of the time
                record = {"id": rng.randrange(1 << 40), "lang": "en", "text": article()}
                line = json.dumps(record).encode() + b"\n"
                out.write(line)
                done += len(line)

    write(f"{folder}/one/in.jsonl", mb * 1_000_000)
    for i in range(4):
        write(f"{folder}/many/part-{i}.jsonl", mb * 200_000)
    write(f"{folder}/many/deep/er/part.jsonl.gz", mb * 100_000)
    for i in range(20):
        path = f"{folder}/many/deep/{i}.txt"
        open(path, "w", encoding="utf-8").write("\n\n".join(article() for _ in range(20)))


def files(folder):
    """Every file below a folder that is not in a folder of unfinished ones, with its digest; and those folders."""
    found, partial = {}, []
    for root, folders, names in os.walk(folder):
        partial += [os.path.join(root, f) for f in folders if f.startswith(PARTIAL)]
        folders[:] = [f for f in folders if not f.startswith(PARTIAL)]
        for name in names:
            path = os.path.join(root, name)
            found[os.path.relpath(path, folder)] = hashlib.md5(open(path, "rb").read()).hexdigest()
    return found, partial


class Task:
    """A command that writes to `out`, and what it gives undisturbed."""

    def __init__(self, name, command, out, proof):
        self.name, self.command, self.out, self.proof = name, command, out, proof
        begun = time.time()
        done = self.run()
        assert done.returncode == 0, (name, done.stderr)
        self.seconds = time.time() - begun
        self.whole, partial = files(out)
        assert not partial and self.whole, (name, partial)
        shutil.rmtree(out)

    def start(self, wrap=(), **more):
        # the stats hold the time: they are not compared
        return subprocess.Popen([*wrap, *self.command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True, **more)

    def run(self, wrap=(), **more):
        child = self.start(wrap, **more)
        _, err = child.communicate()
        child.stderr_text = err
        return subprocess.CompletedProcess(self.command, child.returncode, None, err)

    def check(self, where):
        """What is left after a kill must be as the head of this file says."""
        found, _ = files(self.out) if os.path.isdir(self.out) else ({}, [])
        for name, digest in found.items():
            assert self.whole.get(name) == digest, f"{self.name}, {where}: {name} is neither absent nor whole"
        data = [name for name in found if name != self.proof]
        assert not self.proof or not data or self.proof in found, f"{self.name}, {where}: {data} without {self.proof}"
        return found

    def finish(self, where):
        done = self.run()
        assert done.returncode == 0, (self.name, where, done.stderr)
        found, partial = files(self.out)
        assert found == self.whole, f"{self.name}, {where}: the rerun gives other bytes"
        assert not partial, f"{self.name}, {where}: {partial} is left after a rerun"


def inputs_of(folder):
    return files(folder)[0]


def random_kills(tasks, inputs, kills, rng, say):
    """Part 1."""
    original = inputs_of(inputs)
    table = {}
    for task in tasks:
        share, hit, tried, nothing, some, every = kills // len(tasks), 0, 0, 0, 0, 0
        seconds = task.seconds
        while hit < share and tried < 3 * share + 10:
            tried += 1
            # one moment in each share of the time
            delay = seconds * (hit + rng.random()) / share * 1.02
            child = task.start()
            time.sleep(delay)
            alive = child.poll() is None
            child.send_signal(signal.SIGKILL)
            child.communicate()
            found = task.check(f"killed after {delay:.3f} s")
            if alive:
                hit += 1
                nothing += not found
                every += found == task.whole
                some += bool(found) and found != task.whole
            else:
                # it was faster this time: the moments after it would hit nothing
                seconds *= 0.97
            if tried % 10 == 0:
                task.finish(f"after kill {tried}")
            if tried % 2 == 0 and os.path.isdir(task.out):
                shutil.rmtree(task.out)
        assert hit >= share, f"{task.name}: only {hit} of {share} kills hit a living process"
        task.finish("after all kills")
        shutil.rmtree(task.out)
        table[task.name] = (hit, tried)
        say(f"  {task.name:24} {hit:5} kills of a living process in {tried} runs of {task.seconds:.1f} s; "
            f"left nothing {nothing}, something {some}, all {every}")
    assert inputs_of(inputs) == original, "an input was changed"


CALLS = ["rename,renameat,renameat2", "fsync", "mkdir,mkdirat", "unlink,unlinkat,rmdir"]


def kills_at_calls(tasks, inputs, most, say):
    """Part 2."""
    original = inputs_of(inputs)
    for task in tasks:
        hits = {}
        for calls in CALLS:
            number = 1
            while number <= most:
                done = task.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}",
                                 "-e", f"inject={calls}:signal=SIGKILL:when={number}"])
                if done.returncode == 0:
                    break
                assert done.returncode == -signal.SIGKILL, (task.name, calls, number, done)
                hits[calls.split(",")[0]] = number
                task.check(f"killed at {calls} number {number}")
                number += 1
            assert calls.split(",")[0] in hits or "unlink" in calls, f"{task.name}: no {calls} was hit"
            task.finish(f"after kills at {calls}")
            shutil.rmtree(task.out)
            # on top of outputs that are already there
            task.run()
            for number in (1, 2, 3):
                task.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}",
                          "-e", f"inject={calls}:signal=SIGKILL:when={number}"])
                task.check(f"killed over an earlier run at {calls} number {number}")
                task.finish(f"after a kill over an earlier run at {calls} number {number}")
            shutil.rmtree(task.out)
        say(f"  {task.name:24} " + ", ".join(f"{n} {call}s" for call, n in hits.items()))
    assert inputs_of(inputs) == original, "an input was changed"


def order_of_calls(tasks, work, say):
    """Part 3."""
    for task in tasks:
        trace = f"{work}/trace"
        done = task.run(["strace", "-f", "-y", "-qq", "-s", "0", "-o", trace,
                         "-e", "trace=write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,copy_file_range,ftruncate"])
        assert done.returncode == 0, done.stderr
        written, synced, renamed, events = {}, {}, [], []
        path_of = lambda text: re.search(r"\(\d+<([^>]*)>", text)
        for number, line in enumerate(open(trace, errors="replace")):
            call = re.sub(r"^\d+\s+", "", line)
            if call.startswith(("write(", "pwrite64(", "copy_file_range(", "ftruncate(")) and path_of(call):
                written[path_of(call)[1]] = number
            elif call.startswith(("fsync(", "fdatasync(")) and path_of(call):
                synced[path_of(call)[1]] = number
                events.append(("sync", path_of(call)[1]))
            elif call.startswith("rename"):
                old, new = re.findall(r'"([^"]*)"', call)[:2]
                old = os.path.join(work, old) if not os.path.isabs(old) else old
                assert PARTIAL in old, f"{task.name}: {old} is renamed"
                assert old in synced and synced[old] > written.get(old, -1), f"{task.name}: {old} is renamed before it is synced"
                renamed.append(new)
                events.append(("rename", new))
        assert set(os.path.relpath(new, task.out) for new in renamed) == set(task.whole), f"{task.name}: renamed {renamed}"
        folder = lambda path: os.path.realpath(os.path.dirname(path))
        if task.proof:
            assert os.path.relpath(renamed[0], task.out) == task.proof, f"{task.name}: {renamed[0]} comes first"
            at = events.index(("rename", renamed[1]))
            assert ("sync", folder(renamed[0])) in events[events.index(("rename", renamed[0])):at], \
                f"{task.name}: the folder of the removed file is not synced before the next file is renamed"
        last = max(i for i, event in enumerate(events) if event[0] == "rename")
        for new in renamed:
            first = events.index(("rename", new))
            assert ("sync", folder(new)) in events[first:], f"{task.name}: the folder of {new} is not synced"
        shutil.rmtree(task.out)
        say(f"  {task.name:24} {len(renamed)} files: written, synced, renamed, folders synced, in that order")


def full_disk(tasks, inputs, times, rng, work, say):
    """Part 4."""
    original = inputs_of(inputs)
    for task in tasks:
        largest = 0
        task.run()
        for root, _, names in os.walk(task.out):
            largest = max([largest, *(os.path.getsize(os.path.join(root, name)) for name in names)])
        shutil.rmtree(task.out)
        failed = 0
        for _ in range(times):
            limit = rng.randrange(largest)

            def limited():
                # without a handler the write fails instead of killing
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

            done = task.run(preexec_fn=limited, restore_signals=False)
            assert done.returncode == 2, (task.name, limit, done.returncode, done.stderr)
            assert "write" in done.stderr, (task.name, done.stderr)
            found = task.check(f"file size limit {limit}")
            assert not found and (not os.path.isdir(task.out) or not os.listdir(task.out)), (task.name, limit, found)
            failed += 1
        say(f"  {task.name:24} {failed} limits on file sizes: exit code 2, nothing left")
    mount = f"{work}/mount"
    os.makedirs(mount, exist_ok=True)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", mount],
                                           stderr=subprocess.DEVNULL).returncode:
        say("  NOT RUN: a full tmpfs (mounting is not allowed here)")
    else:
        try:
            task = tasks[0]
            command = [part.replace(task.out, f"{mount}/out") for part in task.command]
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            assert done.returncode == 2 and "space" in done.stderr, done
            assert os.listdir(mount) == [], os.listdir(mount)
            say("  a full tmpfs: exit code 2, said to be full, nothing left")
        finally:
            subprocess.run(["umount", mount], check=True)
    assert inputs_of(inputs) == original, "an input was changed"


def read_errors(task, source, times, rng, say):
    """Part 5."""
    codes = {}
    for _ in range(times):
        number = rng.randrange(1, 30)
        done = task.run(["strace", "-f", "-qq", "-o", "/dev/null", "-P", source, "-e", "trace=read",
                         "-e", f"inject=read:error=EIO:when={number}"])
        codes[done.returncode] = codes.get(done.returncode, 0) + 1
        assert done.returncode in (0, 2, 3), (number, done.returncode, done.stderr)
        if done.returncode:
            assert source in done.stderr, done.stderr
        found = files(task.out)[0] if os.path.isdir(task.out) else {}
        if done.returncode == 3:
            # the file is passed through as it is
            name = [name for name in found if name != task.proof][0]
            assert open(os.path.join(task.out, name), "rb").read() == open(source, "rb").read()
            shutil.rmtree(task.out)
        else:
            task.check(f"read {number} fails")
            assert done.returncode == 0 or not found
        if os.path.isdir(task.out):
            shutil.rmtree(task.out)
    say(f"  {times} reads failed: exit codes {dict(sorted(codes.items()))}, no output that is not whole")


def other_user(redite, work, say):
    """Part 6."""
    if os.geteuid() != 0:
        say("  NOT RUN: only root can become another user")
        return
    nobody = 65534
    scratch = tempfile.mkdtemp(dir=work)
    os.chmod(work, 0o755)
    os.chmod(scratch, 0o755)
    program = shutil.copy(redite, f"{scratch}/redite")
    os.chmod(program, 0o755)
    os.makedirs(f"{scratch}/in")
    line = json.dumps({"text": "The council voted a budget of 1,500 euros for the fair on Monday night."}) + "\n"
    open(f"{scratch}/in/a.jsonl", "w").write(line * 2)
    open(f"{scratch}/in/b.jsonl", "w").write(line)
    os.chmod(f"{scratch}/in/b.jsonl", 0o600)
    os.makedirs(f"{scratch}/theirs")
    os.chown(f"{scratch}/theirs", nobody, nobody)
    as_nobody = lambda *args: subprocess.run([program, *args], user=nobody, group=nobody, extra_groups=[], cwd=scratch,
                                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    done = as_nobody("clean", "in", "-o", "theirs/out", "--removed", "theirs/r.jsonl")
    assert done.returncode == 3 and "b.jsonl" in done.stderr, done
    assert os.path.exists(f"{scratch}/theirs/out/a.jsonl")
    done = as_nobody("clean", "in", "-o", "theirs/out2", "--removed", "theirs/r2.jsonl", "--strict")
    assert done.returncode == 2 and not os.path.exists(f"{scratch}/theirs/out2"), done
    done = as_nobody("clean", "in/a.jsonl", "-o", "out.jsonl")
    assert done.returncode == 2 and "permission" in done.stderr.lower(), done
    assert sorted(os.listdir(scratch)) == ["in", "redite", "theirs"]
    say("  unreadable input: named, exit code 3 (--strict: 2); output folder of another: exit code 2, nothing left")


class Indexed:
    """A command that changes an index, and what it gives undisturbed. `between`: states of the index, as of count, that it may be in meanwhile."""

    def __init__(self, name, redite, work, before, command, asked, between=()):
        self.name, self.redite, self.before, self.command, self.asked = name, redite, before, command, asked
        self.index, self.out = f"{work}/index", f"{work}/out"
        self.reset()
        begun = time.time()
        assert self.start().wait() == 0, name
        self.seconds = time.time() - begun
        self.whole, self.states = self.output(), (self.count(before), *between, self.count(self.index))
        assert len(set(self.states)) == len(self.states), self.states
        self.answer = self.ask()

    def start(self, wrap=(), **more):
        return subprocess.Popen([*wrap, *self.command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, **more)

    def reset(self):
        for folder in (self.index, self.out, f"{self.out}-removed"):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.before, self.index)

    def output(self):
        return [files(folder)[0] for folder in (self.out, f"{self.out}-removed") if os.path.isdir(folder)]

    def count(self, index):
        done = subprocess.run([self.redite, "index", "stats", index, "--json"], capture_output=True, text=True)
        assert done.returncode == 0, (self.name, done.stderr)
        stats = json.loads(done.stdout)
        return stats["articles"], len(stats["runs"])

    def ask(self):
        """What is left of an article collection that is compared with the index."""
        done = subprocess.run([self.redite, "clean", self.asked, "-q", "--index", self.index], capture_output=True)
        assert done.returncode == 0, (self.name, done.stderr)
        return hashlib.md5(done.stdout).hexdigest()

    def check(self, where):
        """What is left must be the last commit or the next one (or one between); gives whether all is done, and goes on."""
        done = subprocess.run([self.redite, "index", "verify", self.index], capture_output=True, text=True)
        assert done.returncode == 0, (self.name, where, done.stderr)
        now = self.count(self.index)
        assert now in self.states, f"{self.name}, {where}: {now} articles and runs"
        is_next = now == self.states[-1]
        if is_next:
            assert self.output() == self.whole, f"{self.name}, {where}: the index is ahead of its output"
        else:
            assert self.start().wait() == 0, (self.name, where)
            assert self.output() == self.whole, f"{self.name}, {where}: the rerun gives other bytes"
            assert self.count(self.index) == self.states[-1], (self.name, where)
        assert self.ask() == self.answer, f"{self.name}, {where}: the index gives another answer"
        known = [name for name in os.listdir(self.index) if name not in ("LOCK", "MANIFEST")]
        names = json.loads(open(f"{self.index}/MANIFEST").readline())
        assert is_next or set(known) == {names["order"]["file"], *(run["file"] for run in names["runs"])}, (where, known)
        return is_next


def indexes(redite, work, inputs, kills, strace, rng, say):
    """Part 7."""
    parts = [f"{inputs}/many/part-{i}.jsonl" for i in range(4)]
    before = f"{work}/index-before"
    subprocess.run([redite, "index", "create", before], check=True)
    subprocess.run([redite, "index", "add", before, parts[0], parts[1], "-q"], check=True)
    index, out = f"{work}/index", f"{work}/out"
    update = [redite, "clean", parts[2], "-q", "-o", f"{out}/a.jsonl", "--removed", f"{out}/r.jsonl", "--index", index, "--update"]
    add = [redite, "index", "add", index, parts[2], "-q"]
    resume = [redite, "clean", parts[2], parts[3], "-q", "-o", out, "--removed", f"{out}-removed", "--index", index, "--update", "--resume"]
    compact = [redite, "index", "compact", index]
    subprocess.run([redite, "index", "add", before, parts[1], "-q"], check=True)
    one = Indexed("one", redite, work, before, add, parts[3]).states[-1]
    # a run of older and newer articles
    dated = f"{work}/dated.jsonl"
    with open(dated, "w") as to:
        for n, line in enumerate(open(parts[0])):
            to.write(json.dumps({**json.loads(line), "date": f"2026-03-{1 + n % 28:02}"}) + "\n")
    of_dates = f"{work}/index-of-dates"
    subprocess.run([redite, "index", "create", of_dates], check=True)
    subprocess.run([redite, "index", "add", of_dates, dated, "-q", "--date-field", "date"], check=True)
    subprocess.run([redite, "index", "add", of_dates, parts[1], "-q"], check=True)
    expire = [redite, "index", "expire", index, "--before", "2026-03-15"]
    for name, before, command, between in (("clean --update", before, update, ()), ("index add", before, add, ()),
                                           ("clean --resume", before, resume, (one,)), ("index compact", before, compact, ()),
                                           ("index expire", of_dates, expire, ())):
        task = Indexed(name, redite, work, before, command, parts[3], between)
        hit = ahead = tried = 0
        while hit < kills and tried < 3 * kills + 10:
            tried += 1
            task.reset()
            child = task.start()
            time.sleep(task.seconds * (hit + rng.random()) / kills * 1.02)
            alive = child.poll() is None
            child.kill()
            child.wait()
            hit += alive
            if not alive:
                # a few milliseconds, measured once, may have been too many: another start, another load of the machine
                task.seconds *= .85
            ahead += task.check(f"killed, run {tried}")
        assert hit >= kills, f"{name}: only {hit} of {kills} kills hit a living process"
        calls = 0
        for call in CALLS if strace else ():
            for number in range(1, 40):
                task.reset()
                code = task.start(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                                   "-e", f"inject={call}:signal=SIGKILL:when={number}"]).wait()
                task.check(f"killed at {call} number {number}")
                if code == 0:
                    break
                calls += 1
        assert calls or not strace, name
        new = set(os.listdir(index)) - set(os.listdir(before))
        largest = max(os.path.getsize(f"{index}/{file}") for file in new)
        for _ in range(max(3, kills // 10)):
            task.reset()
            limit = rng.randrange(largest)

            def limited():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

            assert task.start(preexec_fn=limited, restore_signals=False).wait() == 2, (name, limit)
            assert not task.check(f"file size limit {limit}"), (name, limit)
        say(f"  {name:24} {hit} kills of a living process, {calls} at system calls; the next commit was there {ahead} times")


def make_tasks(redite, work, mb, seed):
    """Commands on inputs of `mb` MB; the inputs; and the one file of them."""
    inputs = f"{work}/inputs"
    make_inputs(inputs, mb, seed)
    one, many = f"{inputs}/one/in.jsonl", f"{inputs}/many"
    clean = lambda source, out, *more: [redite, "clean", source, "-o", out, *more]
    # the outputs of clean, kept for restore
    for source, name in ((one, "one"), (many, "many")):
        out = f"{work}/cleaned-{name}" + ("/in.jsonl" if name == "one" else "")
        subprocess.run(clean(source, out, "--removed", f"{work}/removed-{name}", "-q"), check=True)
    tasks = [
        Task("clean file", clean(one, f"{work}/o1/in.jsonl", "--removed", f"{work}/o1/r.jsonl"), f"{work}/o1", "r.jsonl"),
        Task("clean folder", clean(many, f"{work}/o2", "--removed", f"{work}/o2/r.jsonl"), f"{work}/o2", "r.jsonl"),
        Task("clean --memory", clean(one, f"{work}/o3/in.jsonl", "--removed", f"{work}/o3/r.jsonl", "--memory", "128M",
                                     "--threads", "2"), f"{work}/o3", "r.jsonl"),
        Task("restore file", [redite, "restore", f"{work}/cleaned-one/in.jsonl", f"{work}/removed-one", "-o",
                              f"{work}/o4/in.jsonl"], f"{work}/o4", None),
        Task("restore folder", [redite, "restore", f"{work}/cleaned-many", f"{work}/removed-many", "-o", f"{work}/o5"],
             f"{work}/o5", None),
    ]
    assert open(one, "rb").read() == open(f"{work}/cleaned-one/in.jsonl", "rb").read() or tasks[3].whole["in.jsonl"] == \
        hashlib.md5(open(one, "rb").read()).hexdigest(), "restore does not give the input back"
    return tasks, inputs, one


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("redite")
    ap.add_argument("--short", action="store_true", help="about two minutes")
    ap.add_argument("--kills", type=int, default=1000)
    ap.add_argument("--mb", type=int, default=50)
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--work", help="where to work [default: a temporary folder]")
    a = ap.parse_args()
    if a.short:
        a.kills, a.mb = 40, 8
    redite = os.path.abspath(a.redite)
    work = os.path.realpath(tempfile.mkdtemp(dir=a.work, prefix="kills-"))
    rng = random.Random(a.seed)
    say = lambda text: print(text, flush=True)
    try:
        say(f"inputs of {a.mb} MB, seed {a.seed}")
        tasks, inputs, one = make_tasks(redite, f"{work}/large", a.mb, a.seed)
        # where every system call is traced, size only takes time
        small_tasks, small_inputs, small_one = make_tasks(redite, f"{work}/small", 2, a.seed)
        say("1. kill -9 at random moments")
        random_kills(tasks, inputs, a.kills, rng, say)
        strace = shutil.which("strace") and subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"]).returncode == 0
        if strace:
            say("2. kill -9 at system calls")
            kills_at_calls(small_tasks[1:2] if a.short else small_tasks, small_inputs, 6 if a.short else 1000, say)
            say("3. order of system calls")
            order_of_calls(small_tasks, work, say)
        else:
            say("NOT RUN without strace: kills at system calls, their order, read errors")
        say("4. full disk")
        full_disk([tasks[0], tasks[1], tasks[3]], inputs, 3 if a.short else 50, rng, work, say)
        if strace:
            say("5. read errors")
            read_errors(small_tasks[0], small_one, 10 if a.short else 100, rng, say)
        say("6. another user")
        other_user(redite, work, say)
        say("7. an index")
        indexes(redite, work, small_inputs, 8 if a.short else 250, strace, rng, say)
        say("all checks passed")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
