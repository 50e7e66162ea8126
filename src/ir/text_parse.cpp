// See text.h: text -> Graph. One line is one statement; a cursor walks it. Nothing is allocated that the text (or the
// sidecar) does not itself hold, so hostile sizes cost nothing, and the verifier has the last word.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "ir/text.h"
#include "ir/verify.h"

namespace mote {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_word(char c) { return !is_space(c) && std::strchr("\"()[],=@", c) == nullptr; }

/// Walks one line.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) { skip_space(); }

  bool at_end() const { return rest_.empty(); }
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool accept(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    skip_space();
    return true;
  }
  Result<void> expect(char c) {
    if (accept(c)) return {};
    return bad_input(fmt::format("expected '{}' {}", c, here()));
  }
  bool accept_word(std::string_view wanted) {
    const Cursor saved = *this;
    if (word() == wanted) return true;
    *this = saved;
    return false;
  }
  /// Letters, digits and signs up to a space or delimiter; may be empty.
  std::string_view word() {
    std::size_t n = 0;
    while (n < rest_.size() && is_word(rest_[n])) ++n;
    const std::string_view out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    skip_space();
    return out;
  }
  Result<std::string> quoted() {
    if (!next_is('"')) return bad_input(fmt::format("expected a name in double quotes {}", here()));
    std::string out;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (rest_[i] != '\\') {
        out += rest_[i];
        continue;
      }
      ++i;
      if (i < rest_.size() && rest_[i] == 'x') {
        unsigned value = 0;
        const char* begin = rest_.data() + i + 1;
        const char* end = rest_.data() + std::min(rest_.size(), i + 3);
        const auto [ptr, ec] = std::from_chars(begin, end, value, 16);
        if (ec != std::errc{} || ptr != begin + 2) return bad_input("\\x in a name must have two hexadecimal digits");
        out += static_cast<char>(value);
        i += 2;
      } else if (i < rest_.size()) {
        out += rest_[i];
      }
    }
    if (i >= rest_.size()) return bad_input("a name's closing quote is missing");
    rest_.remove_prefix(i + 1);
    skip_space();
    return out;
  }
  std::string here() const {
    return rest_.empty() ? "at the end of the line" : fmt::format("before '{}'", rest_.substr(0, 20));
  }

 private:
  void skip_space() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

template <typename T>
bool to_number(std::string_view word, T& value) {
  const auto [ptr, ec] = std::from_chars(word.data(), word.data() + word.size(), value);
  return ec == std::errc{} && ptr == word.data() + word.size();
}

template <typename T>
Result<T> integer(std::string_view word) {
  T value{};
  if (!to_number(word, value)) return bad_input(fmt::format("'{}' is not a number that fits here", word));
  return value;
}

Result<float> real(std::string_view word) {
  float value = 0;
  if (word.starts_with("0x")) {
    std::uint32_t bits = 0;
    const auto [ptr, ec] = std::from_chars(word.data() + 2, word.data() + word.size(), bits, 16);
    if (ec == std::errc{} && ptr == word.data() + word.size()) {
      std::memcpy(&value, &bits, 4);
      return value;
    }
  } else if (to_number(word, value)) {
    return value;
  }
  return bad_input(fmt::format("'{}' is not a number that fits here", word));
}

Result<Shape> parse_shape(std::string_view word) {
  Shape shape;
  if (word == "scalar") return shape;
  while (true) {
    const std::size_t cross = word.find('x');
    MOTE_TRY(const auto dim, integer<std::int32_t>(word.substr(0, cross)));
    if (dim < 1) return bad_input(fmt::format("a dimension is {}; it must be at least 1", dim));
    shape.push_back(dim);
    if (shape.size() > 8) return bad_input("more than 8 dimensions");
    if (element_count(shape) > INT32_MAX) return bad_input("more than 2^31 elements");
    if (cross == std::string_view::npos) return shape;
    word.remove_prefix(cross + 1);
  }
}

template <typename T>
void append(Bytes& bytes, T value) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof(T));
}

template <typename T>
Result<void> append_integer(Bytes& bytes, std::string_view word) {
  MOTE_TRY(const T value, integer<T>(word));
  append(bytes, value);
  return {};
}

/// One element as text onto the end of `bytes`; `index` counts elements, for i4.
Result<void> append_element(Bytes& bytes, DType type, std::string_view word, std::size_t index) {
  switch (type) {
    case DType::f32: {
      MOTE_TRY(const float value, real(word));
      append(bytes, value);
      return {};
    }
    case DType::i8:
      return append_integer<std::int8_t>(bytes, word);
    case DType::i16:
      return append_integer<std::int16_t>(bytes, word);
    case DType::i32:
      return append_integer<std::int32_t>(bytes, word);
    case DType::i64:
      return append_integer<std::int64_t>(bytes, word);
    case DType::u8:
    case DType::boolean:
      return append_integer<std::uint8_t>(bytes, word);
    case DType::i4:
      break;
  }
  MOTE_TRY(const auto value, integer<std::int32_t>(word));
  if (value < -8 || value > 7) return bad_input(fmt::format("{} does not fit an i4", value));
  const auto nibble = static_cast<std::uint8_t>(value & 15);
  if (index % 2 == 0) {
    bytes.push_back(nibble);
  } else {
    bytes.back() = static_cast<std::uint8_t>(bytes.back() | (nibble << 4));
  }
  return {};
}

class Parser {
 public:
  Parser(const ConstantStore& sidecar, OpLookup find_op) : sidecar_(sidecar), find_op_(find_op) {}

  /// One line that is neither blank nor a comment.
  Result<void> line(Cursor& at) {
    const std::string_view keyword = at.word();
    if (!started_) {
      if (keyword != "mir") return bad_input("a .mir file starts with \"mir 1\"");
      return header(at);
    }
    if (keyword == "tensor") return tensor(at);
    if (keyword == "node") return node(at);
    if (keyword == "inputs") return references(at, graph_.inputs);
    if (keyword == "outputs") return references(at, graph_.outputs);
    return bad_input(fmt::format("expected tensor, node, inputs or outputs, found '{}'", keyword));
  }
  bool started() const { return started_; }
  Graph take() { return std::move(graph_); }

 private:
  Result<void> header(Cursor& at) {
    MOTE_TRY(const auto version, integer<std::int32_t>(at.word()));
    if (version != kTextFormVersion)
      return bad_input(fmt::format("text form version {}; this mote reads version {}", version, kTextFormVersion));
    MOTE_TRY(graph_.name, at.quoted());
    started_ = true;
    return {};
  }

  /// "[...]" or "@key" as the data of a tensor whose type and shape are known.
  Result<std::shared_ptr<const Bytes>> constant(Cursor& at, DType type, const Shape& shape) {
    if (at.accept('@')) {
      const std::string key(at.word());
      const auto found = sidecar_.find(key);
      if (found == sidecar_.end())
        return bad_input(fmt::format("constant \"{}\" is not in the sidecar .npz; is the file missing?", key));
      const StoredConstant& stored = found->second;
      const bool packed = type == DType::i4;
      const Shape wanted = packed ? Shape{static_cast<std::int32_t>(dtype_bytes(type, element_count(shape)))} : shape;
      if (stored.type != (packed ? DType::u8 : type) || stored.shape != wanted || stored.data == nullptr)
        return bad_input(fmt::format("constant \"{}\" of the sidecar is {} {}, not {} {}", key, dtype_name(stored.type),
                                     shape_text(stored.shape), dtype_name(type), shape_text(shape)));
      return stored.data;
    }
    MOTE_TRY_VOID(at.expect('['));
    auto bytes = std::make_shared<Bytes>();
    std::size_t count = 0;
    while (!at.accept(']')) {
      const std::string_view word = at.word();
      if (word.empty()) return bad_input(fmt::format("expected a number or ']' {}", at.here()));
      MOTE_TRY_VOID(append_element(*bytes, type, word, count));
      ++count;
    }
    if (static_cast<std::int64_t>(count) != element_count(shape))
      return bad_input(
          fmt::format("has {} values, its shape {} needs {}", count, shape_text(shape), element_count(shape)));
    return std::shared_ptr<const Bytes>(bytes);
  }

  /// What follows "scale": one real and "zero" one integer; or lists of both, where one zero point may stand for all.
  Result<void> scales(Cursor& at, Tensor& tensor) {
    Quantization& q = tensor.quant;
    if (!at.next_is('[') && !at.next_is('@')) {
      MOTE_TRY(const float scale, real(at.word()));
      q.scale = {scale};
      if (!at.accept_word("zero")) return bad_input(fmt::format("expected zero {}", at.here()));
      MOTE_TRY(const auto zero, integer<std::int32_t>(at.word()));
      q.zero_point = {zero};
      return {};
    }
    if (q.axis < 0 || static_cast<std::size_t>(q.axis) >= tensor.shape.size())
      return bad_input(fmt::format("quantised along axis {}, which it does not have", q.axis));
    const Shape channels = {tensor.shape[static_cast<std::size_t>(q.axis)]};
    MOTE_TRY(const auto scale_data, constant(at, DType::f32, channels));
    q.scale.resize(scale_data->size() / sizeof(float));
    std::memcpy(q.scale.data(), scale_data->data(), scale_data->size());
    if (!at.accept_word("zero")) return bad_input(fmt::format("expected zero {}", at.here()));
    if (at.next_is('[') || at.next_is('@')) {
      MOTE_TRY(const auto zero_data, constant(at, DType::i32, channels));
      q.zero_point.resize(q.scale.size());
      std::memcpy(q.zero_point.data(), zero_data->data(), zero_data->size());
      return {};
    }
    MOTE_TRY(const auto zero, integer<std::int32_t>(at.word()));
    q.zero_point.assign(q.scale.size(), zero);
    return {};
  }

  Result<void> tensor(Cursor& at) {
    Tensor tensor;
    MOTE_TRY(tensor.name, at.quoted());
    MOTE_TRY(tensor.type, parse_dtype(at.word()));
    MOTE_TRY(tensor.shape, parse_shape(at.word()));
    const bool axis = at.accept_word("axis");
    if (axis) {
      MOTE_TRY(tensor.quant.axis, integer<std::int32_t>(at.word()));
    }
    if (at.accept_word("scale")) {
      MOTE_TRY_VOID(scales(at, tensor));
    } else if (axis) {
      return bad_input(fmt::format("expected scale {}", at.here()));
    }
    if (at.accept('=')) {
      MOTE_TRY(tensor.data, constant(at, tensor.type, tensor.shape));
    }
    if (!ids_.emplace(tensor.name, static_cast<TensorId>(graph_.tensors.size())).second)
      return bad_input(fmt::format("tensor \"{}\" stands twice", tensor.name));
    graph_.tensors.push_back(std::move(tensor));
    return {};
  }

  Result<void> node(Cursor& at) {
    Node node;
    MOTE_TRY(node.name, at.quoted());
    const std::string_view op = at.word();
    node.op = find_op_(op);
    if (node.op == nullptr) return bad_input(fmt::format("there is no operator '{}'; `mote ops` lists them", op));
    MOTE_TRY_VOID(references(at, node.inputs));
    if (!at.accept_word("->")) return bad_input(fmt::format("expected -> {}", at.here()));
    MOTE_TRY_VOID(references(at, node.outputs));
    while (!at.at_end()) {
      const std::string_view name = at.word();
      if (name.empty()) return bad_input(fmt::format("expected an attribute's name {}", at.here()));
      MOTE_TRY_VOID(at.expect('='));
      MOTE_TRY(AttrValue value, attribute(at));
      if (node.attrs.has(name)) return bad_input(fmt::format("attribute {} stands twice", name));
      node.attrs.set(name, std::move(value));
    }
    graph_.nodes.push_back(std::move(node));
    return {};
  }

  Result<AttrValue> attribute(Cursor& at) {
    if (at.accept('[')) {
      std::vector<std::int64_t> list;
      while (!at.accept(']')) {
        MOTE_TRY(const auto value, integer<std::int64_t>(at.word()));
        list.push_back(value);
      }
      return AttrValue(std::move(list));
    }
    const Cursor saved = at;
    const std::string_view word = at.word();
    if (word.empty()) {
      at = saved;
      MOTE_TRY(std::string text, at.quoted());
      return AttrValue(std::move(text));
    }
    std::int64_t whole = 0;
    if (to_number(word, whole)) return AttrValue(whole);
    double value = 0;
    if (to_number(word, value)) return AttrValue(value);
    return bad_input(fmt::format("'{}' is not a number", word));
  }

  /// ("a", -, "b") as tensor ids.
  Result<void> references(Cursor& at, std::vector<TensorId>& ids) {
    ids.clear();
    MOTE_TRY_VOID(at.expect('('));
    if (at.accept(')')) return {};
    do {
      if (at.accept_word("-")) {
        ids.push_back(kNoTensor);
        continue;
      }
      MOTE_TRY(const std::string name, at.quoted());
      const auto found = ids_.find(name);
      if (found == ids_.end()) return bad_input(fmt::format("tensor \"{}\" is not declared above", name));
      ids.push_back(found->second);
    } while (at.accept(','));
    return at.expect(')');
  }

  const ConstantStore& sidecar_;
  OpLookup find_op_;
  Graph graph_;
  std::map<std::string, TensorId> ids_;
  bool started_ = false;
};

}  // namespace

Result<Graph> parse_graph(std::string_view text, const ConstantStore& sidecar, OpLookup find_op,
                          std::string_view file) {
  Parser parser(sidecar, find_op);
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t newline = text.find('\n');
    Cursor at(text.substr(0, newline));
    text = newline == std::string_view::npos ? std::string_view{} : text.substr(newline + 1);
    if (at.at_end() || at.accept('#')) continue;
    auto result = parser.line(at);
    if (result && !at.at_end()) result = bad_input(fmt::format("unexpected text {}", at.here()));
    if (!result) return std::move(result).error().at(fmt::format("{}:{}", file, number));
  }
  if (!parser.started()) return bad_input("is empty; a .mir file starts with \"mir 1\"", std::string(file));
  Graph graph = parser.take();
  if (auto verified = verify(graph, Code::BadInput); !verified)
    return std::move(verified).error().at(std::string(file));
  return graph;
}

}  // namespace mote
