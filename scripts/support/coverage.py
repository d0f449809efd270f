"""Prints llvm-cov's summary by target: lines and regions reached (for Swift, the arms of branches are regions). Called by scripts/coverage."""

import json
import re
import sys


def share(covered, count):
    return f"{100 * covered / count:5.1f} %" if count else "      -"


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    targets, files = {}, []
    for entry in json.load(sys.stdin)["data"][0]["files"]:
        found = re.search(r"/Sources/([^/]+)/(.+)$", entry["filename"])
        if not found:
            continue
        target, name = found.groups()
        summary = entry["summary"]
        row = targets.setdefault(target, [0, 0, 0, 0])
        for place, kind in ((0, "lines"), (2, "regions")):
            row[place] += summary[kind]["covered"]
            row[place + 1] += summary[kind]["count"]
        if target == wanted:
            files.append((summary["lines"]["percent"], summary["lines"]["count"] - summary["lines"]["covered"], name))
    print("| target | lines | of | regions | of |\n|---|---|---|---|---|")
    for target in sorted(targets):
        lines, line_count, regions, region_count = targets[target]
        print(f"| {target} | {share(lines, line_count)} | {line_count} | {share(regions, region_count)} | {region_count} |")
    for percent, missed, name in sorted(files, key=lambda file: -file[1]):
        print(f"{percent:6.1f} %  {missed:5} lines not reached  {name}")


main()
