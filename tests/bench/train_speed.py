# `./x bench`: seconds an epoch of the DS-CNN in `mote train` against Python's torch, in one run on one machine.
#
#   train_speed.py --mote PROGRAM [--examples N] [--epochs N] [--batch N] [--rounds N] [--json FILE]
#
# Both train the same network (Zhang et al. 2017, five blocks of 64 channels on 49x10 features) with the same batches,
# optimiser and augmentation (shift by one, noise) on the same made-up data, and validate nothing but a handful. torch has
# its threads; Mote has one for the network and one that loads. What both do once (starting, reading, exporting) is left
# out: the time of a short training is taken from that of a longer one. Rounds alternate, since other work on the machine
# comes and goes; the least of each is compared. Needs python3-torch (Debian). Exit status: 0, or 77 without torch.
import argparse
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import time

ROWS, COLUMNS, CLASSES, CHANNELS = 49, 10, 12, 64


def write_npy(path, values, shape):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(values)}f", *values))


def write_data(folder, examples):
    """<class>/train_<n>.npy and a few of the groups that a split wants."""
    source = random.Random(1)
    for label in range(CLASSES):
        for group, count in (("train", examples // CLASSES), ("val", 2), ("test", 2)):
            values = [source.gauss(label / CLASSES, 1) for _ in range(count * ROWS * COLUMNS)]
            write_npy(folder / f"c{label:02d}" / f"{group}_1.npy", values, (count, ROWS, COLUMNS, 1))


def project(epochs, batch):
    return f"""name = "speed"
[data]
format = "npy"
[split]
validation = ["val"]
test = ["test"]
[input]
normalise = "none"
[augment]
crop = 1
jitter = 0.1
[network]
type = "ds_cnn"
[train]
epochs = {epochs}
batch_size = {batch}
warmup_epochs = 0
[compress]
quantise = "none"
"""


def mote_seconds(program, folder, epochs, batch):
    (folder / "project.toml").write_text(project(epochs, batch))
    began = time.monotonic()
    subprocess.run([program, "train", folder / "project.toml", "--data", folder / "data", "-o", folder / "out"], check=True, capture_output=True)
    return time.monotonic() - began


def torch_seconds(torch, inputs, labels, epochs, batch):
    nn = torch.nn

    def block(*layers):
        return nn.Sequential(*layers, nn.ReLU())

    def separable():
        return [block(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, groups=CHANNELS, bias=False), nn.BatchNorm2d(CHANNELS)),
                block(nn.Conv2d(CHANNELS, CHANNELS, 1, bias=False), nn.BatchNorm2d(CHANNELS))]

    class Examples(torch.utils.data.Dataset):
        def __len__(self):
            return len(labels)

        def __getitem__(self, index):
            x = torch.nn.functional.pad(inputs[index], (1, 1, 1, 1), mode="replicate")
            top, left = torch.randint(0, 3, (2,)).tolist()
            x = x[:, top : top + ROWS, left : left + COLUMNS]
            return x + 0.1 * torch.randn_like(x), labels[index]

    network = nn.Sequential(block(nn.ZeroPad2d((1, 1, 4, 5)), nn.Conv2d(1, CHANNELS, (10, 4), stride=2, bias=False), nn.BatchNorm2d(CHANNELS)),
                            *(layer for _ in range(4) for layer in separable()), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(CHANNELS, CLASSES))
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-4)
    loader = torch.utils.data.DataLoader(Examples(), batch, shuffle=True, drop_last=True, num_workers=1, persistent_workers=True)
    began = 0.0
    for epoch in range(epochs + 1):  # the first one starts the worker
        if epoch == 1:
            began = time.monotonic()
        for x, y in loader:
            optimiser.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(network(x), y).backward()
            optimiser.step()
    return (time.monotonic() - began) / epochs


def main():
    parser = argparse.ArgumentParser(description="Seconds an epoch of the DS-CNN, Mote against Python's torch")
    parser.add_argument("--mote", required=True)
    parser.add_argument("--examples", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    options = parser.parse_args()
    try:
        import torch
    except ImportError:
        print("train_speed.py: Python's torch is not here (Debian's python3-torch)", file=sys.stderr)
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_data(folder / "data", options.examples)
        count = options.examples // CLASSES * CLASSES
        inputs, labels = torch.randn(count, 1, ROWS, COLUMNS), torch.arange(count) % CLASSES
        mote, reference = [], []
        for _ in range(options.rounds):
            short = mote_seconds(options.mote, folder, 1, options.batch)
            mote.append((mote_seconds(options.mote, folder, 1 + options.epochs, options.batch) - short) / options.epochs)
            reference.append(torch_seconds(torch, inputs, labels, options.epochs, options.batch))
    result = {"mote_seconds": min(mote), "torch_seconds": min(reference), "ratio": min(mote) / min(reference), "torch_threads": torch.get_num_threads(),
              "examples": count, "batch": options.batch, "rounds": options.rounds}
    print(f"DS-CNN, {count} examples, batches of {options.batch}: mote {result['mote_seconds']:.2f} s an epoch, torch {torch.__version__} {result['torch_seconds']:.2f} s, ratio {result['ratio']:.2f} (at most 1.1 is wanted)")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
