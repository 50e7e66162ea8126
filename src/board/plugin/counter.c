/* The counting plugin: loaded by QEMU, it counts the instructions and estimates the cycles of every layer of a model.
 * Where it stands: src/board/plugin, built as a shared object; run.cpp writes its configuration and reads its result.
 * How: when QEMU translates a block, its instructions are counted and their cycles summed from the target's table;
 * every execution of the block adds both to the layer that runs. The layer changes when a block at a layer's entry
 * runs; counting starts at the entry of invoke and stops when control is back in the harness's main. A block that does
 * not follow the previous one in memory was branched to, and costs the pipeline's refill. The declarations of QEMU's
 * plugin interface, version 1 (docs/devel/tcg-plugins of QEMU 7.2), stand here because distributions do not ship the
 * header; only what is used is declared. A board with slow flash behind small caches (flash_cache.h) has the wait
 * cycles of its fetches and constant reads counted beside. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "flash_cache.h"

/* --- QEMU plugin interface, version 1 --- */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef struct {
  const char* target_name;
  struct {
    int min;
    int cur;
  } version;
  bool system_emulation;
  struct {
    int smp_vcpus;
    int max_vcpus;
  } system;
} qemu_info_t;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS = 0 };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_R = 1, QEMU_PLUGIN_MEM_W = 2, QEMU_PLUGIN_MEM_RW = 3 };
typedef uint32_t qemu_plugin_meminfo_t;
extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                                  void (*callback)(qemu_plugin_id_t, struct qemu_plugin_tb*));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb* tb, void (*callback)(unsigned, void*),
                                                 enum qemu_plugin_cb_flags flags, void* user);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* tb);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb* tb);
extern struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb* tb, size_t index);
extern const void* qemu_plugin_insn_data(const struct qemu_plugin_insn* insn);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn* insn);
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn* insn,
                                             void (*callback)(unsigned, qemu_plugin_meminfo_t, uint64_t, void*),
                                             enum qemu_plugin_cb_flags flags, enum qemu_plugin_mem_rw rw, void* user);
extern unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn* insn);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv);

/* --- Configuration: lines "key value..." of the file named by the argument config= --- */
enum { MOST_LAYERS = 4096 };
static const char* const kCostNames[COST_COUNT] = {
    "alu",    "load",     "load_next", "store",  "store_register", "multiple_base", "multiple_each",
    "mul",    "mul_long", "div",       "branch", "branch_taken",   "branch_link",   "table_branch",
    "system", "barrier",  "fp",        "fp_mac", "fp_div",         "vector"};
static uint32_t costs[COST_COUNT];
static decoder decode;
static uint64_t invoke_begin, invoke_end, main_begin, main_end;
static uint64_t layer_entry[MOST_LAYERS];
static int layer_count;
enum { MOST_MODES = 4 };
static struct flash flash[MOST_MODES]; /* the ways that the board's flash can be set up */
static int modes;
static int strict_alignment; /* the chip cannot do unaligned accesses, but QEMU does them */
static const char* out_path = "counter.out";

/* --- Counts. Slot layer_count holds what invoke itself does between layers. --- */
struct count {
  uint64_t instructions;
  uint64_t cycles;
  uint64_t waits[MOST_MODES]; /* cycles that flash adds, by its mode */
};
static struct count counts[MOST_LAYERS + 1];
static struct count* current;     /* NULL: outside of invoke */
static struct count sample_start; /* totals when this call of invoke began */
static uint64_t calls, most_cycles, most_instructions;
static uint64_t previous_end;
static uint64_t unaligned_count, unaligned_pc, unaligned_address; /* the first one */

/* A translated block. */
enum mark { MARK_NONE, MARK_INVOKE, MARK_INVOKE_BODY, MARK_MAIN, MARK_LAYER };
struct block {
  uint64_t begin, end;
  uint32_t instructions, cycles;
  enum mark mark;
  int layer;
};

static struct count total(void) {
  struct count sum = {0, 0, {0}};
  int i;
  for (i = 0; i <= layer_count; ++i) {
    sum.instructions += counts[i].instructions;
    sum.cycles += counts[i].cycles;
  }
  return sum;
}

static void leave_invoke(void) {
  const struct count now = total();
  current = NULL;
  ++calls;
  if (now.cycles - sample_start.cycles > most_cycles) most_cycles = now.cycles - sample_start.cycles;
  if (now.instructions - sample_start.instructions > most_instructions)
    most_instructions = now.instructions - sample_start.instructions;
}

static void on_execute(unsigned cpu, void* user) {
  const struct block* block = user;
  int i;
  (void)cpu;
  switch (block->mark) {
    case MARK_NONE:
      break;
    case MARK_INVOKE:
      if (current == NULL) sample_start = total();
      current = &counts[layer_count];
      break;
    case MARK_INVOKE_BODY:
      if (current != NULL) current = &counts[layer_count];
      break;
    case MARK_MAIN:
      if (current != NULL) leave_invoke();
      break;
    case MARK_LAYER:
      if (current != NULL) current = &counts[block->layer];
      break;
  }
  if (current != NULL) {
    current->instructions += block->instructions;
    const uint32_t cycles = block->cycles + (block->begin != previous_end ? costs[COST_BRANCH_TAKEN] : 0);
    current->cycles += cycles;
    for (i = 0; i < modes; ++i) current->waits[i] += flash_fetch(&flash[i], block->begin, block->end, cycles);
  }
  previous_end = block->end;
}

static void mark_block(struct block* block) {
  int i;
  block->mark = MARK_NONE;
  if (block->begin >= invoke_begin && block->begin < invoke_end) block->mark = MARK_INVOKE_BODY;
  if (block->begin == invoke_begin) block->mark = MARK_INVOKE;
  if (block->begin >= main_begin && block->begin < main_end) block->mark = MARK_MAIN;
  for (i = 0; i < layer_count; ++i)
    if (layer_entry[i] == block->begin) {
      block->mark = MARK_LAYER;
      block->layer = i;
      return;
    }
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void* user) {
  (void)cpu;
  if (current == NULL || (address & ((UINT64_C(1) << qemu_plugin_mem_size_shift(info)) - 1)) == 0) return;
  if (unaligned_count++ != 0) return;
  unaligned_pc = (uint64_t)(uintptr_t)user;
  unaligned_address = address;
}

/* Asks for reads and writes (QEMU 7.2 gives the writes to who asks for reads); nothing writes to flash. */
static void on_read(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void* user) {
  int i;
  (void)cpu;
  (void)user;
  if (current == NULL) return;
  for (i = 0; i < modes; ++i)
    current->waits[i] += flash_read(&flash[i], address, 1u << qemu_plugin_mem_size_shift(info));
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  struct block* block = calloc(1, sizeof *block); /* lives as long as QEMU, which may run it at any time */
  struct decode_state state = {0};
  const size_t count = qemu_plugin_tb_n_insns(tb);
  size_t i;
  (void)id;
  if (block == NULL) return;
  block->begin = qemu_plugin_tb_vaddr(tb);
  block->end = block->begin;
  for (i = 0; i < count; ++i) {
    struct qemu_plugin_insn* insn = qemu_plugin_tb_get_insn(tb, i);
    const size_t size = qemu_plugin_insn_size(insn);
    if (strict_alignment)
      qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
                                       (void*)(uintptr_t)qemu_plugin_insn_vaddr(insn));
    if (modes != 0)
      qemu_plugin_register_vcpu_mem_cb(insn, on_read, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
    block->cycles += decode(qemu_plugin_insn_data(insn), size, costs, &state);
    block->end += size;
  }
  block->instructions = (uint32_t)count;
  mark_block(block);
  qemu_plugin_register_vcpu_tb_exec_cb(tb, on_execute, QEMU_PLUGIN_CB_NO_REGS, block);
}

static void write_result(void) {
  FILE* file = fopen(out_path, "w");
  int i;
  if (file == NULL) return;
  fprintf(file, "calls %" PRIu64 "\nmost %" PRIu64 " %" PRIu64 "\n", calls, most_instructions, most_cycles);
  for (i = 0; i <= layer_count; ++i) {
    const struct count* count = &counts[(i + layer_count) % (layer_count + 1)]; /* invoke itself first */
    int mode;
    fprintf(file, "%s %" PRIu64 " %" PRIu64, i == 0 ? "invoke" : "layer", count->instructions, count->cycles);
    for (mode = 0; mode < MOST_MODES; ++mode) fprintf(file, " %" PRIu64, count->waits[mode]);
    fputc('\n', file);
  }
  if (unaligned_count != 0) fprintf(file, "unaligned %" PRIu64 " %" PRIu64 "\n", unaligned_pc, unaligned_address);
  fclose(file);
}

static int set_cost(const char* name, uint64_t value) {
  int i;
  for (i = 0; i < COST_COUNT; ++i)
    if (strcmp(name, kCostNames[i]) == 0) {
      costs[i] = (uint32_t)value;
      return 1;
    }
  fprintf(stderr, "mote counter: no class of instructions is called \"%s\"\n", name);
  return 0;
}

static int read_line(const char* line) {
  char key[64], name[64];
  uint64_t a = 0, b = 0;
  if (sscanf(line, "%63s", key) != 1) return 1;
  if (strcmp(key, "cost") == 0) return sscanf(line, "%*s %63s %" SCNu64, name, &a) == 2 && set_cost(name, a);
  if (strcmp(key, "isa") == 0 && sscanf(line, "%*s %63s", name) == 1) {
    decode = strcmp(name, "thumb") == 0    ? decode_thumb
             : strcmp(name, "rv32") == 0   ? decode_rv32
             : strcmp(name, "xtensa") == 0 ? decode_xtensa
                                           : NULL;
    return decode != NULL;
  }
  if (strcmp(key, "flash") == 0) return modes < MOST_MODES && flash_configure(&flash[modes++], line + 5);
  if (sscanf(line, "%*s %" SCNx64 " %" SCNx64, &a, &b) < 1) return 0;
  if (strcmp(key, "strict_alignment") == 0) {
    strict_alignment = a != 0;
  } else if (strcmp(key, "invoke") == 0) {
    invoke_begin = a;
    invoke_end = b;
  } else if (strcmp(key, "main") == 0) {
    main_begin = a;
    main_end = b;
  } else if (strcmp(key, "layer") == 0 && layer_count < MOST_LAYERS) {
    layer_entry[layer_count++] = a;
  } else {
    return 0;
  }
  return 1;
}

static int read_config(const char* path) {
  char line[256];
  FILE* file = fopen(path, "r");
  int good = file != NULL;
  int i;
  for (i = 0; i < COST_COUNT; ++i) costs[i] = 1;
  while (good && fgets(line, sizeof line, file) != NULL) {
    good = read_line(line);
    if (!good) fprintf(stderr, "mote counter: cannot use the line %s", line);
  }
  if (file != NULL) fclose(file);
  return good && decode != NULL && invoke_begin != 0;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
  const char* config = "counter.cfg";
  int i;
  (void)info;
  for (i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "config=", 7) == 0) config = argv[i] + 7;
    if (strncmp(argv[i], "out=", 4) == 0) out_path = argv[i] + 4;
  }
  if (!read_config(config)) {
    fprintf(stderr, "mote counter: no usable configuration in %s\n", config);
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  atexit(write_result); /* the firmware ends QEMU by semihosting, which calls exit */
  return 0;
}
