#!/usr/bin/env python3
"""What compression costs and wins, on a project's own data: the figures of docs/training.md.

    python3 tests/bench/compression.py build/mote apps/activity/project.toml --seeds 1 2 3 [--only ptq,qat] [-o folder]
    python3 tests/bench/compression.py build/mote apps/gesture/project.toml --data DIR --cross-validate 5 --seeds 1

For every seed the float network is trained once (`mote train`), or once for each fold, then `mote compress` makes int8
after training, int8 with better calibration, int8 and int4 with quantisation-aware training, and half of the cycles
pruned away; and a student of half the width learns alone, under the float network (soft targets), and with feature
hints. Folds are counted together: every example of theirs once. Everything is written below the folder, so that a run
that was cut goes on where it stopped. Prints a Markdown table.
"""
import argparse
import datetime
import json
import pathlib
import re
import statistics
import subprocess
import sys

COMPRESSIONS = {
    "ptq": ["--quantize", "int8", "--calibration", "min-max"],
    "better": ["--quantize", "int8", "--calibration", "mse", "--equalise", "--adaround"],
    "qat": ["--quantize", "int8", "--qat", "{qat}"],
    "int4-ptq": ["--quantize", "int4", "--calibration", "mse", "--adaround"],
    "int4-qat": ["--quantize", "int4", "--qat", "{qat}"],
    "prune": ["--prune", "0.5"],
}
STUDENTS = ["student", "student-taught", "student-hints"]


def project_text(source, seed, network="", extra="", data=None, test=()):
    """The project with another seed, a data folder that still is found, and perhaps another network or test part."""
    text = source.read_text()
    folder = re.search(r'^folder\s*=\s*"([^"]*)"', text, re.M)
    if folder:
        where = data.resolve() if data else (source.parent / folder.group(1)).resolve()
        text = text.replace(folder.group(0), f'folder = "{where}"', 1)
    if test:
        text = re.sub(r"^test\s*=.*\n", "", text, flags=re.M)
        groups = ", ".join(f'"{group}"' for group in test)
        text = re.sub(r"^(\[split\].*\n)", rf"\1test = [{groups}]\n", text, count=1, flags=re.M)
    section = re.search(r"^\[train\]\n(?:(?!^\[).*\n?)*", text, re.M)
    train = re.sub(r"^seed\s*=.*\n", "", section.group(0), flags=re.M)
    text = text.replace(section.group(0), train.replace("[train]\n", f"[train]\nseed = {seed}\n", 1), 1)
    if network:
        text = re.sub(r"^(\[network\]\n)(?:width\s*=.*\n)?", rf"\1{network}\n", text, count=1, flags=re.M)
    return text + extra


def run(command):
    print("+", " ".join(map(str, command)), file=sys.stderr, flush=True)
    done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):  # 1: a limit of the project is missed, which is a result too
        sys.exit(done.stderr)


def train(mote, text, out, folds=0):
    """The folders of what was trained: one, or one for each fold."""
    if not (out / ("cross_validation.json" if folds else "metrics.json")).exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        project = out.with_suffix(".toml")
        project.write_text(text)
        run([mote, "-q", "train", project, "-o", out, *(["--cross-validate", folds] if folds else [])])
    if not folds:
        return [out]
    return [out / fold["fold"] for fold in json.loads((out / "cross_validation.json").read_text())["folds"]]


def tested(model):
    """Accuracy of the float network, and on how many examples."""
    test = json.loads((model / "metrics.json").read_text())["test_float"]
    return test["accuracy"], test["examples"]


def compress(mote, model, arguments, out):
    report = out.parent / (out.name + ".json")
    if not report.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        run([mote, "-q", "compress", model, "--points", "100", "-o", out, "--json", report, *arguments])
    return json.loads(report.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mote", type=pathlib.Path)
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", default=",".join([*COMPRESSIONS, *STUDENTS]))
    parser.add_argument("--data", type=pathlib.Path, help="the data's folder, instead of the project's")
    parser.add_argument("--test", nargs="+", default=[], help="groups to test on, instead of the project's")
    parser.add_argument("--cross-validate", type=int, default=0, metavar="FOLDS",
                        help="leave each group or fold out once")
    parser.add_argument("--qat", type=int, default=8, help="epochs of quantisation-aware training")
    parser.add_argument("--epochs", type=int, help="epochs of training after pruning (default: the project's)")
    parser.add_argument("--width", type=float, default=0.5, help="of the student")
    parser.add_argument("-o", "--out", type=pathlib.Path, default=pathlib.Path("out/compression"))
    args = parser.parse_args()
    wanted = args.only.split(",")
    name = args.project.resolve().parent.name
    rows = {}

    def note(row, results):
        """Of one seed: for each fold accuracy, that of the float network, examples, and the report of `compress`."""
        entry = rows.setdefault(row, {"accuracy": [], "loss": [], "instructions": [], "flash": []})
        examples = sum(count for _, _, count, _ in results)
        accuracy = sum(value * count for value, _, count, _ in results) / examples
        base = sum(value * count for _, value, count, _ in results) / examples
        entry["accuracy"].append(100 * accuracy)
        entry["loss"].append(100 * (base - accuracy))
        for *_, report in results:
            measured = report["steps"][-1].get("measured") if report else None
            if measured:
                entry["instructions"].append(measured["instructions"])
                entry["flash"].append(measured["flash_bytes"])

    for seed in args.seeds:
        folder = args.out / name / f"seed{seed}"
        text = project_text(args.project, seed, data=args.data, test=args.test)
        models = train(args.mote, text, folder / "float", args.cross_validate)
        bases = [tested(model) for model in models]
        note("float", [(base, base, examples, None) for base, examples in bases])
        for key, arguments in COMPRESSIONS.items():
            if key not in wanted:
                continue
            filled = [a.format(qat=args.qat) for a in arguments]
            if key == "prune" and args.epochs:
                filled += ["--epochs", args.epochs]
            results = []
            for model, (base, examples) in zip(models, bases):
                out = folder / key / model.name if args.cross_validate else folder / key
                report = compress(args.mote, model, filled, out)
                results.append((report["test_accuracy"], base, examples, report))
            note(key, results)
        for key in STUDENTS:
            if key not in wanted:
                continue
            results = []
            for model, (base, examples) in zip(models, bases):
                extra = ""
                if key != "student":
                    hints = 1.0 if key == "student-hints" else 0.0
                    extra = f'\n[distil]\nteacher = "{model.resolve()}"\nweight = 0.7\nhints = {hints}\n'
                student = project_text(model / "project.toml", seed, f"width = {args.width}", extra)
                [made] = train(args.mote, student, folder / key / model.name)
                results.append((tested(made)[0], base, examples, None))
            note(key, results)

    print(f"\n{name}, seeds {args.seeds}, folds {args.cross_validate or 'none'}, {datetime.date.today()}\n")
    print("| step | test accuracy, % | below float, points | instructions | flash, bytes |")
    print("| --- | --- | --- | --- | --- |")
    for key, entry in rows.items():
        def spread(values):
            mean = statistics.mean(values)
            return f"{mean:.2f}" + (f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else "")

        def count(values):
            return f"{statistics.mean(values):,.0f}" if values else ""

        print(f"| {key} | {spread(entry['accuracy'])} | {spread(entry['loss'])} | {count(entry['instructions'])} "
              f"| {count(entry['flash'])} |")


if __name__ == "__main__":
    main()
