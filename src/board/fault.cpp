// See fault.h. Arm: bits of CFSR from the Armv7-M Architecture Reference Manual B3.2.15. RISC-V: mcause from the
// Privileged Specification, table 3.6. Xtensa: EXCCAUSE from the Xtensa ISA Reference Manual, 4.4.1.5.
#include "board/fault.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace mote {
namespace {

using Name = std::pair<std::uint32_t, const char*>;

enum : std::uint32_t { kFault = 1, kInvokeFailed = 2, kInputShort = 3, kStackOverflow = 4 };

/// The word is: exception number << 24 | usage-fault bits 24, 25 moved to 13, 14 | CFSR bits 0 to 23.
std::string arm_cause(std::uint32_t cause) {
  static constexpr Name kBits[] = {{1U << 0, "instruction fetch from a forbidden address"},
                                   {1U << 1, "data access to a forbidden address"},
                                   {1U << 8, "bus fault on an instruction fetch"},
                                   {1U << 9, "bus fault on a data access"},
                                   {1U << 10, "bus fault on a store"},
                                   {1U << 16, "undefined instruction"},
                                   {1U << 17, "jump to an address without the Thumb bit"},
                                   {1U << 18, "bad return from an exception"},
                                   {1U << 19, "floating point is off"},
                                   {1U << 20, "stack overflow"},
                                   {1U << 13, "unaligned access"},
                                   {1U << 14, "division by zero"}};
  for (const auto& [bit, name] : kBits)
    if ((cause & bit) != 0) return name;
  static constexpr const char* kExceptions[] = {"", "reset", "NMI", "HardFault", "MemManage", "BusFault", "UsageFault"};
  const std::uint32_t number = cause >> 24;
  return number < std::size(kExceptions) ? kExceptions[number] : fmt::format("exception {}", number);
}

std::string riscv_cause(std::uint32_t cause) {
  static constexpr const char* kCauses[] = {"misaligned instruction address",
                                            "instruction access fault",
                                            "illegal instruction",
                                            "breakpoint",
                                            "misaligned load",
                                            "load access fault",
                                            "misaligned store",
                                            "store access fault"};
  return cause < std::size(kCauses) ? kCauses[cause] : fmt::format("trap {}", cause);
}

std::string xtensa_cause(std::uint32_t cause) {
  static constexpr Name kCauses[] = {{0, "illegal instruction"},
                                     {2, "instruction fetch error"},
                                     {3, "load or store error"},
                                     {6, "division by zero"},
                                     {9, "unaligned load or store"},
                                     {20, "fetch from a forbidden address"},
                                     {28, "load from a forbidden address"},
                                     {29, "store to a forbidden address"}};
  for (const auto& [number, name] : kCauses)
    if (cause == number) return name;
  return fmt::format("exception cause {}", cause);
}

std::string cause_text(const Firmware& firmware, std::uint32_t cause) {
  const std::string& set = firmware.board.target.cycles.instruction_set;
  if (set == "thumb") return arm_cause(cause);
  if (set == "rv32") return riscv_cause(cause);
  if (set == "xtensa") return xtensa_cause(cause);
  return fmt::format("cause {}", cause);
}

std::string place(const ElfFile& elf, std::uint32_t pc) {
  const auto found = elf.place(pc);
  return found ? fmt::format("{} (pc 0x{:08x})", *found, pc) : fmt::format("pc 0x{:08x}", pc);
}

/// What the emulator said last: its reason when it gave up by itself.
std::string last_line(const std::string& text) {
  std::string last, line;
  for (const char c : text + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (line.find("mote counter") != std::string::npos) return line;
    if (line.find("qemu") != std::string::npos) last = line;
    line.clear();
  }
  return last;
}

}  // namespace

Error unaligned_error(const Firmware& firmware, const ElfFile& elf, std::uint64_t pc, std::uint64_t address) {
  return tool_failed(
      fmt::format("unaligned access of address 0x{:08x} in {}: {} cannot do it (the emulator can)", address,
                  place(elf, static_cast<std::uint32_t>(pc)), firmware.board.target.target.name),
      fmt::format("{} on {}", firmware.project.model, firmware.board.name));
}

Error explain_end(const Firmware& firmware, const ElfFile& elf, const ProcessEnd& end, const Status* status) {
  const std::string where = fmt::format("{} on {}", firmware.project.model, firmware.board.name);
  const auto error = [&](const std::string& what) { return tool_failed(what, where); };
  if (status != nullptr) {
    const std::string at_sample = fmt::format(", at sample {}", status->samples);
    switch (status->end) {
      case kFault: {
        std::string text =
            fmt::format("the firmware crashed: {} in {}", cause_text(firmware, status->cause), place(elf, status->pc));
        if (status->address != 0) text += fmt::format(", address 0x{:08x}", status->address);
        if (const auto caller = elf.place(status->lr); caller && status->lr != 0) text += ", called from " + *caller;
        return error(text + at_sample);
      }
      case kInvokeFailed:
        return error(fmt::format("{} returned {}{}", firmware.project.invoke, static_cast<std::int32_t>(status->cause),
                                 at_sample));
      case kInputShort:
        return error(fmt::format("the input ended inside a sample{}", at_sample));
      case kStackOverflow:
        return error(fmt::format("the stack ran into the static data{}; the board has too little RAM for this model",
                                 at_sample));
      default:
        return error(fmt::format("the harness could not read or write its files{}", at_sample));
    }
  }
  if (end.timed_out)
    return error(fmt::format(
        "did not end within {:.0f} s and was stopped; it may hang (MOTE_TIMEOUT=seconds sets another limit)",
        end.seconds));
  if (end.signal != 0) return error(fmt::format("ended by signal {} ({})", end.signal, ::strsignal(end.signal)));
  const std::string line = last_line(end.err);
  return error(fmt::format("ended without a result (status {}){}{}", end.exit_code, line.empty() ? "" : ": ", line));
}

}  // namespace mote
