// See recipe.h. One function a section; the order is that of a project file.
#include "train/recipe.h"

#include <fmt/format.h>

#include <optional>
#include <sstream>

#include "base/files.h"
#include "ir/graph.h"
#include "train/toml_reader.h"

namespace mote {
namespace {

constexpr std::int64_t kMany = 1'000'000'000;

Result<void> read_data(TomlReader data, DataSpec& spec) {
  spec.folder = data.text("folder", "data");
  FolderOptions& files = spec.files;
  files.layout = data.text("layout", "folders", "folders|files|manifest|records|rows|idx");
  files.format = data.text("format", "csv", "csv|audio|image|npy|f32|i16|i8|u8");
  files.group = data.text("group", "");
  files.rows = static_cast<std::int32_t>(data.integer("rows", 0, 1, kMany));
  files.channels = static_cast<std::int32_t>(data.integer("channels", 1, 1, 1 << 16));
  files.size = data.integers("size", {}, 1, 4096);
  if (files.size.size() == 1) files.size.push_back(files.size[0]);
  if (files.size.size() > 2) data.fail("size", "expects height and width");
  files.grey = data.flag("grey", false);
  files.table = data.text("table", files.table);
  files.records = data.text("records", files.records);
  files.file_column = data.text("file_column", files.file_column);
  files.class_column = data.text("class_column", files.class_column);
  files.group_column = data.text("group_column", files.group_column);
  files.columns = data.texts("columns");
  if (!files.columns.empty() && files.layout != "rows") data.fail("columns", "needs layout = \"rows\"");
  files.block = static_cast<std::int32_t>(data.integer("block", 0, 1, kMany));
  files.features = data.texts("features");
  if (!files.features.empty() && files.layout != "records") data.fail("features", "needs layout = \"records\"");
  files.standardise = data.flag("standardise", false);
  if (files.standardise && files.layout != "records") data.fail("standardise", "needs layout = \"records\"");
  files.usual = static_cast<std::int32_t>(data.integer("usual", 0, 1, 1 << 20));
  if (files.usual > 0 && files.layout != "records") data.fail("usual", "needs layout = \"records\"");
  files.usual_if = data.texts("usual_if");
  files.beside_usual = data.flag("beside_usual", false);
  if (files.beside_usual && files.usual == 0) data.fail("beside_usual", "needs data.usual");
  files.features_alone = data.flag("features_alone", false);
  if (files.features_alone && files.features.empty()) data.fail("features_alone", "needs data.features");
  files.test_part = data.text("test_part", files.test_part);
  files.rename = data.texts("rename");
  files.classes = data.texts("classes");
  files.unlabelled = data.text("unlabelled", "");
  spec.rate_hz = data.real("rate_hz", 0, 0, 1e9);
  spec.window = static_cast<std::int32_t>(data.integer("window", 0, 0, kMany));
  spec.stride = static_cast<std::int32_t>(data.integer("stride", std::max(spec.window, 1), 1, kMany));
  spec.piece = static_cast<std::int32_t>(data.integer("piece", 0, 1, kMany));
  if (spec.piece > 0 && spec.piece < spec.window) data.fail("piece", "is shorter than a window");
  return data.finish();
}

Result<void> read_input(TomlReader input, DataSpec& spec) {
  spec.normalise = input.text("normalise", "range", "none|range|standard");
  spec.percentile = input.real("percentile", 99.9, 50, 100);
  return input.finish();
}

Result<void> read_speech(TomlReader speech, SpeechSpec& spec) {
  spec.words = speech.texts("words");
  spec.voices = speech.texts("voices");
  if (spec.voices.empty()) spec.voices = {"en-us"};
  spec.variants = speech.texts("variants");
  spec.count = static_cast<std::int32_t>(speech.integer("count", spec.count, 1, 1 << 20));
  const auto range = [&](const char* key, std::vector<std::int32_t>& value, std::int32_t low, std::int32_t high) {
    value = speech.integers(key, value, low, high);
    if (value.size() != 2 || value[0] > value[1]) {
      speech.fail(key, "expects the lowest and the highest value");
      value = {low, high};
    }
  };
  range("pitch", spec.pitch, 0, 99);
  range("pace", spec.pace, 80, 450);
  spec.seed = static_cast<std::uint64_t>(speech.integer("seed", 1, 0, kMany));
  return speech.finish();
}

Result<void> read_split(TomlReader split, SplitOptions& spec) {
  spec.validation = split.texts("validation");
  spec.test = split.texts("test");
  spec.validation_fraction = split.real("validation_fraction", 0.2, 0.01, 0.9);
  spec.test_fraction = split.real("test_fraction", 0.2, 0.01, 0.9);
  spec.seed = static_cast<std::uint64_t>(split.integer("seed", 1, 0, kMany));
  spec.by = split.text("by", "group", "group|recording|time");
  return split.finish();
}

Result<void> read_anomaly(TomlReader anomaly, AnomalyTask& spec) {
  spec.normal = anomaly.texts("normal");
  spec.options.false_alarm_rate = anomaly.real("false_alarm_rate", spec.options.false_alarm_rate, 0, 0.5);
  spec.options.partial_rate = anomaly.real("partial_rate", spec.options.partial_rate, 0.001, 1);
  return anomaly.finish();
}

/// What asks for classes where there are none.
Result<void> check_anomaly(const Recipe& recipe) {
  if (!recipe.anomaly.wanted()) {
    if (recipe.network.type != "autoencoder") return {};
    return bad_input("an autoencoder finds what is not normal; [anomaly] normal = [...] must say what is",
                     recipe.file.string() + ": network.type");
  }
  if (recipe.distil.wanted())
    return bad_input("distillation needs classes, which [anomaly] has not", recipe.file.string() + ": distil");
  if (recipe.train.select != "loss" && recipe.train.select != "last")
    return bad_input("with [anomaly] an epoch is selected by \"loss\" or is the \"last\"",
                     recipe.file.string() + ": train.select");
  return {};
}

/// Mistakes in sub-sections are found by the section's own finish().
void read_sound(TomlReader sound, SoundAugmentation& spec) {
  spec.speed = sound.real("speed", 0, 0, 0.9);
  spec.gain_db = sound.real("gain_db", 0, 0, 60);
  for (const std::int32_t db : sound.integers("noise_snr_db", {}, -40, 120)) spec.noise_snr_db.push_back(db);
  if (spec.noise_snr_db.size() == 1) spec.noise_snr_db.push_back(spec.noise_snr_db[0]);
  if (spec.noise_snr_db.size() > 2) sound.fail("noise_snr_db", "expects the lowest and the highest ratio");
  spec.tilt = sound.real("tilt", 0, 0, 0.99);
  [[maybe_unused]] const auto known = sound.finish();
}

void read_features(TomlReader features, FeatureAugmentation& spec) {
  const auto count = [&](const char* key) { return static_cast<std::int32_t>(features.integer(key, 0, 0, 1 << 16)); };
  spec.vocal_tract = features.real("vocal_tract", 0, 0, 0.9);
  spec.stretch = features.real("stretch", 0, 0, 0.9);
  spec.shift = count("shift");
  spec.time_masks = count("time_masks");
  spec.time_mask = count("time_mask");
  spec.frequency_masks = count("frequency_masks");
  spec.frequency_mask = count("frequency_mask");
  spec.slope = features.real("slope", 0, 0, 100);
  spec.noise = features.real("noise", 0, 0, 100);
  spec.colour = features.real("colour", 0, 0, 100);
  spec.roll = features.flag("roll", false);
  spec.views = static_cast<std::int32_t>(features.integer("views", 0, 0, 1000));
  spec.blend = features.real("blend", 0, 0, 1);
  spec.splice = features.real("splice", 0, 0, 1);
  if (spec.views == 0 && (spec.blend > 0 || spec.splice > 0))
    features.fail(spec.blend > 0 ? "blend" : "splice", "needs views, since it mixes features that are kept");
  [[maybe_unused]] const auto known = features.finish();
}

Result<void> read_augment(TomlReader augment, Augmentation& spec) {
  spec.jitter = augment.real("jitter", 0, 0, 10);
  spec.scale = augment.real("scale", 0, 0, 1);
  spec.rotate_degrees = augment.real("rotate_degrees", 0, 0, 180);
  spec.warp = augment.real("warp", 0, 0, 0.9);
  spec.time_shift = static_cast<std::int32_t>(augment.integer("time_shift", 0, 0, kMany));
  spec.offset = augment.real("offset", 0, 0, 10);
  spec.mixup = augment.real("mixup", 0, 0, 100);
  spec.flip = augment.text("flip", "none", "none|horizontal|vertical|both");
  spec.crop = static_cast<std::int32_t>(augment.integer("crop", 0, 0, 4096));
  spec.zoom = augment.real("zoom", 0, 0, 4);
  spec.brightness = augment.real("brightness", 0, 0, 10);
  spec.contrast = augment.real("contrast", 0, 0, 1);
  spec.cutout = augment.real("cutout", 0, 0, 1);
  read_sound(augment.section("sound"), spec.sound);
  read_features(augment.section("features"), spec.features);
  return augment.finish();
}

Result<void> read_front_end(TomlReader table, FrontEndSpec& spec) {
  spec.type = table.text("type", "none", "none|log_mel|mfcc|band_powers|power_spectrum|sliding_stats");
  spec.scale = table.text("scale", "mel", "mel|linear");
  spec.coefficients = static_cast<std::int32_t>(table.integer("coefficients", 13, 1, 256));
  for (TomlReader& filter : table.sections("filters")) {
    FrontEndSpec::Filter& one = spec.filters.emplace_back();
    one.type = filter.text("type", "", "high_pass|low_pass|band_pass|envelope");
    if (one.type.empty()) filter.fail("type", "every filter needs a type");
    one.hz = filter.real("hz", 0, 0, 1e9);
    one.q = filter.real("q", one.q, 0.1, 100);
    one.window = static_cast<std::int32_t>(filter.integer("window", one.window, 1, 4096));
    one.stride = static_cast<std::int32_t>(filter.integer("stride", one.stride, 1, 1 << 20));
    MOTE_TRY_VOID(filter.finish());
  }
  spec.window = static_cast<std::int32_t>(table.integer("window", 0, 1, 4096));
  spec.stride = static_cast<std::int32_t>(table.integer("stride", 0, 1, 1 << 20));
  spec.fft = static_cast<std::int32_t>(table.integer("fft", 0, 16, 4096));
  spec.bands = static_cast<std::int32_t>(table.integer("bands", 32, 1, 256));
  spec.low_hz = table.real("low_hz", 60, 0, 1e9);
  spec.high_hz = table.real("high_hz", 0, 0, 1e9);
  spec.floor = table.real("floor", 1e-9, 1.2e-13, 1.2e-4);
  spec.normalise = table.text("normalise", "none", "none|rows|all");
  spec.deviation = table.flag("deviation", false);
  return table.finish();
}

Result<void> read_layer(TomlReader layer, LayerSpec& spec) {
  spec.type = layer.text(
      "type", "",
      "conv1d|conv2d|depthwise|separable|max_pool|average_pool|global_average_pool|flatten|dense|batch_norm|relu|relu6|"
      "add|softmax|gru");
  if (spec.type.empty()) layer.fail("type", "every layer needs a type");
  spec.name = layer.text("name", "");
  spec.from = layer.texts("from");
  const char* size = spec.type == "dense" || spec.type == "gru" ? "units" : "filters";
  spec.filters = static_cast<std::int32_t>(layer.integer(size, spec.type == "depthwise" ? 1 : 0, 1, 1 << 16));
  spec.kernel = layer.integers("kernel", {}, 1, 1 << 16);
  spec.stride = layer.integers("stride", {}, 1, 1 << 16);
  spec.dilation = static_cast<std::int32_t>(layer.integer("dilation", 1, 1, 1 << 16));
  spec.repeat = static_cast<std::int32_t>(layer.integer("repeat", 1, 1, 64));
  spec.padding = layer.text("padding", "same", "same|valid");
  spec.batch_norm = layer.flag("batch_norm", false);
  spec.activation = layer.text("activation", "none", "none|relu|relu6");
  if (spec.type == "gru") spec.sequence = layer.flag("sequence", false);
  return layer.finish();
}

/// A classical model: only the settings that it has.
Result<void> read_tabular(TomlReader& network, TabularSpec& spec) {
  const auto count = [&](const char* key, std::int32_t& value, std::int32_t low, std::int32_t high) {
    value = static_cast<std::int32_t>(network.integer(key, value, low, high));
  };
  const bool forest = spec.type == "forest";
  const bool boosted = spec.type == "boosted";
  if (forest || boosted || spec.type == "tree") {
    spec.depth = boosted ? 3 : spec.depth;
    count("depth", spec.depth, 1, 25);
    count("min_examples", spec.min_examples, 2, 1 << 20);
  }
  if (forest || boosted) count("trees", spec.trees, 1, 1000);
  if (forest) count("features", spec.features, 0, 32768);
  if (spec.type == "knn") {
    count("neighbours", spec.neighbours, 1, 64);
    count("points", spec.points, 0, 65535);
  }
  if (spec.type == "kmeans" || spec.type == "gmm") {
    spec.iterations = 100;
    if (spec.type == "gmm") spec.clusters = 4;
    count("clusters", spec.clusters, 1, 256);
    count("iterations", spec.iterations, 1, 100'000);
  }
  if (spec.type == "gmm") spec.covariance = network.text("covariance", spec.covariance, "diagonal|full");
  if (spec.type == "logistic") {
    count("iterations", spec.iterations, 1, 1'000'000);
    spec.rate = network.real("rate", spec.rate, 1e-6, 1000);
    spec.regularise = network.flag("regularise", false);
  }
  count("feature_bits", spec.feature_bits, 8, 16);
  if (spec.feature_bits != 8 && spec.feature_bits != 16) network.fail("feature_bits", "expects 8 or 16");
  return network.finish();
}

Result<void> read_network(TomlReader network, NetworkSpec& spec) {
  spec.type = network.text("type", "cnn1d");
  if (is_tabular(spec.type)) {
    spec.tabular.type = spec.type;
    return read_tabular(network, spec.tabular);
  }
  spec.channels = network.integers("channels", {}, 1, 1 << 16);
  spec.kernel = static_cast<std::int32_t>(network.integer("kernel", 0, 1, 1 << 16));
  spec.width = network.real("width", 1.0, 0.01, 100);
  for (TomlReader& layer : network.sections("layers")) {
    spec.layers.emplace_back();
    MOTE_TRY_VOID(read_layer(layer, spec.layers.back()));
  }
  if (spec.type == "layers" && spec.layers.empty()) network.fail("layers", "type \"layers\" needs [[network.layers]]");
  if (spec.type != "layers" && !spec.layers.empty())
    network.fail("layers", "[[network.layers]] needs type = \"layers\"");
  return network.finish();
}

Result<void> read_train(TomlReader train, TrainSpec& spec) {
  spec.epochs = static_cast<std::int32_t>(train.integer("epochs", 40, 1, 100'000));
  spec.batch_size = static_cast<std::int32_t>(train.integer("batch_size", 64, 2, 1 << 16));
  spec.optimiser = train.text("optimiser", "adam", "adam|sgd");
  spec.learning_rate = train.real("learning_rate", spec.optimiser == "adam" ? 2e-3 : 0.05, 0, 100);
  spec.momentum = train.real("momentum", 0.9, 0, 0.9999);
  spec.weight_decay = train.real("weight_decay", 1e-4, 0, 10);
  spec.schedule = train.text("schedule", "cosine", "cosine|step|constant");
  spec.step_epochs = static_cast<std::int32_t>(train.integer("step_epochs", 10, 1, 100'000));
  spec.step_factor = train.real("step_factor", 0.1, 0, 1);
  spec.warmup_epochs = train.real("warmup_epochs", 1, 0, 1000);
  spec.label_smoothing = train.real("label_smoothing", 0, 0, 0.9);
  spec.dropout = train.real("dropout", 0, 0, 0.95);
  spec.balance = train.flag("balanced", true) ? train.real("balance", 1, 0, 1) : 0;
  spec.focal = train.real("focal", 0, 0, 10);
  spec.average = train.real("average", 0, 0, 0.99999);
  spec.select = train.text("select", "loss", "loss|accuracy|f1|last");
  spec.patience = static_cast<std::int32_t>(train.integer("patience", 0, 0, 100'000));
  spec.seed = static_cast<std::uint64_t>(train.integer("seed", 1, 0, kMany));
  spec.threads = static_cast<std::int32_t>(train.integer("threads", 1, 1, 256));
  return train.finish();
}

passes::Precision read_precision(TomlReader& section, const passes::Precision& otherwise) {
  const auto bits = [&](std::string_view name, int value, int other) {
    const auto asked = static_cast<int>(section.integer(name, value, 4, 16));
    if (asked != 8 && asked != other) section.fail(name, fmt::format("expects 8 or {}", other));
    return asked;
  };
  return {bits("weight_bits", otherwise.weights, 4), bits("activation_bits", otherwise.activations, 16)};
}

Result<void> read_compress(TomlReader compress, const TrainSpec& train, CompressSpec& spec) {
  spec.quantise = compress.text("quantise", "ptq", "none|ptq|qat");
  spec.calibration_examples = static_cast<std::int32_t>(compress.integer("calibration_examples", 256, 1, 1 << 20));
  spec.calibration = compress.text("calibration", "min-max", "min-max|percentile|mse|entropy");
  spec.calibration_percentile = compress.real("calibration_percentile", 99.99, 50, 100);
  spec.equalise = compress.flag("equalise", false);
  spec.bias_correction = compress.flag("bias_correction", false);
  spec.adaround = compress.flag("adaround", false);
  spec.precision = read_precision(compress, {});
  for (TomlReader& layer : compress.sections("layers")) {
    const std::string name = layer.text("name", "");
    if (name.empty()) layer.fail("name", "every exception needs the layer's name");
    spec.layers[name] = read_precision(layer, spec.precision);
    MOTE_TRY_VOID(layer.finish());
  }
  spec.weight_bytes = compress.integer("weight_bytes", 0, 0, std::int64_t{1} << 40);
  spec.keep_macs = compress.real("keep_macs", 1, 0.01, 1);
  spec.importance = compress.text("importance", "taylor", "taylor|batch_norm|l1");
  spec.sparsity = compress.real("sparsity", 0, 0, 0.99);
  spec.sparsity_pattern = compress.text("sparsity_pattern", "anywhere", "anywhere|2:4|1:4|2:8|1:8");
  spec.sparsity_epochs = static_cast<std::int32_t>(compress.integer("sparsity_epochs", train.epochs, 1, 100'000));
  spec.prune_steps = static_cast<std::int32_t>(compress.integer("prune_steps", 3, 1, 100));
  spec.prune_epochs = static_cast<std::int32_t>(compress.integer("prune_epochs", train.epochs, 1, 100'000));
  spec.prune_learning_rate = compress.real("prune_learning_rate", train.learning_rate, 0, 100);
  spec.qat_epochs = static_cast<std::int32_t>(compress.integer("qat_epochs", 8, 1, 100'000));
  spec.qat_steps = compress.text("qat_steps", "calibrated", "calibrated|learned");
  spec.qat_learning_rate = compress.real("qat_learning_rate", train.learning_rate / 10, 0, 100);
  return compress.finish();
}

Result<void> read_distil(TomlReader distil, const TrainSpec& train, DistilSpec& spec) {
  spec.weight = distil.real("weight", 0.5, 0, 1);
  spec.temperature = distil.real("temperature", 4, 0.1, 100);
  spec.hints = distil.real("hints", 0, 0, 1000);
  spec.label_smoothing = distil.real("label_smoothing", 0, 0, 0.9);
  spec.teacher_channels_last =
      distil.text("teacher_layout", "channels_first", "channels_first|channels_last") == "channels_last";
  if (distil.is_text("teacher")) {
    spec.teacher_models = {distil.text("teacher", "")};
    return distil.finish();
  }
  if (distil.is_list("teacher")) {
    for (const std::string& path : distil.texts("teacher")) spec.teacher_models.emplace_back(path);
    if (spec.teacher_models.empty()) distil.fail("teacher", "the list is empty");
    return distil.finish();
  }
  const bool wanted = distil.has("teacher");
  spec.teachers = static_cast<std::int32_t>(distil.integer("teachers", 1, 1, 100));
  spec.teacher_epochs = static_cast<std::int32_t>(distil.integer("teacher_epochs", train.epochs, 1, 100'000));
  TomlReader teacher = distil.section("teacher");
  MOTE_TRY_VOID(distil.finish());
  if (wanted) MOTE_TRY_VOID(read_network(teacher, spec.teacher.emplace()));
  return {};
}

Result<void> read_search(TomlReader search, SearchSpec& spec) {
  spec.epochs = search.integers("epochs", {}, 1, 100'000);
  spec.population = static_cast<std::int32_t>(search.integer("population", 16, 8, 1024));
  if (spec.population % 4 != 0) search.fail("population", "must be a multiple of 4");
  spec.folds = static_cast<std::int32_t>(search.integer("folds", 0, 0, 64));
  if (spec.folds == 1) search.fail("folds", "needs at least two; 0 is one training by [split]");
  spec.reference = search.text("reference", spec.reference);
  for (TomlReader& choice : search.sections("choices")) {
    spec.choices.push_back({choice.text("setting", ""), choice.values("values")});
    if (spec.choices.back().setting.empty()) choice.fail("setting", "every choice needs a setting");
    if (spec.choices.back().values.size() < 2) choice.fail("values", "needs at least two values");
    MOTE_TRY_VOID(choice.finish());
  }
  return search.finish();
}

Result<void> read_limits(TomlReader limits, Limits& spec) {
  spec.accuracy = limits.real("accuracy", 0, 0, 1);
  spec.auc = limits.real("auc", 0, 0, 1);
  spec.ram_bytes = limits.integer("ram_bytes", 0, 0, std::int64_t{1} << 40);
  spec.flash_bytes = limits.integer("flash_bytes", 0, 0, std::int64_t{1} << 40);
  spec.latency_ms = limits.real("latency_ms", 0, 0, 1e9);
  spec.energy_uj = limits.real("energy_uj", 0, 0, 1e12);
  return limits.finish();
}

/// What only a network can do.
Result<void> check_tabular(const Recipe& recipe) {
  if (!is_tabular(recipe.network.type)) return {};
  const auto refuse = [&](const char* setting) {
    return bad_input(fmt::format("is for networks; network.type = \"{}\" has none", recipe.network.type),
                     fmt::format("{}: {}", recipe.file.string(), setting));
  };
  if (is_anomaly(recipe.network.type) && !recipe.anomaly.wanted())
    return bad_input("finds what is not normal; [anomaly] normal = [...] must say what is",
                     recipe.file.string() + ": network.type");
  if (!is_anomaly(recipe.network.type) && recipe.anomaly.wanted())
    return bad_input("tells classes apart; with [anomaly] take kmeans, gmm or an autoencoder",
                     recipe.file.string() + ": network.type");
  if (recipe.compress.quantise == "qat") return refuse("compress.quantise = \"qat\"");
  if (recipe.compress.keep_macs < 1) return refuse("compress.keep_macs");
  if (recipe.distil.wanted()) return refuse("distil");
  if (!recipe.speech.words.empty()) return refuse("speech");
  return {};
}

Result<Recipe> read_table(const toml::table& table, const std::filesystem::path& file) {
  TomlReader root(file.string(), "", &table);
  Recipe recipe;
  recipe.name = identifier(root.text("name", file.parent_path().filename().string()));
  recipe.description = root.text("description", "");
  MOTE_TRY_VOID(read_data(root.section("data"), recipe.data));
  MOTE_TRY_VOID(read_input(root.section("input"), recipe.data));
  MOTE_TRY_VOID(read_speech(root.section("speech"), recipe.speech));
  MOTE_TRY_VOID(read_split(root.section("split"), recipe.split));
  MOTE_TRY_VOID(read_anomaly(root.section("anomaly"), recipe.anomaly));
  MOTE_TRY_VOID(read_augment(root.section("augment"), recipe.augment));
  MOTE_TRY_VOID(read_front_end(root.section("front_end"), recipe.front_end));
  MOTE_TRY_VOID(read_network(root.section("network"), recipe.network));
  MOTE_TRY_VOID(read_train(root.section("train"), recipe.train));
  MOTE_TRY_VOID(read_compress(root.section("compress"), recipe.train, recipe.compress));
  MOTE_TRY_VOID(read_distil(root.section("distil"), recipe.train, recipe.distil));
  recipe.boards = root.texts("boards");
  MOTE_TRY_VOID(read_limits(root.section("limits"), recipe.limits));
  MOTE_TRY_VOID(read_search(root.section("search"), recipe.search));
  MOTE_TRY_VOID(root.finish());
  if (recipe.data.files.layout == "idx" && recipe.split.test.empty())
    recipe.split.test = {recipe.data.files.test_part + "#*"};  // such data bring their own split
  for (auto& teacher : recipe.distil.teacher_models)
    if (teacher.is_relative()) teacher = file.parent_path() / teacher;
  recipe.file = file;
  MOTE_TRY_VOID(check_tabular(recipe));
  if (!recipe.data.files.unlabelled.empty() && !recipe.distil.wanted())
    return bad_input("recordings without labels are for teachers to speak about; [distil] must say who teaches",
                     file.string() + ": data.unlabelled");
  recipe.split.normal = recipe.anomaly.normal;
  MOTE_TRY_VOID(check_anomaly(recipe));
  if (recipe.data.folder.is_relative()) recipe.data.folder = file.parent_path() / recipe.data.folder;
  return recipe;
}

/// The line (from 0) of data.folder, or else of the section's head and `found` false.
std::optional<std::size_t> folder_line(const toml::table& table, bool& found) {
  const toml::table* data = table["data"].as_table();
  const toml::node* folder = data == nullptr ? nullptr : data->get("folder");
  found = folder != nullptr;
  if (data == nullptr) return std::nullopt;
  return (found ? folder->source() : data->source()).begin.line - 1;
}

}  // namespace

std::string with_data_folder(const Recipe& recipe, const std::filesystem::path& folder) {
  const toml::table table = toml::parse(recipe.text);
  bool found = false;
  const auto line = folder_line(table, found);
  if (!line) return recipe.text;
  const std::string setting = fmt::format("folder = \"{}\"", folder.generic_string());
  std::string text;
  std::size_t number = 0;
  for (std::size_t begin = 0, end = 0; begin < recipe.text.size(); begin = end, ++number) {
    end = std::min(recipe.text.find('\n', begin), recipe.text.size() - 1) + 1;
    if (number != *line || !found) text += recipe.text.substr(begin, end - begin);
    if (number == *line) text += setting + "\n";
  }
  const auto again = parse_recipe(text, "/project.toml");
  return again.ok() && again->data.folder == "/" / folder ? text : recipe.text;
}

std::string text_without_network(const Recipe& recipe) {
  toml::table table = toml::parse(recipe.text);
  for (const char* section : {"network", "search", "limits"}) table.erase(section);
  std::ostringstream out;
  out << table;
  return out.str();
}

Result<Recipe> parse_recipe(std::string_view text, const std::filesystem::path& file) {
  try {
    MOTE_TRY(Recipe recipe, read_table(toml::parse(text, file.string()), file));
    recipe.text = std::string(text);
    return recipe;
  } catch (const toml::parse_error& error) {
    return bad_input(std::string(error.description()), fmt::format("{}:{}", file.string(), error.source().begin.line));
  }
}

Result<Recipe> read_recipe(const std::filesystem::path& file) {
  MOTE_TRY(const std::string text, read_text(file));
  return parse_recipe(text, file);
}

}  // namespace mote
