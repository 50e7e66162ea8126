// Errors as values. Every function of Mote that can fail for a reason outside the programmer's control returns
// Result<T>. Where it stands: the bottom of the house; everything includes it. After the style of wabt's result.h and
// LevelDB's Status: few codes, one readable line, and `where` names the file and offset, the node, or the field.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace mote {

/// Why something failed. The command line maps DoesNotFit to exit status 1 and every other code to 2.
enum class Code {
  BadInput,     ///< the user's file, option or data is wrong
  Unsupported,  ///< well-formed, but Mote cannot do it yet
  DoesNotFit,   ///< the model exceeds the board's RAM or flash; says by how many bytes and names the tensors to blame
  ToolFailed,   ///< a compiler, linker or emulator that Mote called failed
  Io,           ///< a file could not be read or written
  Internal,     ///< a bug in Mote
};

/// One error, one line: "where: what". `what` ends with what to do about it whenever there is something to do.
struct Error {
  Code code = Code::Internal;
  std::string what;
  std::string where;

  /// "kws.tflite: node 7 \"conv_3\": weights are 5-D"
  std::string to_string() const { return where.empty() ? what : where + ": " + what; }

  /// The same error with one more place in front: `error.at("kws.tflite")`.
  Error at(const std::string& place) && {
    where = where.empty() ? place : place + ": " + where;
    return std::move(*this);
  }
};

/// A value of type T, or an Error. Reading the value of a failed result is a programmer's mistake and aborts.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return *checked(std::get_if<0>(&state_)); }
  const T& value() const& { return *checked(std::get_if<0>(&state_)); }
  T&& value() && { return std::move(*checked(std::get_if<0>(&state_))); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return *checked(std::get_if<1>(&state_)); }
  Error&& error() && { return std::move(*checked(std::get_if<1>(&state_))); }

 private:
  template <typename P>
  static P* checked(P* pointer) {
    if (pointer == nullptr) std::abort();
    return pointer;
  }
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return *checked(); }
  Error&& error() && { return std::move(*checked()); }

 private:
  const Error* checked() const {
    if (!error_) std::abort();
    return &*error_;
  }
  Error* checked() {
    if (!error_) std::abort();
    return &*error_;
  }
  std::optional<Error> error_;
};

inline Error bad_input(std::string what, std::string where = {}) {
  return {Code::BadInput, std::move(what), std::move(where)};
}
inline Error unsupported(std::string what, std::string where = {}) {
  return {Code::Unsupported, std::move(what), std::move(where)};
}
inline Error does_not_fit(std::string what, std::string where = {}) {
  return {Code::DoesNotFit, std::move(what), std::move(where)};
}
inline Error tool_failed(std::string what, std::string where = {}) {
  return {Code::ToolFailed, std::move(what), std::move(where)};
}
inline Error io_error(std::string what, std::string where = {}) {
  return {Code::Io, std::move(what), std::move(where)};
}
inline Error internal_error(std::string what, std::string where = {}) {
  return {Code::Internal, std::move(what), std::move(where)};
}

/// Prints the condition with its place and aborts. For MOTE_CHECK only.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace mote

/// Invariants of Mote itself; never fires on user input, in any build type.
#define MOTE_CHECK(condition)                                               \
  do {                                                                      \
    if (!(condition)) ::mote::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)

#define MOTE_CONCAT_IMPL(a, b) a##b
#define MOTE_CONCAT(a, b) MOTE_CONCAT_IMPL(a, b)

/// `MOTE_TRY(auto graph, import_tflite(bytes));` declares `graph`, or returns the error from the calling function.
#define MOTE_TRY(declaration, expression) MOTE_TRY_IMPL(MOTE_CONCAT(mote_try_, __LINE__), declaration, expression)
#define MOTE_TRY_IMPL(temporary, declaration, expression)   \
  auto temporary = (expression);                            \
  if (!temporary.ok()) return std::move(temporary).error(); \
  declaration = std::move(temporary).value()

/// `MOTE_TRY_VOID(verify(graph));` for Result<void>: returns the error from the calling function.
#define MOTE_TRY_VOID(expression)                                                                              \
  do {                                                                                                         \
    if (auto mote_try_result = (expression); !mote_try_result.ok()) return std::move(mote_try_result).error(); \
  } while (false)
