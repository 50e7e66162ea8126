// Reads the symbols and section sizes of an ELF file: where the layers' functions are, what the firmware takes of flash
// and RAM. Where it stands: board. Format: System V Application Binary Interface, chapters 4 and 5 (ELF, sections,
// symbol table); 32 and 64 bit, little-endian. Every offset is checked, so a damaged file is an error and never a
// crash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace mote {

struct Symbol {
  std::string name;
  std::uint64_t address = 0;  ///< without the Thumb bit
  std::uint64_t bytes = 0;
  bool function = false;
};

struct ElfFile {
  std::int64_t code_bytes = 0;      ///< loaded and executable
  std::int64_t constant_bytes = 0;  ///< loaded, neither executable nor writable
  std::int64_t data_bytes = 0;      ///< initial values of variables: flash and RAM
  std::int64_t zero_bytes =
      0;  ///< variables that start as zero: RAM alone; without the section .stack; .rom counts nowhere
  std::vector<Symbol> symbols;  ///< ordered by address

  const Symbol* find(const std::string& name) const;
  /// "function+0x12" of the function that holds the address, or nothing.
  std::optional<std::string> place(std::uint64_t address) const;
};

Result<ElfFile> read_elf(const std::filesystem::path& path);

}  // namespace mote
