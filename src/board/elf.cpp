// See elf.h.
#include "board/elf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/files.h"

namespace mote {
namespace {

/// Bounds-checked little-endian reads; `bad` is set by any that leaves the file.
struct Reader {
  const Bytes& bytes;
  bool wide = false;  ///< 64-bit ELF
  bool bad = false;

  std::uint64_t number(std::uint64_t offset, unsigned size) {
    if (offset > bytes.size() || bytes.size() - offset < size) {
      bad = true;
      return 0;
    }
    std::uint64_t value = 0;
    for (unsigned i = size; i-- > 0;) value = value << 8 | bytes[offset + i];
    return value;
  }
  std::uint64_t word(std::uint64_t offset) { return number(offset, wide ? 8 : 4); }

  std::string text(std::uint64_t offset) {
    std::string result;
    while (offset < bytes.size() && bytes[offset] != 0) result += static_cast<char>(bytes[offset++]);
    if (offset >= bytes.size()) bad = true;
    return result;
  }
};

struct Section {
  std::uint64_t name = 0, type = 0, flags = 0, offset = 0, size = 0, link = 0;
};

enum : std::uint64_t { kSymbolTable = 2, kNoBits = 8, kWrite = 1, kAlloc = 2, kExecute = 4 };
constexpr unsigned kFunction = 2;

Section read_section(Reader& in, std::uint64_t at) {
  Section section;
  section.name = in.number(at, 4);
  section.type = in.number(at + 4, 4);
  section.flags = in.word(at + 8);
  section.offset = in.word(at + (in.wide ? 24 : 16));
  section.size = in.word(at + (in.wide ? 32 : 20));
  section.link = in.number(at + (in.wide ? 40 : 24), 4);
  return section;
}

void read_symbols(Reader& in, const Section& table, const Section& names, bool thumb, std::vector<Symbol>& symbols) {
  const std::uint64_t entry = in.wide ? 24 : 16;
  for (std::uint64_t i = 1; i < table.size / entry && !in.bad; ++i) {
    const std::uint64_t at = table.offset + i * entry;
    const std::uint64_t info = in.number(at + (in.wide ? 4 : 12), 1);
    const std::uint64_t section = in.number(at + (in.wide ? 6 : 14), 2);
    if (section == 0 || (info & 15) > kFunction) continue;  // undefined, or a section or file name
    Symbol symbol;
    symbol.name = in.text(names.offset + in.number(at, 4));
    symbol.address = in.word(at + (in.wide ? 8 : 4));
    symbol.bytes = in.word(at + (in.wide ? 16 : 8));
    symbol.function = (info & 15) == kFunction;
    if (symbol.function && thumb) symbol.address &= ~std::uint64_t{1};
    if (!symbol.name.empty() && symbol.name[0] != '$') symbols.push_back(std::move(symbol));
  }
}

void add_size(const Section& section, const std::string& name, ElfFile& file) {
  if ((section.flags & kAlloc) == 0 || name == ".stack" || name == ".rom") return;
  const auto size = static_cast<std::int64_t>(section.size);
  if (section.type == kNoBits)
    file.zero_bytes += size;
  else if ((section.flags & kExecute) != 0)
    file.code_bytes += size;
  else if ((section.flags & kWrite) != 0)
    file.data_bytes += size;
  else
    file.constant_bytes += size;
}

}  // namespace

const Symbol* ElfFile::find(const std::string& name) const {
  for (const auto& symbol : symbols)
    if (symbol.name == name) return &symbol;
  return nullptr;
}

std::optional<std::string> ElfFile::place(std::uint64_t address) const {
  for (const auto& symbol : symbols)
    if (symbol.function && address >= symbol.address &&
        address - symbol.address < std::max<std::uint64_t>(symbol.bytes, 1))
      return fmt::format("{}+0x{:x}", symbol.name, address - symbol.address);
  return std::nullopt;
}

Result<ElfFile> read_elf(const std::filesystem::path& path) {
  MOTE_TRY(const Bytes bytes, read_file(path));
  const auto damaged = [&] { return bad_input("is not a whole little-endian ELF file", path.string()); };
  if (bytes.size() < 52 || std::memcmp(bytes.data(), "\177ELF", 4) != 0 || bytes[5] != 1) return damaged();
  Reader in{bytes, bytes[4] == 2};
  constexpr std::uint64_t kArm = 40;
  const bool thumb = in.number(18, 2) == kArm;
  const std::uint64_t table = in.word(in.wide ? 40 : 32);
  const std::uint64_t entry = in.number(in.wide ? 58 : 46, 2);
  const std::uint64_t count = in.number(in.wide ? 60 : 48, 2);
  const std::uint64_t names = in.number(in.wide ? 62 : 50, 2);

  std::vector<Section> sections;
  for (std::uint64_t i = 0; i < count && !in.bad; ++i) sections.push_back(read_section(in, table + i * entry));
  if (in.bad || names >= sections.size()) return damaged();

  ElfFile file;
  for (const auto& section : sections) {
    add_size(section, in.text(sections[names].offset + section.name), file);
    if (section.type != kSymbolTable) continue;
    if (section.link >= sections.size()) return damaged();
    read_symbols(in, section, sections[section.link], thumb, file.symbols);
  }
  if (in.bad) return damaged();
  std::sort(file.symbols.begin(), file.symbols.end(), [](const Symbol& a, const Symbol& b) {
    return a.address != b.address ? a.address < b.address : a.name < b.name;
  });
  return file;
}

}  // namespace mote
