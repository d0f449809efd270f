"""Times Grad against its peers and prints a table. Run by scripts/bench.

A case is NAME.grad; beside it lie the same programs for the peers. All print the same number, which is checked before a time is
believed. A program's time is that of its whole run less the start-up of its interpreter, or what it tells itself in a line
`seconds …` (the peers that take long to import and compile). Times are medians, of runs taken in turn.
"""

import argparse
import importlib.util
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))

CASES = [
    ("loop", "scalar loop, 10^7 turns"),
    ("fib", "fib(27)"),
    ("sieve", "sieve to 200000"),
    ("descent", "grad(L)(w), 50000 times"),
    ("network", "2-layer gradient, 200 times"),
]

NOTHING = {"grad": ["-e", "1"], "Lua": ["-e", ""], "CPython": ["-c", ""]}


class Peer:
    def __init__(self, name, command, ending, module=None):
        self.name, self.command, self.ending = name, command, ending
        program = shutil.which(command)
        self.is_present = program is not None and (module is None or importlib.util.find_spec(module) is not None)


def seconds(command):
    start = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    elapsed = time.perf_counter() - start
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    lines = result.stdout.strip().splitlines()
    for line in lines:
        if line.startswith("seconds "):
            return float(line.split()[1]), lines[-1], True
    return elapsed, lines[-1] if lines else "", False


def medians(commands, runs, startup):
    """By peer: the median time and the answer. The runs go round, so that a busy moment meets all."""
    times, answers = {name: [] for name in commands}, {}
    for _ in range(runs):
        for name, command in commands.items():
            elapsed, answers[name], is_own = seconds(command)
            times[name].append(elapsed if is_own else max(elapsed - startup.get(name, 0), 1e-6))
    return {name: statistics.median(all) for name, all in times.items()}, answers


def check(case, answers):
    expected = float(answers["grad"])
    for name, answer in answers.items():
        if not math.isclose(float(answer), expected, rel_tol=1e-8):
            sys.exit(f"{case}: {name} says {answer}, grad says {answers['grad']}")


def duration(seconds):
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"


def row(title, times, peers):
    own = times["grad"]
    cells = [f"{title:<30}{duration(own):>10}"]
    for peer in peers:
        other = times.get(peer)
        cells.append(f"{duration(other):>11} {f'({own / other:.2f})':>8}" if other else f"{'':>20}")
    print("".join(cells).rstrip(), flush=True)


def source(language, count):
    """A program of many small functions, to be parsed."""
    lines = {
        "grad": "f{i}(x, y) = {{\n    s = 0\n    for k in 1...10 {{ s <- s + (x * {i}.5 - y)^2 / (k + 1) }}\n    if s > 3 {{ return s }}\n    -s\n}}\n",
        "Lua": "local function f(x, y)\n  local s = 0\n  for k = 1, 10 do s = s + (x * {i}.5 - y)^2 / (k + 1) end\n  if s > 3 then return s end\n  return -s\nend\n",
        "CPython": "def f{i}(x, y):\n    s = 0\n    for k in range(1, 11): s = s + (x * {i}.5 - y)**2 / (k + 1)\n    if s > 3: return s\n    return -s\n",
    }[language]
    text = "".join(lines.format(i=i) for i in range(count))
    return "do\n" + text.replace("end\nlocal", "end end do\nlocal") + "end\n" if language == "Lua" else text


def parsing(grad, peers, runs, startup):
    """Megabytes of source a second, read and checked but not run."""
    check = {
        "grad": lambda path: [grad, "check", path],
        "Lua": lambda path: [peers["Lua"].command, "-e", f"assert(loadfile('{path}'))"],
        "CPython": lambda path: [peers["CPython"].command, "-c", f"import ast; ast.parse(open('{path}').read())"],
    }
    with tempfile.TemporaryDirectory() as folder:
        commands, sizes = {}, {}
        for name in ["grad"] + [p for p in ("Lua", "CPython") if peers[p].is_present]:
            path = os.path.join(folder, f"program.{name}")
            with open(path, "w") as file:
                file.write(source(name, 10000))
            sizes[name], commands[name] = os.path.getsize(path), check[name](path)
        times, _ = medians(commands, runs, startup)
    rates = {name: sizes[name] / 1e6 / times[name] for name in times}
    cells = [f"{'parsing, MB/s':<30}{rates['grad']:>10.1f}"]
    for peer in ("Lua", "CPython"):
        ratio = f"({rates[peer] / rates['grad']:.2f})" if peer in rates else ""
        cells.append(f"{rates[peer]:>11.1f} {ratio:>8}" if peer in rates else f"{'':>20}")
    print("".join(cells), flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Times Grad against its peers.")
    parser.add_argument("--grad", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=5, help="runs of each program (5)")
    parser.add_argument("cases", nargs="*", help="the cases to run: " + ", ".join(["start", *(c for c, _ in CASES), "parse"]))
    options = parser.parse_args()
    wanted = options.cases or ["start", "parse"] + [name for name, _ in CASES]

    lua = "lua5.4" if shutil.which("lua5.4") else "lua"
    peers = {p.name: p for p in [
        Peer("Lua", lua, ".lua"), Peer("CPython", sys.executable, ".py"),
        Peer("PyTorch", sys.executable, ".torch.py", "torch"), Peer("JAX", sys.executable, ".jax.py", "jax")]}
    for peer in peers.values():
        if not peer.is_present:
            print(f"{peer.name} is not installed: skipped")

    print("Medians; in parentheses how many times the peer's time Grad takes.\n")
    print(f"{'':<30}{'Grad':>10}" + "".join(f"{name:>11}{'':>9}" for name in peers).rstrip())

    commands = {"grad": [options.grad, *NOTHING["grad"]]}
    commands |= {name: [peers[name].command, *NOTHING[name]] for name in ("Lua", "CPython") if peers[name].is_present}
    startup, _ = medians(commands, max(options.runs, 3) * 4, {})
    if "start" in wanted:
        row("start-up", startup, peers)
    for name, title in CASES:
        if name not in wanted:
            continue
        commands = {"grad": [options.grad, "--digits", "17", os.path.join(FOLDER, name + ".grad")]}
        for peer in peers.values():
            path = os.path.join(FOLDER, name + peer.ending)
            if peer.is_present and os.path.exists(path):
                commands[peer.name] = [peer.command, path]
        times, answers = medians(commands, options.runs, startup)
        check(name, answers)
        row(title, times, peers)
    if "parse" in wanted:
        parsing(options.grad, peers, options.runs, startup)


main()
