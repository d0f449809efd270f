"""Times Grad against its peers and prints a table. Run by scripts/bench.

A case is NAME.grad; what its peers run lies beside it (Lua and CPython) or in `peers` (PyTorch, JAX and C). All print `start` (the loss and
the size of its gradient, say), `after` (the result) and `seconds`; the first two have to agree before the third is believed. Times are
medians of several runs.
"""

import argparse
import datetime
import importlib.util
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import gradients
import growth
from cases import C, CASES, COMPILE, EAGER, JIT, LOOP, LUA, PYTHON

FOLDER = os.path.dirname(os.path.abspath(__file__))
OWN, HISTORY = "Grad", "Grad, all measures"
COLUMNS = (EAGER, COMPILE, JIT, LOOP, C, LUA, PYTHON)
KINDS = {EAGER: "torch", COMPILE: "compile", JIT: "jit", LOOP: "loop"}
TIME_LIMIT = 240


class Failure(Exception):
    pass


def environment(threads, peer):
    """The same number of threads for every library; one thread is also one processor."""
    own = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NVPL_BLAS_DEBUG_CPU_TYPE")}
    own |= {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    own["JAX_PLATFORMS"], own["TORCHINDUCTOR_CPP_WRAPPER"] = "cpu", "0"
    if peer in (JIT, LOOP) and threads == 1:
        own["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return own


def run(command, threads, peer):
    """What a program printed, by the first word of the line, and its peak memory in megabytes."""
    pin = (lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])) if hasattr(os, "sched_setaffinity") else None
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as messages:
        process = subprocess.Popen(command, stdout=out, stderr=messages, env=environment(threads, peer), preexec_fn=pin, cwd=FOLDER)
        import threading
        timer = threading.Timer(TIME_LIMIT, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
        out.seek(0), messages.seek(0)
        text, complaint = out.read(), messages.read()
    if process.returncode:
        raise Failure(f"took more than {TIME_LIMIT} s" if process.returncode == -9 else complaint.strip()[-300:] or "failed")
    lines = {}
    for line in text.splitlines():
        words = line.split()
        if words and words[0] in ("start", "after", "first", "seconds", "stream"):
            numbers = [float(w.removeprefix("f32(").removesuffix(")")) for w in words[1:]]
            lines.setdefault(words[0], []).append(numbers)
    return lines, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)


class Bench:
    def __init__(self, options):
        self.grad, self.options = options.grad, options
        self.lua = "lua5.4" if shutil.which("lua5.4") else "lua"
        self.built = tempfile.TemporaryDirectory()
        have = importlib.util.find_spec
        self.present = {
            EAGER: bool(have("torch")), COMPILE: bool(have("torch")), JIT: bool(have("jax")), LOOP: bool(have("jax")),
            C: bool(shutil.which("cc")), LUA: bool(shutil.which(self.lua)), PYTHON: True}
        self.runs = 1 if options.quick else options.runs
        self.notes = []

    def compiled(self, case, precision):
        """Gives the hand-written program, compiled on this machine."""
        source, *options = case.c
        program = os.path.join(self.built.name, f"{abs(hash((case.c, precision)))}")
        if not os.path.exists(program):
            single = ["-DSINGLE"] if precision == "f32" else []
            made = subprocess.run(
                ["cc", "-O3", "-march=native", "-ffast-math", *single, *options, os.path.join(FOLDER, "peers", source), "-o", program,
                 "-lopenblas", "-lm", "-pthread"], capture_output=True, text=True)
            if made.returncode:
                raise Failure("does not compile: " + made.stderr[-200:])
        return program

    def command(self, side, case, precision, threads, steps):
        words = [str(a) for a in case.arguments]
        if side in (OWN, HISTORY):
            extra = ["measures"] if side == HISTORY else []
            return [self.grad, "--digits", "17", os.path.join(FOLDER, case.name + ".grad"), str(steps), precision, *words, *extra]
        if side == LUA:
            return [self.lua, os.path.join(FOLDER, case.name + ".lua")]
        if side == PYTHON:
            return [sys.executable, os.path.join(FOLDER, case.name + ".py"), str(steps)]
        if side == C:
            rest = [str(a) for a in case.c_arguments] + ([] if case.c[0] == "scalars.c" else [str(threads)])
            return [self.compiled(case, precision), str(steps), *rest]
        return [sys.executable, os.path.join(FOLDER, "peers", "run.py"), case.name, KINDS[side], precision, str(threads), str(steps), *words]

    def timed(self, side, case, precision, threads):
        """Seconds a step of each run, what was printed, and megabytes."""
        steps = case.fewer.get(side, case.steps)
        if self.options.quick:
            steps = max(1, steps // 10)
        times, lines, memory = [], {}, 0
        # A library takes longer to start than to measure, so it measures several times itself.
        for _ in range(1 if side in KINDS else self.runs):
            lines, peak = run(self.command(side, case, precision, threads, steps), threads, side)
            times += [t[0] / steps for t in lines["seconds"]]
            memory = max(memory, peak)
        return times, lines, memory

    def agree(self, case, precision, side, own, other):
        for key, allowed in (("start", case.start), ("after", case.after)):
            if key not in own or key not in other or (key == "after" and (side in case.fewer or self.options.quick and case.fewer)):
                continue
            for a, b in zip(own[key][-1], other[key][-1]):
                if abs(abs(a) - abs(b)) > allowed[precision] * max(abs(a), abs(b), case.floor):
                    raise Failure(f"does not agree: {key} is {b:.9g}, Grad says {a:.9g}")

    def row(self, case, precision, threads):
        title = f"{case.title}, {precision}, {threads} thread{'s' if threads > 1 else ''}" if case.peers != (LUA, PYTHON) else case.title
        try:
            own, lines, memory = self.timed(OWN, case, precision, threads)
            history = self.timed(HISTORY, case, precision, threads)[0] if case.has_history else []
            row = {"title": title, "target": case.target, "memory": {OWN: memory}}
            stream = None
            for side in case.peers:
                if not self.present[side] or self.options.quick and side == COMPILE:
                    continue
                try:
                    times, other, peak = self.timed(side, case, precision, threads)
                    self.agree(case, precision, side, lines, other)
                    row[side], row["memory"][side] = statistics.median(times), peak
                    if side == C and "stream" in other:
                        stream = other["stream"][-1][0]
                except Failure as failure:
                    self.notes.append(f"{title}: {side} {failure}")
            # Again behind the peers: what else the machine does meanwhile is not laid to one side alone.
            if case.peers != (LUA, PYTHON):
                own += self.timed(OWN, case, precision, threads)[0]
        except Failure as failure:
            self.notes.append(f"{title}: Grad {failure}")
            return None
        row[OWN], row[HISTORY] = statistics.median(own), statistics.median(history) if history else None
        if stream:
            self.notes.append(f"{title}: {100 * stream / row[OWN]:.0f} % of the rate at which C reads the same memory")
        return row

    def start(self):
        """Start-up: the median of whole runs that compute next to nothing."""
        import time
        commands = {OWN: [self.grad, "-e", "1+1"], LUA: [self.lua, "-e", "print(1+1)"], PYTHON: [sys.executable, "-c", "print(1+1)"]}
        times = {side: [] for side in commands if side == OWN or self.present[side]}
        for _ in range(5 if self.options.quick else 40):
            for side in times:
                begin = time.perf_counter()
                subprocess.run(commands[side], stdout=subprocess.DEVNULL, check=True)
                times[side].append(time.perf_counter() - begin)
        _, memory = run(commands[OWN], 1, OWN)
        return {"title": "start-up, `grad -e 1+1`", "target": "≤ 10 ms", "memory": {OWN: memory},
                **{side: statistics.median(t) for side, t in times.items()}}


def duration(seconds):
    for unit, scale in (("s", 1), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if seconds >= scale or unit == "ns":
            number = seconds / scale
            return f"{number:.0f} {unit}" if number >= 100 else f"{number:.1f} {unit}" if number >= 10 else f"{number:.2f} {unit}"


def ratio(own, other):
    value = own / other
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.0f}"


def cells(row):
    """Ratios first, then times, then memory."""
    present = [side for side in COLUMNS if side in row]
    return [row["title"], row["target"], duration(row[OWN]), duration(row[HISTORY]) if row.get(HISTORY) else "",
            *(f"**{ratio(row[OWN], row[side])}** ({duration(row[side])})" if side in row else "" for side in COLUMNS),
            f"{row['memory'][OWN]:.0f} MB" + "".join(
                f", {side} {row['memory'][side]:.0f}" for side in present if side in (EAGER, LOOP) and side in row["memory"])]


def versions(bench):
    found = [f"{subprocess.run([bench.grad, '--version'], capture_output=True, text=True).stdout.strip()}", f"Python {platform.python_version()}"]
    for module in ("torch", "jax"):
        if importlib.util.find_spec(module):
            from importlib.metadata import version
            found.append(f"{module} {version(module)}")
    for command in (["cc", "--version"], [bench.lua, "-v"]):
        if shutil.which(command[0]):
            out = subprocess.run(command, capture_output=True, text=True)
            found.append((out.stdout or out.stderr).splitlines()[0].split("  ")[0])
    return ", ".join(found)


def machine():
    try:
        with open("/proc/cpuinfo") as file:
            model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{model}, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Times Grad against its peers.")
    parser.add_argument("--grad", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=5, help="runs of each program (5)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the steps, one run, without torch.compile: to see that all works")
    parser.add_argument("--case", action="append", default=[], metavar="NAME", help="only this case; may be given again")
    parser.add_argument("--threads", type=int, choices=(1, 2), help="only with so many threads")
    parser.add_argument("--markdown", metavar="FILE", help="also write the table there, with machine, versions and date")
    parser.add_argument("cases", nargs="*", help="like --case: start, gradients, growth, " + ", ".join(dict.fromkeys(c.name for c in CASES)))
    options = parser.parse_args()
    wanted = options.case + options.cases
    known = {"start", "gradients", "growth", *(c.name for c in CASES)}
    if unknown := [name for name in wanted if name not in known]:
        parser.error(f"there is no case {unknown[0]}; there are {', '.join(sorted(known))}")
    bench = Bench(options)
    for side, there in bench.present.items():
        if not there:
            bench.notes.append(f"{side} is not installed: left out")
    header = ["case", "to reach", OWN, HISTORY, *COLUMNS, "peak memory"]
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    print("Times a step, medians. Bold: how many times the peer's time Grad takes.\n")
    print("\n".join(lines), flush=True)
    rows = []

    def show(row):
        if row:
            rows.append(row)
            lines.append("| " + " | ".join(cells(row)) + " |")
            print(lines[-1], flush=True)
            # After each row: a run that is stopped leaves what it measured.
            if options.markdown:
                write(options.markdown, bench, lines, sections)

    sections = []
    if not wanted or "start" in wanted:
        show(bench.start())
    for case in CASES:
        if wanted and case.name not in wanted:
            continue
        for threads in case.threads:
            for precision in case.precisions:
                if options.threads in (None, threads):
                    show(bench.row(case, precision, threads))
    if not wanted or "gradients" in wanted:
        sections.append(gradients.report(options.grad, run, options.quick, duration))
        print("\n" + sections[-1], flush=True)
    if not wanted or "growth" in wanted:
        sections.append(growth.report(options.grad, run, options.quick))
        print("\n" + sections[-1], flush=True)
    for note in bench.notes:
        print(f"- {note}")
    if options.markdown:
        write(options.markdown, bench, lines, sections)


MARK = "<!-- Below this line scripts/bench --markdown writes. -->\n"


def write(path, bench, lines, sections):
    """Puts the figures below the mark; what stands above it stays."""
    above = "# Benchmarks\n\n" + MARK
    if os.path.exists(path):
        with open(path) as file:
            text = file.read()
        if MARK in text:
            above = text[:text.index(MARK)] + MARK
    figures = f"\nMeasured on {datetime.date.today()}: {machine()}; {versions(bench)}. Medians of {bench.runs} runs.\n\n" + "\n".join(lines) + "\n"
    notes = "\n" + "".join(f"- {note}\n" for note in bench.notes) if bench.notes else ""
    with open(path, "w") as file:
        file.write(above + figures + notes + "".join("\n## " + section for section in sections))


main()
