// What a person writes in apps/NAME/project.toml: data, split, augmentation, network, training recipe, compression,
// boards, limits. Where it stands: the first thing `mote train` reads. docs/training.md explains every setting;
// recipe.cpp lists them with their ranges.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/anomaly.h"
#include "data/augment.h"
#include "data/folder.h"
#include "data/speech.h"
#include "data/split.h"
#include "passes/quantize.h"
#include "tabular/model.h"

namespace mote {

/// [data] and [input]: from files to what the network is fed.
struct DataSpec {
  std::filesystem::path folder;  ///< absolute, or relative to the project file; --data replaces it
  FolderOptions files;
  double rate_hz = 0;       ///< rows a second; 0: not said
  std::int32_t window = 0;  ///< rows; 0: whole recordings
  std::int32_t stride = 1;  ///< rows between windows
  /// Longer recordings are cut into recordings of so many rows before they are split (the rest at the end is left out);
  /// 0: they stay whole. So that parts by recording can be drawn from few long ones.
  std::int32_t piece = 0;
  std::string normalise = "range";
  double percentile = 99.9;
};

/// [front_end]: operators between the signal and the network; the chip runs them too.
struct FrontEndSpec {
  std::string type = "none";       ///< none, log_mel, mfcc, band_powers, power_spectrum, sliding_stats
  std::string scale = "mel";       ///< how bands lie: mel, or linear (band powers)
  std::int32_t coefficients = 13;  ///< of mfcc
  /// Before it, in order: second-order filters, and the envelope.
  struct Filter {
    std::string type;  ///< high_pass, low_pass, band_pass, envelope
    double hz = 0, q = 0.7071;
    std::int32_t window = 16, stride = 8;  ///< of an envelope, in samples
  };
  std::vector<Filter> filters{};
  std::int32_t window = 0, stride = 0;  ///< samples; 0: 32 ms and 16 ms
  std::int32_t fft = 0;                 ///< 0: the power of two that holds a window
  std::int32_t bands = 32;
  double low_hz = 60, high_hz = 0;  ///< high 0: half the rate
  double floor = 1e-9;              ///< smallest energy, of full scale 1
  std::string normalise = "none";   ///< none; rows: each band's mean over time is taken off; all: the mean of all
  bool deviation = false;           ///< and what is left is divided by its standard deviation
};

/// [[network.layers]]: one layer, when a network is written layer by layer.
struct LayerSpec {
  std::string type;  ///< conv1d, conv2d, depthwise, separable, max_pool, average_pool, global_average_pool, flatten,
                     ///< dense, gru, ...
  std::string name = {};                  ///< for `from` and reports; made up if empty
  std::vector<std::string> from = {};     ///< names of layers; empty: the one before
  std::int32_t filters = 0;               ///< channels (multiplier for depthwise), or units of a dense or gru layer
  std::vector<std::int32_t> kernel = {};  ///< one number for both axes (on a series: along time), or height and width
  std::vector<std::int32_t> stride = {};  ///< likewise; empty: 1, or a pool's kernel
  std::int32_t dilation = 1;
  std::int32_t repeat = 1;  ///< so many of it, one after the other
  std::string padding = "same";
  bool batch_norm = false;
  std::string activation = "none";
  bool sequence = false;  ///< gru: all states go on, not the last alone
};

/// [network]
struct NetworkSpec {
  std::string type = "cnn1d";          ///< a name of networks.h, or "layers"
  std::vector<std::int32_t> channels;  ///< width of each block; empty: the network's own default
  std::int32_t kernel = 0;             ///< 0: the network's default
  double width = 1.0;                  ///< scales the default channels
  std::vector<LayerSpec> layers;
  TabularSpec tabular = {};  ///< a classical model instead, if its type is one (is_tabular)
};

/// [train]
struct TrainSpec {
  std::int32_t epochs = 40;
  std::int32_t batch_size = 64;
  std::string optimiser = "adam";  ///< adam (decoupled weight decay) or sgd (Nesterov momentum)
  double learning_rate = 2e-3;
  double momentum = 0.9;
  double weight_decay = 1e-4;
  std::string schedule = "cosine";  ///< cosine, step, constant
  std::int32_t step_epochs = 10;    ///< step: after each so many epochs the rate is multiplied by step_factor
  double step_factor = 0.1;
  double warmup_epochs = 1;
  double label_smoothing = 0;
  double dropout = 0;  ///< on the input of the last fully_connected
  /// Classes weigh by their number of examples to the power of minus this: 1, all the same share of the loss; 0, every
  /// example the same.
  double balance = 1;
  double focal = 0;    ///< gamma of the focal loss (Lin et al. 2017); 0: cross entropy
  double average = 0;  ///< decay a step of the weights' moving average that is validated and kept; 0: none
  std::string select =
      "loss";  ///< the best epoch, on the validation part: loss, accuracy, f1 (mean over the classes), last
  std::int32_t patience = 0;  ///< epochs without a better one before stopping; 0: never stops early
  std::uint64_t seed = 1;
  /// LibTorch's threads; fixed, not the machine's, since sums in another order are other bytes. Small networks are
  /// slower on two: the threads wait for each other. Examples are prepared on a thread of their own besides.
  std::int32_t threads = 1;
};

/// [compress]
struct CompressSpec {
  std::string quantise = "ptq";  ///< none, ptq (after training), qat (fine-tuned with fake quantisation)
  double keep_macs = 1;          ///< channels leave until this share of the multiply-accumulates is left; 1: none leave
  std::string importance = "taylor";  ///< which channels leave: taylor, batch_norm, l1
  std::int32_t prune_steps = 3;       ///< in so many steps, with some fine-tuning between them
  std::int32_t prune_epochs = 40;     ///< of fine-tuning after the last, taught by the network before any left
  double prune_learning_rate = 2e-3;  ///< default of both: the training's
  double sparsity = 0;                ///< share of the weights of dense layers and 1x1 convolutions that become zero
  std::string sparsity_pattern = "anywhere";  ///< or "N:M": N of every M neighbours stay
  std::int32_t sparsity_epochs = 40;          ///< of training meanwhile; default: the training's
  bool wants_sparsity() const { return sparsity > 0 || sparsity_pattern != "anywhere"; }
  std::int32_t calibration_examples = 256;  ///< drawn from the training part
  std::string calibration = "min-max";      ///< of activations: min-max, percentile, mse, entropy
  double calibration_percentile = 99.99;
  bool equalise = false;         ///< cross-layer equalisation before calibration
  bool bias_correction = false;  ///< after post-training quantisation
  bool adaround = false;         ///< likewise; corrects biases too
  passes::Precision precision;   ///< weight_bits 8 or 4, activation_bits 8 or 16, of layers that are not named
  std::map<std::string, passes::Precision, std::less<>> layers;  ///< [[compress.layers]]: exceptions by name
  std::int64_t weight_bytes = 0;  ///< int4 for the least sensitive layers until all weights fit; 0: no such limit
  std::int32_t qat_epochs = 8;
  std::string qat_steps = "calibrated";  ///< scales during QAT: as calibrated, or learned with the weights
  double qat_learning_rate = 2e-4;       ///< default: a tenth of train.learning_rate
};

/// [distil]
struct DistilSpec {
  std::optional<NetworkSpec> teacher;  ///< [distil.teacher], written like [network]: trained first
  std::int32_t teachers = 1;           ///< so many of these, each with other random numbers
  std::int32_t teacher_epochs = 40;    ///< of their training; default: the training's
  double label_smoothing = 0;          ///< of teachers that are trained, and of a student's labels beside a teacher
  /// Or trained ones: OUT of mote train, a float .mir, or a TorchScript file each. Several teach what they say on
  /// average.
  std::vector<std::filesystem::path> teacher_models;
  bool teacher_channels_last = false;  ///< layout that a TorchScript teacher takes; PyTorch's is channels first
  double hints = 0;                    ///< weight of imitating the teacher's last features; 0: not
  double weight = 0.5;                 ///< share of the teacher's soft targets in the loss
  double temperature = 4;

  bool wanted() const { return teacher.has_value() || !teacher_models.empty(); }
};

/// [[search.choices]]: one setting and what a search may put there.
struct SearchChoice {
  std::string setting;              ///< "network.width", "network.channels[1]", "augment.jitter"
  std::vector<std::string> values;  ///< as TOML text, at least two
};

/// [search]
struct SearchSpec {
  std::vector<SearchChoice> choices;
  std::vector<std::int32_t> epochs;  ///< rungs of successive halving below train.epochs; empty: a ninth and a third
  std::int32_t population = 16;      ///< candidates a generation, a multiple of 4
  std::int32_t folds = 0;  ///< every trial trains so many networks, each leaving groups out; 0: one, by the split
  /// Whose network is trained beside the candidates: "own", "none", or a project file, absolute or relative to this
  /// one.
  std::string reference = "own";
};

/// [limits]: what makes the application an acceptance test. 0: none.
struct Limits {
  double accuracy = 0;  ///< int8, on the test part, 0..1
  double auc = 0;       ///< of the score of anomalies, likewise
  std::int64_t ram_bytes = 0;
  std::int64_t flash_bytes = 0;
  double latency_ms = 0;
  double energy_uj = 0;
};

struct Recipe {
  std::string name;
  std::string description;
  DataSpec data;
  SpeechSpec speech;
  SplitOptions split;
  AnomalyTask anomaly;  ///< [anomaly]; the threshold comes from training
  Augmentation augment;
  FrontEndSpec front_end;
  NetworkSpec network;
  TrainSpec train;
  CompressSpec compress;
  DistilSpec distil;
  std::vector<std::string> boards;  ///< the first is the default
  Limits limits;
  SearchSpec search;
  std::filesystem::path file;  ///< where it was read from
  std::string text;            ///< the file as it was read, for the output folder
};

/// The project's text with another data folder, so that a copy of it elsewhere finds the data; as it was where the
/// setting does not stand on a line of its own.
std::string with_data_folder(const Recipe& recipe, const std::filesystem::path& folder);
/// The project's text with these groups for the test and the rest of its [split] but `validation`, so that a fold of a
/// cross-validation can be taken up again by itself; as it was where [split] is not a section of lines.
std::string with_test_groups(const Recipe& recipe, const std::vector<std::string>& groups);

/// The project's text without [network], in one form for all that say the same: what decides the data of a training.
std::string text_without_network(const Recipe& recipe);

/// BadInput with file, line and setting: a syntax error, an unknown setting, a wrong type, a value out of range.
Result<Recipe> parse_recipe(std::string_view text, const std::filesystem::path& file);
Result<Recipe> read_recipe(const std::filesystem::path& file);

}  // namespace mote
