// `mote train PROJECT.toml [--data DIR] -o OUT` without the command line around it. Where it stands: src/cli/train.cpp
// parses options, draws the bar and calls this; tests call it too.
#pragma once

#include <filesystem>
#include <string>

#include "base/files.h"
#include "train/progress.h"
#include "train/trainer.h"

namespace mote {

struct TrainOptions {
  std::filesystem::path project;           ///< project.toml
  std::filesystem::path data;              ///< replaces the project's data folder; empty: does not
  std::filesystem::path out;               ///< folder to write
  std::filesystem::path metrics = {};      ///< JSON lines, one an epoch, written while training runs; empty: none
  std::filesystem::path tensorboard = {};  ///< folder for TensorBoard events, likewise
  bool resume =
      false;  ///< go on from OUT.checkpoint.npz, which an interrupted training leaves; the end is the same bit for bit
  NetworkCheck check = {};
};

/// Trains, and writes OUT as a whole or not at all:
///   model_float.mir, model_int8.mir (with .npz)   the models
///   project.toml                                  the project as it was read, its data folder named from here
///   preparation.json                              from recordings to inputs (data/preparation.h)
///   metrics.jsonl, tensorboard/                   the epochs once more, for programs and for TensorBoard
///   metrics.json                                  split, history, accuracy, confusion: to_json below
///   test_inputs.npy, test_labels.npy, test_recordings.npy   the test part as the int8 model takes it (float without
///   one): [examples, ...] input.h                                       C99: normalises one row of sensor values into
///   the model's input
/// Same project and data: same bytes.
Result<TrainResult> run_train(const TrainOptions& options, const ProgressFn& progress);

/// The files above, into a folder of `out` ("": itself). `home`: what `out` will be called when it is complete, from
/// which project.toml names the data's folder; empty: project.toml stays as it was read.
Result<void> add_training(FolderWriter& out, const std::filesystem::path& folder, const Recipe& recipe,
                          const TrainResult& result, const std::filesystem::path& home = {});

/// metrics.json. Accuracies are 0..1. No times in it, so that it is reproducible.
std::string to_json(const Recipe& recipe, const TrainResult& result);

}  // namespace mote
