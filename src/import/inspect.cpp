// See inspect.h.
#include "import/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "import/import.h"

namespace mote {
namespace {

using Json = nlohmann::ordered_json;

/// 1234567 as "1,234,567".
std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string quantization_text(const Quantization& q) {
  if (q.empty()) return "";
  if (q.per_channel()) return fmt::format("{} scales along axis {}", q.scale.size(), q.axis);
  return fmt::format("scale {:.6g}, zero point {}", q.scale[0], q.zero_point[0]);
}

/// Rows of cells with every column as wide as its widest cell; `right` tells which columns stand to the right.
std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right) {
  std::vector<std::size_t> width(right.size(), 0);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += right[c] ? fmt::format("{:>{}}  ", row[c], width[c]) : fmt::format("{:<{}}  ", row[c], width[c]);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

const TensorSummary* tensor_at(const ModelSummary& summary, const std::vector<int>& ids, std::size_t i) {
  return i < ids.size() && ids[i] >= 0 ? &summary.tensors[static_cast<std::size_t>(ids[i])] : nullptr;
}

/// Which input's quantisation says how the weights are quantised: the first constant one.
std::string weights_text(const ModelSummary& summary, const OperatorSummary& op) {
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const TensorSummary* tensor = tensor_at(summary, op.inputs, i);
    if (tensor == nullptr || !tensor->constant || (tensor->type != "f32" && tensor->quant.empty())) continue;
    return fmt::format("{} {}{}", tensor->type, shape_text(tensor->shape),
                       tensor->quant.per_channel() ? ", per channel" : "");
  }
  return "";
}

std::string operators_text(const ModelSummary& summary) {
  const bool known = summary.problem.empty();
  std::vector<std::vector<std::string>> rows = {
      {"#", "layer", "operator", "output", "quantisation", "weights", "parameters", "MACs"}};
  for (std::size_t i = 0; i < summary.operators.size(); ++i) {
    const OperatorSummary& op = summary.operators[i];
    const TensorSummary* out = tensor_at(summary, op.outputs, 0);
    rows.push_back({std::to_string(i), op.name, op.op + (op.unsupported.empty() ? "" : " (!)"),
                    out == nullptr ? "" : out->type + " " + shape_text(out->shape),
                    out == nullptr ? "" : quantization_text(out->quant), weights_text(summary, op),
                    op.parameters == 0 ? "" : grouped(op.parameters), known && op.macs != 0 ? grouped(op.macs) : ""});
  }
  rows.push_back({"", "all", fmt::format("{} operators", summary.operators.size()), "", "", "",
                  grouped(total_parameters(summary)), known ? grouped(total_macs(summary)) : "unknown"});
  return table(rows, {true, false, false, false, false, false, true, true});
}

std::string ports_text(const ModelSummary& summary) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const char* kind, const std::vector<int>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const TensorSummary& t = *tensor_at(summary, ids, i);
      rows.push_back({fmt::format("{} {}", kind, i), fmt::format("\"{}\"", t.name), t.type + " " + shape_text(t.shape),
                      quantization_text(t.quant)});
    }
  };
  add("input", summary.inputs);
  add("output", summary.outputs);
  return table(rows, {false, false, false, false});
}

std::string support_text(const ModelSummary& summary) {
  if (summary.problem.empty()) return "Mote supports every operator of this model.\n";
  std::string out = "Mote cannot compile this model:\n";
  bool named = false;
  for (std::size_t i = 0; i < summary.operators.size(); ++i) {
    const OperatorSummary& op = summary.operators[i];
    if (op.unsupported.empty()) continue;
    out += fmt::format("  node {} \"{}\": {} {}\n", i, op.name, op.op, op.unsupported);
    named = true;
  }
  out += named ? "\"mote ops\" lists the operators that Mote has.\n" : fmt::format("  {}\n", summary.problem);
  return out;
}

Json quantization_json(const Quantization& q) {
  if (q.empty()) return nullptr;
  Json out = {{"scale", q.scale}, {"zero_point", q.zero_point}};
  if (q.per_channel()) out["axis"] = q.axis;
  return out;
}

Json tensors_json(const ModelSummary& summary, const std::vector<int>& ids) {
  Json out = Json::array();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const TensorSummary* t = tensor_at(summary, ids, i);
    if (t == nullptr) {
      out.push_back(nullptr);
      continue;
    }
    out.push_back({{"name", t->name},
                   {"type", t->type},
                   {"shape", t->shape},
                   {"constant", t->constant},
                   {"quantization", quantization_json(t->quant)}});
  }
  return out;
}

}  // namespace

std::string inspect_text(const ModelSummary& summary, const std::string& file, std::size_t bytes,
                         const std::string& hash) {
  std::string out = fmt::format("{}: {}, {} bytes, SHA-256 {}\n", file, summary.format,
                                grouped(static_cast<std::int64_t>(bytes)), hash);
  if (!summary.description.empty()) out += fmt::format("\"{}\"\n", summary.description);
  out += "\n" + ports_text(summary) + "\n" + operators_text(summary);
  out += fmt::format("\nparameters: {} bytes of weights and biases\n", grouped(total_parameter_bytes(summary)));
  return out + support_text(summary);
}

std::string inspect_json(const ModelSummary& summary, const std::string& file, std::size_t bytes,
                         const std::string& hash) {
  const bool known = summary.problem.empty();
  Json out = {{"file", file},
              {"format", summary.format},
              {"name", summary.name},
              {"description", summary.description},
              {"file_bytes", bytes},
              {"sha256", hash},
              {"supported", known},
              {"problem", summary.problem},
              {"macs", known ? Json(total_macs(summary)) : Json(nullptr)},
              {"parameters", total_parameters(summary)},
              {"parameter_bytes", total_parameter_bytes(summary)},
              {"inputs", tensors_json(summary, summary.inputs)},
              {"outputs", tensors_json(summary, summary.outputs)},
              {"operators", Json::array()},
              {"unsupported", Json::array()}};
  for (std::size_t i = 0; i < summary.operators.size(); ++i) {
    const OperatorSummary& op = summary.operators[i];
    out["operators"].push_back({{"index", i},
                                {"name", op.name},
                                {"op", op.op},
                                {"macs", known ? Json(op.macs) : Json(nullptr)},
                                {"parameters", op.parameters},
                                {"parameter_bytes", op.parameter_bytes},
                                {"inputs", tensors_json(summary, op.inputs)},
                                {"outputs", tensors_json(summary, op.outputs)}});
    if (!op.unsupported.empty())
      out["unsupported"].push_back({{"index", i}, {"name", op.name}, {"op", op.op}, {"why", op.unsupported}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<std::string> inspect_report(const std::filesystem::path& model, bool json) {
  MOTE_TRY(const Bytes bytes, read_file(model));
  ModelSummary summary;
  if (model.extension() == ".tflite") {
    auto found = summarize_tflite(bytes, model.stem().string());
    if (!found) return std::move(found).error().at(model.string());
    summary = std::move(found).value();
  } else {
    MOTE_TRY(const Graph graph, import_file(model));
    summary = summarize(graph);
  }
  const std::string file = model.filename().string();
  const std::string hash = sha256_hex(bytes);
  return json ? inspect_json(summary, file, bytes.size(), hash) : inspect_text(summary, file, bytes.size(), hash);
}

}  // namespace mote
