# `./x bench`: what the MLPerf Tiny models cost on emulated boards, beside what other frameworks need.
#
#   bench.py --mote PROGRAM [--board NAME...] [--model NAME...] [--optimize MODE...] [--layers] [--json FILE]
#            [--chart FILE.svg] [--markdown FILE.md]
#
# Instructions are counted exactly in the emulator; cycles and wait cycles are estimated (each board's report names the
# source). The figures of others stand in $MOTE_SHARED/baselines.json with theirs. For boards that nobody has figures
# for (RV32, LX106) the reference is Mote's own portable kernels, measured in the same run. Nothing fails here but a
# model that cannot be measured: it is a yardstick, not a test.
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOUR = {"vww": "mlperf_tiny/vww_96_int8", "ic": "mlperf_tiny/ic_resnet_int8", "kws": "mlperf_tiny/kws_ref_int8",
        "ad": "mlperf_tiny/ad01_int8"}
OTHERS = {"str_ww": "mlperf_tiny/str_ww_ref_int8", "ic_large": "mlperf_tiny/ic_resnet_large_int8",
          "person": "tflm/models/person_detect", "speech": "tflm/micro_speech/micro_speech_quantized",
          "wand": "magic_wand_imu/quantized_model"}
# Board: core of baselines.json (None: compared with the portable kernels), quantity to compare.
BOARDS = {"nano33ble": ("cortex_m4", "cycles_estimated"), "nucleo-l4r5zi": ("cortex_m4", "cycles_estimated"),
          "nucleo-h743zi": ("cortex_m7", "instructions"), "pico": ("cortex_m0plus", "cycles_estimated"),
          "mps3-an547": ("cortex_m55", "instructions"), "esp32-c3": (None, "instructions"),
          "esp8266": (None, "instructions")}
NAMES = {"instructions": "instructions", "cycles_estimated": "cycles (estimate)", "ram_bytes": "RAM bytes",
         "flash_bytes": "flash bytes", "wait_cycles_estimated": "flash waits (estimate)"}
# Settings that are more than a word for --optimize, and the rows beside the usual ones that show them.
SETTINGS = {"speed in 290 kB and 36 kB": ["--optimize", "speed", "--max-flash", "290000", "--max-ram", "36300"]}
EXTRA = {("nucleo-l4r5zi", "ic"): "speed in 290 kB and 36 kB"}


def profile(mote, model, board, options):
    """The report of one model on one board, or the error line."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.json"
        done = subprocess.run([mote, "profile", str(model), "--board", board, "--json", str(path), *options],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        return json.loads(path.read_text()) if done.returncode == 0 else done.stderr.strip()


def reference(baselines, board, name, portable):
    """What to compare with: {quantity: figure}, and who needs it."""
    core = BOARDS.get(board, (None,))[0]
    if core is None:
        return portable() or {}, "portable"
    found = dict(baselines.get(core, {}).get(name, {}))
    if "arena_bytes" in found:
        found["ram_bytes"] = found["arena_bytes"] + found["other_ram_bytes"]
    return found, "TFLM"


def measure(arguments, models, baselines):
    """Rows: one a board, setting and model."""
    for board in arguments.board:
        settings = [(optimize, name) for optimize in arguments.optimize for name in models]
        if arguments.optimize == ["balanced"]:
            settings += [(EXTRA[board, name], name) for name in models if (board, name) in EXTRA]
        for optimize, name in settings:
            path = models[name]
            options = SETTINGS.get(optimize, ["--optimize", optimize])
            report = profile(arguments.mote, path, board, options)
            row = {"board": board, "optimize": optimize, "model": name, "label": f"{board} {optimize}"}
            if isinstance(report, str):
                yield row | {"error": report}
                continue

            def portable():
                other = profile(arguments.mote, path, board, [*options, "--disable", "fast_kernels"])
                return None if isinstance(other, str) else {"instructions": other["instructions"]}

            theirs, who = reference(baselines, board, name, portable)
            goal = baselines.get(f"goal_{BOARDS.get(board, ('',))[0]}", {}).get(name, {})
            compared = BOARDS.get(board, ("", "instructions"))[1]
            share = report[compared] / theirs[compared] if report[compared] and theirs.get(compared) else None
            yield row | {"report": report, "reference": theirs, "who": who, "goal": goal, "share": share,
                         "compared": compared}


def against(ours, theirs):
    """'24,101,518 (0.35x)': their figure and ours as a share of it."""
    return f"{theirs:,} ({ours / theirs:.2f}x)" if theirs and ours is not None else "-"


def show(row):
    """Lines of the terminal's table: quantity, ours, the reference, the goal."""
    head = f"{row['board']:<14} {row['optimize']:<9} {row['model']:<9}"
    if "error" in row:
        return [f"{head} {row['error']}"]
    report = row["report"]
    return [f"{head} {text:<22} {report[key]:>14,} {against(report[key], row['reference'].get(key)):>22} "
            f"{against(report[key], row['goal'].get(key)):>22}"
            for key, text in NAMES.items() if report.get(key) is not None]


def show_layers(row):
    """Per layer: counted instructions beside those that the cost model predicted."""
    lines = [f"{'layer':<30} {'kernel':<38} {'MACs':>10} {'counted':>11} {'predicted':>11} {'off':>6} {'cycles est.':>11}"]
    for layer in row["report"]["layers"]:
        counted, predicted = layer["instructions"], layer["instructions_predicted"]
        off = f"{100 * (predicted / counted - 1):+.0f} %" if counted and predicted else "-"
        lines.append(f"{layer['name'][:30]:<30} {layer['kernel']:<38} {layer['macs']:>10,} {counted or 0:>11,} "
                     f"{predicted:>11,} {off:>6} {layer['cycles_estimated'] or 0:>11,}")
    return lines


def markdown(rows, baselines, chart):
    """The page of docs: what was measured, as a table, with the chart."""
    published = baselines.get("published_cortex_m4_mcycles", {})
    lines = ["# Benchmarks", "",
             "Written by `./x bench --markdown docs/benchmarks.md --chart docs/benchmarks.svg`; int8 models, one inference, outputs bit for bit",
             "those of the reference. Instructions are counted in the emulator; cycles are estimated without wait states (docs/boards.md says how).",
             f"TFLM: {baselines['source']}.", "Where no figure of others exists the reference is Mote's portable kernels.", ""]
    if chart:
        lines += [f"![Share of the reference's cost]({chart})", ""]
    lines += ["| board | setting | model | instructions | cycles (estimate) | RAM B | flash B | share of reference |",
              "|---|---|---|---:|---:|---:|---:|---|"]
    for row in rows:
        if "error" in row:
            lines.append(f"| {row['board']} | {row['optimize']} | {row['model']} | does not run: {row['error'].split(': ', 1)[-1]} ||||| |")
            continue
        report = row["report"]
        share = f"{row['share']:.2f} of {row['who']}'s {row['compared'].replace('_estimated', '')}" if row["share"] else "-"
        lines.append(f"| {row['board']} | {row['optimize']} | {row['model']} | {report['instructions']:,} | {report['cycles_estimated']:,} | "
                     f"{report['ram_bytes']:,} | {report['flash_bytes']:,} | {share} |")
    if published:
        lines += ["", *published_lines(rows, published)]
    return "\n".join(lines) + "\n"


def published_lines(rows, published):
    """The estimates for the NUCLEO-L4R5ZI, in every way that its flash can be set up, beside what real boards took."""
    here = [row for row in rows if row["board"] == "nucleo-l4r5zi" and "report" in row and row["model"] in published]
    if not here:
        return []
    modes = [mode["name"] for mode in here[0]["report"]["wait_cycles_modes"]]
    lines = [f"Published on real silicon ({published['source']}) against the estimate for the NUCLEO-L4R5ZI, in millions of cycles: without",
             "wait states, and with what the flash adds in each way that it can be set up. Chips come with two banks, ST's HAL leaves prefetch off; what the",
             "published boards used is not known. Bold: above the published figure.", "",
             f"| model | setting | published | no wait states | {' | '.join(modes)} |", "|---|---|---:|---:|" + "---:|" * len(modes)]
    for row in here:
        report, best = row["report"], published[row["model"]]
        cells = []
        for waits in (0, *(mode["cycles_estimated"] for mode in report["wait_cycles_modes"])):
            sum_of = (report["cycles_estimated"] + waits) / 1e6
            cells.append(f"**{sum_of:.3f}**" if sum_of > best else f"{sum_of:.3f}")
        lines.append(f"| {row['model']} | {row['optimize']} | {best} | {' | '.join(cells)} |")
    return lines


def draw(rows, target):
    """The SVG, by chart.mjs."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "rows.json"
        path.write_text(json.dumps({"rows": rows}))
        done = subprocess.run(["node", str(ROOT / "tests/bench/chart.mjs"), str(path), str(target)], check=False)
        return {0: None, 77: "no chart: the chart library is not installed (./x bench installs it)"}.get(done.returncode, "no chart: node failed")


def main():
    parser = argparse.ArgumentParser(description="Cost of the MLPerf Tiny models on emulated boards")
    parser.add_argument("--mote", required=True, help="the program")
    parser.add_argument("--board", action="append", help=f"default: {', '.join(BOARDS)}")
    parser.add_argument("--model", action="append", choices=[*FOUR, *OTHERS], help="default: the four of MLPerf Tiny; all: --model all",
                        metavar="NAME")
    parser.add_argument("--optimize", action="append", help="default: balanced")
    parser.add_argument("--layers", action="store_true", help="every layer: counted and predicted instructions")
    parser.add_argument("--json", help="write all reports as one JSON file")
    parser.add_argument("--chart", help="draw an SVG")
    parser.add_argument("--markdown", help="write the page for docs/")
    arguments = parser.parse_args()
    arguments.board = arguments.board or list(BOARDS)
    arguments.optimize = arguments.optimize or ["balanced"]
    shared = pathlib.Path(os.environ.get("MOTE_SHARED", ROOT.parent / "shared"))
    if not (shared / "baselines.json").exists():
        sys.exit(f"bench.py: no baselines.json in {shared}; set MOTE_SHARED to the folder with models and baselines")
    baselines = json.loads((shared / "baselines.json").read_text())
    chosen = arguments.model or list(FOUR)
    models = {name: shared / "models" / f"{path}.tflite" for name, path in (FOUR | OTHERS).items() if name in chosen}
    print(f"TFLM: {baselines['source']}.")
    print(f"{'board':<14} {'optimize':<9} {'model':<9} {'':<22} {'Mote':>14} {'reference (share)':>22} {'goal (share)':>22}")
    rows = []
    for row in measure(arguments, models, baselines):
        rows.append(row)
        print("\n".join(show(row)), flush=True)
        if arguments.layers and "report" in row:
            print("\n".join(show_layers(row)), flush=True)
    published = baselines.get("published_cortex_m4_mcycles", {})
    if published:
        figures = ", ".join(f"{name} {published[name]}" for name in models if name in published)
        print(f"Published on a real Cortex-M4, millions of cycles: {figures} ({published.get('source', 'no source')}).")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.chart and (trouble := draw(rows, arguments.chart)):
        print(f"bench.py: {trouble}", file=sys.stderr)
    if arguments.markdown:
        chart = os.path.relpath(arguments.chart, pathlib.Path(arguments.markdown).parent) if arguments.chart else None
        pathlib.Path(arguments.markdown).write_text(markdown(rows, baselines, chart))
    return 1 if any("error" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
