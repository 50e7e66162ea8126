// See tiny_model.h.
#include "tests/board/tiny_model.h"

#include <fmt/format.h>

namespace mote::testing {
namespace {

constexpr const char* kHeader = R"(#ifndef MOTE_TINY_H
#define MOTE_TINY_H
#include <stdint.h>
int8_t *mote_tiny_input0(void);
const int32_t *mote_tiny_output0(void);
void mote_tiny_reset(void);
int mote_tiny_invoke(void);
#endif
)";

constexpr const char* kSource = R"(#include "mote_tiny.h"
#ifdef MOTE_TRACE_LAYERS
void mote_trace(int layer, const void *data, unsigned bytes);
#define MOTE_TRACE(layer, data, bytes) mote_trace(layer, data, bytes)
#else
#define MOTE_TRACE(layer, data, bytes) ((void)0)
#endif
extern const int8_t mote_tiny_table[];
static _Alignas(8) uint8_t arena[{arena}];
{globals}
int8_t *mote_tiny_input0(void) {{ return (int8_t *)arena; }}
const int32_t *mote_tiny_output0(void) {{ return (const int32_t *)(arena + 32); }}
void mote_tiny_reset(void) {{}}
static __attribute__((noinline)) void mote_tiny_layer_00_scale(void) {{
  const int8_t *in = (const int8_t *)arena;
  int8_t *out = (int8_t *)(arena + 16);
  int i;
  {extra}
  for (i = 0; i < 16; ++i) out[i] = (int8_t)(in[i] * mote_tiny_table[i] / 4);
}}
static __attribute__((noinline)) void mote_tiny_layer_01_sum(void) {{
  const int8_t *in = (const int8_t *)(arena + 16);
  int32_t *out = (int32_t *)(arena + 32);
  int i, j;
  for (i = 0; i < 4; ++i) {{
    out[i] = 0;
    for (j = 0; j < 4; ++j) out[i] += in[4 * i + j];
  }}
}}
int mote_tiny_invoke(void) {{
  mote_tiny_layer_00_scale();
  MOTE_TRACE(0, arena + 16, 16);
  mote_tiny_layer_01_sum();
  MOTE_TRACE(1, arena + 32, 16);
  return 0;
}}
)";

constexpr const char* kJson = R"({{"format": 1, "mote_version": "0", "model": "tiny", "model_hash": "0", "board": "any",
"target": "{target}", "header": "mote_tiny.h", "sources": ["mote_tiny.c", "mote_tiny_weights.c"], "include_dirs": ["."],
"cflags": ["-std=c11"], "arena_bytes": {arena}, "constant_bytes": {constants},
"inputs": [{{"name": "in", "function": "mote_tiny_input0", "type": "i8", "shape": [1, 16], "bytes": 16}}],
"outputs": [{{"name": "out", "function": "mote_tiny_output0", "type": "i32", "shape": [1, 4], "bytes": 16}}],
"invoke": "mote_tiny_invoke", "reset": "mote_tiny_reset", "stateful": false,
"layers": [
 {{"name": "scale", "op": "mul", "kernel": "mul", "symbol": "mote_tiny_layer_00_scale", "macs": 16, "constant_bytes": {constants},
   "arena_live_bytes": {arena}, "output_bytes": 16}},
 {{"name": "sum", "op": "sum", "kernel": "sum", "symbol": "mote_tiny_layer_01_sum", "macs": 16}}],
"buffers": [{{"name": "in", "kind": "input", "offset": 0, "bytes": 16, "first": -1, "last": 0}},
 {{"name": "big", "kind": "activation", "offset": 0, "bytes": {arena}, "first": 0, "last": 1}}]}}
)";

int table_value(int i) { return i % 7 - 3; }

}  // namespace

Result<void> write_tiny_model(const std::filesystem::path& folder, const TinyModel& model) {
  const auto arena = fmt::arg("arena", model.arena_bytes);
  std::string weights = fmt::format(
      "#include <stdint.h>\nextern const int8_t mote_tiny_table[{0}];\nconst int8_t mote_tiny_table[{0}] = {{",
      model.constant_bytes);
  for (int i = 0; i < 16; ++i) weights += fmt::format("{}, ", table_value(i));
  MOTE_TRY_VOID(write_text(folder / "mote_tiny.h", kHeader));
  MOTE_TRY_VOID(write_text(folder / "mote_tiny_weights.c", weights + "};\n"));
  MOTE_TRY_VOID(write_text(
      folder / "mote_tiny.c",
      fmt::format(fmt::runtime(kSource), arena, fmt::arg("extra", model.extra), fmt::arg("globals", model.globals))));
  return write_text(folder / "mote.json", fmt::format(fmt::runtime(kJson), arena, fmt::arg("target", model.target),
                                                      fmt::arg("constants", model.constant_bytes)));
}

Bytes tiny_input(int samples) {
  Bytes input;
  for (int i = 0; i < samples * 16; ++i) input.push_back(static_cast<std::uint8_t>((i * 37 + 11) % 256));
  return input;
}

Bytes tiny_output(const Bytes& input) {
  Bytes output;
  for (std::size_t group = 0; group < input.size() / 4; ++group) {
    std::int32_t sum = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t at = 4 * group + j;
      sum += static_cast<std::int8_t>(static_cast<std::int8_t>(input[at]) * table_value(static_cast<int>(at % 16)) / 4);
    }
    for (int byte = 0; byte < 4; ++byte)
      output.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(sum) >> (8 * byte)));
  }
  return output;
}

}  // namespace mote::testing
