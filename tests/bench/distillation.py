#!/usr/bin/env python3
"""What a teacher is worth to a small network, on a project's own data: the figures of docs/training.md.

    python3 tests/bench/distillation.py build/mote apps/digits/project.toml --data DIR --width 0.5 --teachers 3 \\
        --leave-out george jackson lucas nicolas --seeds 1 2 3 --weight 0.9 --temperature 2 [--set train.epochs=20]

With --labelled 30 only so many recordings of each class have labels, drawn by --split-seeds; the others, but those that
are tested (--leave-out, or --test-share of each class), are `data.unlabelled`. Teachers and the student alone learn what
has labels. --taught-epochs then makes the taught student's steps as many as those of the student alone.

For every fold (--leave-out: groups joined by commas; --split-seeds: other splits of the project's fractions; or else
the project's own split) teachers of `--teacher-width`
times the channels are trained with seeds of their own, without having seen what is left out; then for every seed the
student, `--width` times the channels, alone and under them: the same data, epochs and seed. Int8 accuracy on the test
part, the mean over the folds of each seed, mean and standard deviation of the seeds. Everything is written below the
folder, so that a run that was cut goes on where it stopped. Prints a row of a Markdown table.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tomllib

import hidden_labels


def with_setting(text, name, value):
    """The project with `section.key = value` (TOML text), whether or not it had one."""
    section, key = name.rsplit(".", 1)
    head = re.search(rf"^\[{re.escape(section)}\][^\n]*\n", text, re.M)
    if not head:
        return text + f"\n[{section}]\n{key} = {value}\n"
    end = re.compile(r"^\[", re.M).search(text, head.end())
    body = text[head.end():end.start() if end else len(text)]
    body = re.sub(rf"^{re.escape(key)}\s*=[^\n]*\n", "", body, flags=re.M)
    return text[:head.end()] + f"{key} = {value}\n" + body + (text[end.start():] if end else "")


def scaled(text, width):
    """All channels of the network but the last layer's units, `width` times as many, at least 2."""
    start = re.search(r"^\[network\]", text, re.M).start()
    end = re.compile(r"^\[(?!network|\[network)", re.M).search(text, start)
    stop = end.start() if end else len(text)
    network = text[start:stop]

    def scale(match):
        return match.group(1) + re.sub(r"\d+", lambda n: str(max(2, round(int(n.group(0)) * width))), match.group(2))

    network = re.sub(r"^(filters\s*=\s*)(\d+)", scale, network, flags=re.M)
    network = re.sub(r"^(channels\s*=\s*)(\[[^\]]*\])", scale, network, flags=re.M)
    return text[:start] + network + text[stop:]


def train(mote, text, data, out):
    if not (out / "metrics.json").exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        project = out.parent / (out.name + ".toml")
        project.write_text(text)
        command = [mote, "-q", "train", project, *(["--data", data] if data else []), "-o", out]
        print("+", " ".join(map(str, command)), file=sys.stderr, flush=True)
        done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode not in (0, 1):  # 1: a limit of the project is missed, which is a result too
            sys.exit(done.stderr)
    return json.loads((out / "metrics.json").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mote", type=pathlib.Path)
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--width", type=float, default=0.5, help="of the student")
    parser.add_argument("--teacher-width", type=float, default=1.0)
    parser.add_argument("--teachers", type=int, default=3)
    parser.add_argument("--teacher-epochs", type=int, help="default: the project's")
    parser.add_argument("--teacher-smoothing", type=float, default=0.0, help="of the labels that teachers learn")
    parser.add_argument("--leave-out", nargs="+", default=[], help="a fold each: groups, joined by commas")
    parser.add_argument("--split-seeds", type=int, nargs="+", default=[], help="a fold each: split.seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--weight", type=float, default=0.9)
    parser.add_argument("--temperature", type=float, default=2.0)
    parser.add_argument("--set", nargs="+", default=[], metavar="SECTION.KEY=VALUE", help="of all networks")
    parser.add_argument("--set-student", nargs="+", default=[], metavar="SECTION.KEY=VALUE", help="of both students")
    parser.add_argument("--labelled", type=int, help="recordings of each class; the others have no label")
    parser.add_argument("--test-share", type=float, default=0.25, help="of each class, with --labelled")
    parser.add_argument("--unlabelled-most", type=int, help="with IDX files: no more without labels than so many")
    parser.add_argument("--taught-epochs", type=int, help="of the taught student")
    parser.add_argument("-o", "--out", type=pathlib.Path, default=pathlib.Path("out/distillation"))
    args = parser.parse_args()
    args.mote = args.mote.resolve()
    base = args.project.read_text()
    if not args.data:
        folder = re.search(r'^folder\s*=\s*"([^"]*)"', base, re.M)
        args.data = (args.project.parent / folder.group(1)).resolve()
    for setting in args.set:
        base = with_setting(base, *setting.split("=", 1))
    results = {"alone": {}, "taught": {}}
    knows = []
    size = 0
    folds = [(re.sub(r"[^\w]+", "_", groups), "split.test", json.dumps(groups.split(","))) for groups in args.leave_out]
    folds += [(f"split{seed}", "split.seed", seed) for seed in args.split_seeds]
    for name, setting, value in folds or [(".", "train.seed", 1)]:
        text = with_setting(base, setting, value)
        where = args.out / name
        data = all_data = args.data
        if args.labelled:
            idx = tomllib.loads(base)["data"].get("layout") == "idx"
            tested = value if setting == "split.test" else args.test_share
            tested = json.loads(tested) if isinstance(tested, str) else tested
            draw = value if setting == "split.seed" else 1
            if idx:
                unlabelled = hidden_labels.hide_idx(base, args.data, where, args.labelled, args.unlabelled_most, draw)
            else:
                unlabelled = "unlabelled"
                groups = hidden_labels.hide(base, args.data, where, args.labelled, tested, draw)
                text = with_setting(base, "split.test", json.dumps(groups))
            data, all_data = where / "labelled", where / "all"
        teachers = []
        for number in range(1, args.teachers + 1):
            teacher = with_setting(scaled(text, args.teacher_width), "train.seed", 100 + number)
            teacher = with_setting(teacher, "train.label_smoothing", args.teacher_smoothing)
            teacher = with_setting(teacher, "compress.quantise", '"none"')
            if args.teacher_epochs:
                teacher = with_setting(teacher, "train.epochs", args.teacher_epochs)
            teachers.append(where / f"teacher{number}")
            knows.append(train(args.mote, teacher, data, teachers[-1])["test_float"]["accuracy"])
        for seed in args.seeds:
            student = with_setting(scaled(text, args.width), "train.seed", seed)
            for setting in args.set_student:
                student = with_setting(student, *setting.split("=", 1))
            taught = with_setting(student, "distil.weight", args.weight)
            taught = with_setting(taught, "distil.temperature", args.temperature)
            paths = ", ".join(f'"{t.resolve()}"' for t in teachers)
            taught = with_setting(taught, "distil.teacher", f"[{paths}]")
            if args.labelled:
                taught = with_setting(taught, "data.unlabelled", json.dumps(unlabelled))
            if args.taught_epochs:
                taught = with_setting(taught, "train.epochs", args.taught_epochs)
            kind = f"w{args.weight:g}_t{args.temperature:g}_seed{seed}"
            for how, recipe, folder, out in [("alone", student, data, where / f"alone_seed{seed}"),
                                             ("taught", taught, all_data, where / kind)]:
                metrics = train(args.mote, recipe, folder, out)
                results[how].setdefault(seed, []).append(100 * metrics["test_int8"]["accuracy"])
                size = metrics["parameters"]

    means = {how: [statistics.mean(folds) for folds in seeds.values()] for how, seeds in results.items()}

    def spread(values):
        return f"{statistics.mean(values):.2f}" + (f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else "")

    gains = [b - a for a, b in zip(means["alone"], means["taught"])]
    for how in results:
        print(f"{how}: " + "; ".join(f"seed {seed}: " + ", ".join(f"{f:.2f}" for f in folds)
                                     for seed, folds in results[how].items()), file=sys.stderr)
    print(f"| {args.out.name} | {size:,} | {args.teachers} x {args.teacher_width:g}, one: "
          f"{100 * statistics.mean(knows):.2f} % | {spread(means['alone'])} | {spread(means['taught'])} "
          f"| {spread(gains)} |")


if __name__ == "__main__":
    main()
