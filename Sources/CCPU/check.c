#include "CCPU.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <unistd.h>

// This file is compiled for the same CPU as the rest, but its functions must run on any x86-64: they give up whatever the compiler
// might use by itself in such code. (`arch=x86-64` alone does not take back what -march=native turned on.)
#define BASELINE __attribute__((target("arch=x86-64,no-sse3,no-bmi,no-bmi2,no-lzcnt,no-popcnt,no-movbe,no-adx"), noinline))

// Macro of the compiler, name, cpuid leaf, subleaf, register (0...3: eax...edx), bit, register state the system must save (below).
#define FEATURES(F)                                       \
    F(__SSE3__, "sse3", 1, 0, 2, 0, 0)                    \
    F(__PCLMUL__, "pclmul", 1, 0, 2, 1, 0)                \
    F(__SSSE3__, "ssse3", 1, 0, 2, 9, 0)                  \
    F(__FMA__, "fma", 1, 0, 2, 12, AVX_STATE)             \
    F(__SSE4_1__, "sse4.1", 1, 0, 2, 19, 0)               \
    F(__SSE4_2__, "sse4.2", 1, 0, 2, 20, 0)               \
    F(__MOVBE__, "movbe", 1, 0, 2, 22, 0)                 \
    F(__POPCNT__, "popcnt", 1, 0, 2, 23, 0)               \
    F(__AES__, "aes", 1, 0, 2, 25, 0)                     \
    F(__AVX__, "avx", 1, 0, 2, 28, AVX_STATE)             \
    F(__F16C__, "f16c", 1, 0, 2, 29, AVX_STATE)           \
    F(__BMI__, "bmi", 7, 0, 1, 3, 0)                      \
    F(__AVX2__, "avx2", 7, 0, 1, 5, AVX_STATE)            \
    F(__BMI2__, "bmi2", 7, 0, 1, 8, 0)                    \
    F(__AVX512F__, "avx512f", 7, 0, 1, 16, AVX512_STATE)  \
    F(__AVX512DQ__, "avx512dq", 7, 0, 1, 17, AVX512_STATE) \
    F(__ADX__, "adx", 7, 0, 1, 19, 0)                     \
    F(__AVX512IFMA__, "avx512ifma", 7, 0, 1, 21, AVX512_STATE) \
    F(__AVX512CD__, "avx512cd", 7, 0, 1, 28, AVX512_STATE) \
    F(__SHA__, "sha", 7, 0, 1, 29, 0)                     \
    F(__AVX512BW__, "avx512bw", 7, 0, 1, 30, AVX512_STATE) \
    F(__AVX512VL__, "avx512vl", 7, 0, 1, 31, AVX512_STATE) \
    F(__AVX512VBMI__, "avx512vbmi", 7, 0, 2, 1, AVX512_STATE) \
    F(__AVX512VBMI2__, "avx512vbmi2", 7, 0, 2, 6, AVX512_STATE) \
    F(__GFNI__, "gfni", 7, 0, 2, 8, 0)                    \
    F(__VAES__, "vaes", 7, 0, 2, 9, AVX_STATE)            \
    F(__VPCLMULQDQ__, "vpclmulqdq", 7, 0, 2, 10, AVX_STATE) \
    F(__AVX512VNNI__, "avx512vnni", 7, 0, 2, 11, AVX512_STATE) \
    F(__AVX512BITALG__, "avx512bitalg", 7, 0, 2, 12, AVX512_STATE) \
    F(__AVX512VPOPCNTDQ__, "avx512vpopcntdq", 7, 0, 2, 14, AVX512_STATE) \
    F(__AVX512VP2INTERSECT__, "avx512vp2intersect", 7, 0, 3, 8, AVX512_STATE) \
    F(__AVX512FP16__, "avx512fp16", 7, 0, 3, 23, AVX512_STATE) \
    F(__AVXVNNI__, "avxvnni", 7, 1, 0, 4, AVX_STATE)      \
    F(__AVX512BF16__, "avx512bf16", 7, 1, 0, 5, AVX512_STATE) \
    F(__AVXIFMA__, "avxifma", 7, 1, 0, 23, AVX_STATE)     \
    F(__AVXVNNIINT8__, "avxvnniint8", 7, 1, 3, 4, AVX_STATE) \
    F(__AVXNECONVERT__, "avxneconvert", 7, 1, 3, 5, AVX_STATE) \
    F(__AVXVNNIINT16__, "avxvnniint16", 7, 1, 3, 10, AVX_STATE) \
    F(__LZCNT__, "lzcnt", 0x80000001, 0, 2, 5, 0)         \
    F(__SSE4A__, "sse4a", 0x80000001, 0, 2, 6, 0)         \
    F(__XOP__, "xop", 0x80000001, 0, 2, 11, AVX_STATE)    \
    F(__FMA4__, "fma4", 0x80000001, 0, 2, 16, AVX_STATE)  \
    F(__TBM__, "tbm", 0x80000001, 0, 2, 21, 0)

// Bits of the extended control register: SSE and AVX registers; with mask and wide registers.
enum { AVX_STATE = 0x06, AVX512_STATE = 0xe6 };

// ENABLED(M) is 1 where the compiler defines M as 1, else 0.
#define ENABLED(macro) ENABLED_(macro)
#define ENABLED_(value) ENABLED__(COMMA_##value)
#define ENABLED__(comma) SECOND(comma 1, 0)
#define SECOND(first, second, ...) second
#define COMMA_1 0,

typedef struct {
    char name[24];
    unsigned leaf, subleaf, index, bit;
    unsigned state;
    unsigned compiled;
} Feature;

#define ROW(macro, name, leaf, subleaf, index, bit, state) {name, leaf, subleaf, index, bit, state, ENABLED(macro)},
static const Feature features[] = {FEATURES(ROW)};
enum { count = sizeof features / sizeof features[0] };
_Static_assert(count <= 64, "a set of features is 64 bits");

#define NAME_1(name) name " "
#define NAME_0(name)
#define NAME(enabled, name) NAME_(enabled, name)
#define NAME_(enabled, name) NAME_##enabled(name)
#define WORD(macro, name, ...) NAME(ENABLED(macro), name)
const char *ebm_compiled_cpu_features(void) { return "" FEATURES(WORD); }

BASELINE uint64_t ebm_compiled_cpu_feature_bits(void) {
    uint64_t bits = 0;
    for (unsigned i = 0; i < count; i++) bits |= (uint64_t)features[i].compiled << i;
    return bits;
}

BASELINE uint64_t ebm_available_cpu_feature_bits(void) {
    unsigned r[4], saved = 0;
    if (__get_cpuid(1, &r[0], &r[1], &r[2], &r[3]) && (r[2] & bit_OSXSAVE)) {
        unsigned high;
        __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
    }
    uint64_t bits = 0;
    for (unsigned i = 0; i < count; i++) {
        const Feature *f = &features[i];
        if (!__get_cpuid_count(f->leaf, f->subleaf, &r[0], &r[1], &r[2], &r[3])) continue;
        if ((r[f->index] >> f->bit & 1) && (saved & f->state) == f->state) bits |= (uint64_t)1 << i;
    }
    return bits;
}

BASELINE size_t ebm_missing_cpu_features(uint64_t compiled, uint64_t available, char *buffer, size_t capacity) {
    uint64_t lacking = compiled & ~available;
    size_t missing = 0, length = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!(lacking >> i & 1)) continue;
        for (const char *c = missing ? ", " : ""; *c && length + 1 < capacity; c++) buffer[length++] = *c;
        for (const char *c = features[i].name; *c && length + 1 < capacity; c++) buffer[length++] = *c;
        missing++;
    }
    if (capacity) buffer[length] = 0;
    return missing;
}

BASELINE static void say(const char *text) {
    size_t length = 0;
    while (text[length]) length++;
    while (length > 0) {
        ssize_t written = write(2, text, length);
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

// Runs before all other constructors of the program.
BASELINE __attribute__((constructor(101))) static void require_compiled_cpu_features(void) {
    char names[1024];
    if (!ebm_missing_cpu_features(ebm_compiled_cpu_feature_bits(), ebm_available_cpu_feature_bits(), names, sizeof names)) return;
    say("ebm-dist was built for a CPU with instructions that this one lacks (");
    say(names);
    say("); build it again with EBM_DIST_CPU=x86-64-v3 or the name of the oldest node's CPU.\n");
    _exit(69);
}

#else

const char *ebm_compiled_cpu_features(void) { return ""; }
uint64_t ebm_compiled_cpu_feature_bits(void) { return 0; }
uint64_t ebm_available_cpu_feature_bits(void) { return 0; }
size_t ebm_missing_cpu_features(uint64_t compiled, uint64_t available, char *buffer, size_t capacity) {
    if (capacity) buffer[0] = 0;
    return 0;
}

#endif
