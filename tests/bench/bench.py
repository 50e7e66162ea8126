# `./x bench`: what the MLPerf Tiny models cost on emulated boards, beside what other frameworks need.
#
#   bench.py --mote PROGRAM [--board NAME...] [--optimize MODE...] [--json FILE]
#
# Counts come from `mote profile` (instructions are exact, cycles are estimated from the same kind of table as the figures
# beside them). The other figures stand in $MOTE_SHARED/baselines.json with their sources. Nothing fails here but a
# model that cannot be measured: it is a yardstick, not a test.
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = {"vww": "vww_96_int8", "ic": "ic_resnet_int8", "kws": "kws_ref_int8", "ad": "ad01_int8"}
# Which core of baselines.json a board is compared with, and whether published silicon figures are for that core.
CORES = {"nano33ble": "cortex_m4", "nucleo-l4r5zi": "cortex_m4", "pico": "cortex_m0plus", "mps3-an547": "cortex_m55"}


def profile(mote, model, board, optimize):
    """The report of one model on one board, or the error line."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.json"
        done = subprocess.run([mote, "profile", str(model), "--board", board, "--optimize", optimize, "--json", str(path)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        return json.loads(path.read_text()) if done.returncode == 0 else done.stderr.strip()


def against(ours, theirs):
    """'24,101,518 (0.35x)': their figure and ours as a share of it."""
    return f"{theirs:,} ({ours / theirs:.2f}x)" if theirs and ours is not None else "-"


def rows(board, optimize, name, report, baselines):
    """Lines of the table: quantity, ours, TFLM + CMSIS-NN, goal."""
    core = CORES.get(board, "")
    theirs = baselines.get(core, {}).get(name, {})
    goal = baselines.get(f"goal_{core}", {}).get(name, {})
    ram = theirs["arena_bytes"] + theirs["other_ram_bytes"] if "arena_bytes" in theirs else None
    for quantity, ours, other, wanted in (
        ("instructions", report["instructions"], theirs.get("instructions"), goal.get("instructions")),
        ("cycles (estimate)", report["cycles_estimated"], theirs.get("cycles_estimated"), goal.get("cycles_estimated")),
        ("RAM bytes", report["ram_bytes"], ram, goal.get("ram_bytes")),
        ("flash bytes", report["flash_bytes"], theirs.get("flash_bytes"), goal.get("flash_bytes")),
    ):
        shown = f"{ours:,}" if ours is not None else "-"
        yield f"{board:<14} {optimize:<9} {name:<4} {quantity:<18} {shown:>14} {against(ours, other):>22} {against(ours, wanted):>22}"


def main():
    parser = argparse.ArgumentParser(description="Cost of the MLPerf Tiny models on emulated boards")
    parser.add_argument("--mote", required=True, help="the program")
    parser.add_argument("--board", action="append", help="default: nano33ble and pico")
    parser.add_argument("--optimize", action="append", help="default: balanced")
    parser.add_argument("--json", help="write all reports as one JSON file")
    arguments = parser.parse_args()
    shared = pathlib.Path(os.environ.get("MOTE_SHARED", ROOT.parent / "shared"))
    if not (shared / "baselines.json").exists():
        sys.exit(f"bench.py: no baselines.json in {shared}; set MOTE_SHARED to the folder with models and baselines")
    baselines = json.loads((shared / "baselines.json").read_text())
    print(f"Other: {baselines['source']}.")
    print(f"{'board':<14} {'optimize':<9} {'':<4} {'':<18} {'Mote':>14} {'TFLM (Mote / TFLM)':>22} {'goal (Mote / goal)':>22}")
    everything, failed = [], 0
    for board in arguments.board or ["nano33ble", "pico"]:
        for optimize in arguments.optimize or ["balanced"]:
            for name, file in MODELS.items():
                report = profile(arguments.mote, shared / "models/mlperf_tiny" / f"{file}.tflite", board, optimize)
                if isinstance(report, str):
                    print(f"{board:<14} {optimize:<9} {name:<4} {report}")
                    failed = 1
                    continue
                everything.append({"optimize": optimize, **report})
                print("\n".join(rows(board, optimize, name, report, baselines)))
    published = baselines.get("published_cortex_m4_mcycles", {})
    if published:
        figures = ", ".join(f"{name} {published[name]}" for name in MODELS if name in published)
        print(f"Published on a real Cortex-M4, millions of cycles: {figures} ({published.get('source', 'no source')}).")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(everything, indent=1) + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
