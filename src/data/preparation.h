// What must be known to turn raw recordings into a trained model's input: layout, window, normalisation, names of
// classes. Where it stands: `mote train` writes it as preparation.json beside the model; `mote evaluate` and the board
// runner read it back, and firmware does the same arithmetic (docs/data.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/anomaly.h"
#include "data/dataset.h"
#include "data/folder.h"
#include "data/metrics.h"
#include "data/normalise.h"

namespace mote {

struct Preparation {
  std::string model;  ///< the project's name
  FolderOptions files;
  double rate_hz = 0;
  std::int32_t window = 0;  ///< rows of one example
  std::int32_t stride = 1;
  std::vector<std::string> classes;
  std::vector<std::string> channels;
  Shape example;  ///< shape of one example: window x channels
  Normalisation normalisation;
  /// Not empty: the model gives one number an example, a score; classes tell normal examples from others alone.
  AnomalyTask anomaly = {};
};

std::string to_json(const Preparation& preparation);
/// BadInput names the file and the field.
Result<Preparation> parse_preparation(std::string_view json, const std::string& where);

/// Examples ready for a model: real (normalised) values one after the other, with what they are.
struct InputSet {
  Shape example;
  std::vector<float> values;  ///< size() * elements of an example
  std::vector<int> labels;    ///< into `classes`
  std::vector<std::string> classes;
  std::vector<std::int32_t> recording;  ///< index of the recording of each

  std::size_t size() const { return labels.size(); }
  std::span<const float> operator[](std::size_t i) const {
    const auto each = static_cast<std::size_t>(element_count(example));
    return {values.data() + i * each, each};
  }
};

/// Normalised examples without augmentation.
InputSet make_inputs(const Dataset& data, const Examples& examples, const Normalisation& normalisation);

/// Reads a folder of the same layout as the training data and prepares all of it. BadInput: classes or channels that
/// the model does not know (a class may be absent; where anomalies are to be found, new ones are welcome), and all that
/// read_folder refuses.
Result<InputSet> read_inputs(const std::filesystem::path& folder, const Preparation& preparation);

/// The bytes of one example as the model's input tensor wants them: float32, or int8 or int16 by its scale and zero
/// point (saturating). Unsupported: another type.
Result<Bytes> encode_input(std::span<const float> values, const Tensor& input);

/// Runs every example through the reference executor (two threads) and returns the class of each: the largest output.
/// BadInput: the model's input or output does not have the data's size.
Result<std::vector<int>> predict(const Graph& graph, const InputSet& inputs);

/// Likewise the first output of each as a real number: the score of a model that finds anomalies.
Result<std::vector<double>> predict_scores(const Graph& graph, const InputSet& inputs);

/// The first element of each of `count` outputs, one after another in `bytes`, as a real number.
std::vector<double> first_elements(const Tensor& output, std::span<const std::uint8_t> bytes, std::size_t count);

}  // namespace mote
