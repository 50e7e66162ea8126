// `fuzz_seeds FOLDER`: writes first inputs for the fuzzers into FOLDER/tflite, FOLDER/npy and FOLDER/mir.
#include <cstdio>
#include <filesystem>

#include "base/npz.h"
#include "import/tflite.h"
#include "ir/text.h"
#include "tests/import/tflite_writer.h"

int main(int argc, char** argv) {
  using namespace mote;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  const Bytes model = small_model();
  const auto graph = import_tflite(model, "small");
  const NpyArray array{NpyType::i16, {1, 3}, {1, 0, 2, 0, 3, 0}};
  const auto archive = encode_npz({{"a", array}, {"b", array}});
  if (!graph || !archive) return 1;
  const bool written = write_file(folder / "tflite" / "small.tflite", model).ok() &&
                       write_file(folder / "npy" / "one.npy", encode_npy(array)).ok() &&
                       write_file(folder / "npy" / "two.npz", *archive).ok() &&
                       write_text(folder / "mir" / "small.mir", to_text(*graph, nullptr)).ok();
  return written ? 0 : 1;
}
