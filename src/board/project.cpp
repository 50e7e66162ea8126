// See project.h.
#include "board/project.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "board/fields.h"

namespace mote {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;

bool is_identifier(const std::string& text) {
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(), word);
}

std::string identifier(Fields& fields, const std::string& key) {
  std::string text = fields.text(key);
  if (!is_identifier(text)) fields.fail(key, "must be a C identifier");
  return text;
}

bool stays_inside(const std::string& text) {
  const fs::path path(text);
  if (text.empty() || path.is_absolute() || text[0] == '-') return false;
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

std::vector<std::string> paths(Fields& fields, const std::string& key) {
  std::vector<std::string> all = fields.texts_or_empty(key);
  if (!std::all_of(all.begin(), all.end(), stays_inside)) fields.fail(key, "names a path outside the folder");
  return all;
}

ProjectPort read_port(Fields fields) {
  ProjectPort port;
  port.name = fields.text("name");
  port.function = identifier(fields, "function");
  port.type = fields.text("type");
  port.shape = fields.integers_or_empty("shape");
  port.bytes = fields.integer("bytes", 1, kMostBytes);
  port.scale = fields.numbers_or_empty("scale");
  port.zero_point = fields.integers_or_empty("zero_point");
  return port;
}

ProjectLayer read_layer(Fields fields) {
  ProjectLayer layer;
  layer.name = fields.text("name");
  layer.op = fields.text_or("op", "");
  layer.kernel = fields.text_or("kernel", "");
  layer.symbol = identifier(fields, "symbol");
  layer.macs = fields.integer_or("macs", 0, INT64_MAX, 0);
  layer.instructions_estimated = fields.integer_or("instructions_estimated", 0, INT64_MAX, 0);
  layer.arena_live_bytes = fields.integer_or("arena_live_bytes", 0, kMostBytes, 0);
  layer.constant_bytes = fields.integer_or("constant_bytes", 0, kMostBytes, 0);
  layer.output_bytes = fields.integer_or("output_bytes", 0, kMostBytes, 0);
  return layer;
}

ProjectBuffer read_buffer(Fields fields) {
  ProjectBuffer buffer;
  buffer.name = fields.text("name");
  buffer.kind = fields.text_or("kind", "activation");
  buffer.offset = fields.integer("offset", 0, kMostBytes);
  buffer.bytes = fields.integer("bytes", 0, kMostBytes);
  buffer.first = fields.integer_or("first", -1, kMostBytes, -1);
  buffer.last = fields.integer_or("last", -1, kMostBytes, -1);
  return buffer;
}

}  // namespace

Result<Project> load_project(const fs::path& folder) {
  const fs::path path = folder / "mote.json";
  std::error_code ec;
  if (!fs::exists(path, ec))
    return bad_input("has no mote.json; give a folder that `mote compile` wrote", folder.string());
  MOTE_TRY(const nlohmann::json json, read_json(path));
  Fields fields(json, path.string());

  Project project;
  project.folder = folder;
  if (fields.integer("format", 0, INT64_MAX) != 1) fields.fail("format", "must be 1; compile the model again");
  project.model = identifier(fields, "model");
  project.model_hash = fields.text_or("model_hash", "");
  project.board = fields.text("board");
  project.target = fields.text("target");
  project.header = fields.text("header");
  if (!stays_inside(project.header) || project.header.find_first_of("\"\n") != std::string::npos)
    fields.fail("header", "must be a file name");
  project.sources = paths(fields, "sources");
  project.include_dirs = paths(fields, "include_dirs");
  project.cflags = fields.texts_or_empty("cflags");
  project.arena_bytes = fields.integer("arena_bytes", 0, kMostBytes);
  project.constant_bytes = fields.integer_or("constant_bytes", 0, kMostBytes, 0);
  for (auto& port : fields.objects("inputs")) project.inputs.push_back(read_port(port));
  for (auto& port : fields.objects("outputs")) project.outputs.push_back(read_port(port));
  project.invoke = identifier(fields, "invoke");
  project.reset = identifier(fields, "reset");
  project.stateful = fields.flag_or("stateful", false);
  for (auto& layer : fields.objects("layers")) project.layers.push_back(read_layer(layer));
  if (fields.has("buffers"))
    for (auto& buffer : fields.objects("buffers")) project.buffers.push_back(read_buffer(buffer));
  MOTE_TRY_VOID(fields.finish());
  return project;
}

}  // namespace mote
