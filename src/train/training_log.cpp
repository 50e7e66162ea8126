// See training_log.h.
#include "train/training_log.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "train/event_file.h"

namespace mote {
namespace {

// TensorBoard takes every file whose name holds "tfevents".
constexpr const char* kEventFile = "events.out.tfevents.0.mote";

Result<std::ofstream> open(const std::filesystem::path& path) {
  std::error_code ignored;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) return io_error("cannot be written", path.string());
  return file;
}

}  // namespace

std::string json_line(const std::string& phase, const EpochRecord& r) {
  nlohmann::ordered_json json = {
      {"phase", phase}, {"epoch", r.epoch}, {"learning_rate", r.learning_rate}, {"loss", r.loss}};
  if (r.classes) json["accuracy"] = r.accuracy;
  json["validation_loss"] = r.validation_loss;
  if (r.classes) json["validation_accuracy"] = r.validation_accuracy;
  return json.dump() + "\n";
}

std::string scalar_events(const std::string& phase, const EpochRecord& r, double seconds) {
  std::string events;
  for (const auto& [name, value] :
       {std::pair{"learning_rate", r.learning_rate}, std::pair{"loss", r.loss}, std::pair{"accuracy", r.accuracy},
        std::pair{"validation_loss", r.validation_loss}, std::pair{"validation_accuracy", r.validation_accuracy}}) {
    if (!r.classes && std::string_view(name).ends_with("accuracy")) continue;
    events += scalar_event(phase + "/" + name, r.epoch, static_cast<float>(value), seconds);
  }
  return events;
}

Result<TrainingLog> TrainingLog::create(const std::filesystem::path& lines, const std::filesystem::path& events) {
  TrainingLog log;
  if (!lines.empty()) {
    MOTE_TRY(log.lines_, open(lines));
  }
  if (!events.empty()) {
    MOTE_TRY(log.events_, open(events / kEventFile));
    log.events_ << event_file_header() << std::flush;
  }
  return log;
}

void TrainingLog::add(const std::string& phase, const EpochRecord& record, double seconds) {
  if (lines_.is_open()) lines_ << json_line(phase, record) << std::flush;
  if (events_.is_open()) events_ << scalar_events(phase, record, seconds) << std::flush;
}

}  // namespace mote
