// Tensors of a .tflite file as tensors of the IR: types, shapes, quantisation, constants.
// Where it stands: inside src/import, between tflite_file.h and tflite.h.
#pragma once

#include <map>

#include "import/tflite_file.h"
#include "ir/graph.h"

namespace mote {

/// Converts tensors one by one. Constants that share a buffer share their bytes.
class TfliteTensorReader {
 public:
  explicit TfliteTensorReader(const TfliteFile& file) : file_(file) {}

  /// The tensor, with the file's name for it (not yet unique, perhaps empty). Shapes and sizes of constants are
  /// checked. BadInput: shapes, sizes or quantisation make no sense. Unsupported: element types, sparse and variable
  /// tensors, unsigned quantised values.
  Result<Tensor> read(std::size_t index);

 private:
  Result<Quantization> read_quantization(const schema::Tensor& from, const Tensor& tensor);

  const TfliteFile& file_;
  std::map<std::uint32_t, std::shared_ptr<const Bytes>> buffers_;
  std::size_t scales_ = 0;  ///< read so far, over all tensors
};

}  // namespace mote
