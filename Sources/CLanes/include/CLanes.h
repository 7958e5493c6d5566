#pragma once
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

// Vector instructions that Swift has no word for. The functions are inlined into Swift, where their vectors are SIMD16<Float> and the like.
//
// Each gives the same bits on every CPU: where the instruction is missing, the same result is made of operations that IEEE 754 defines. That form is
// always compiled, under a name of its own, so that a test can compare the two.

#define LANES_INLINE static inline __attribute__((always_inline, nodebug))

/// Sixteen floats.
typedef float lanes_floats __attribute__((ext_vector_type(16)));
/// Their bit patterns, and masks.
typedef uint32_t lanes_words __attribute__((ext_vector_type(16)));
/// Sixteen bfloat16 numbers.
typedef uint16_t lanes_halves __attribute__((ext_vector_type(16)));

/// The sixteen floats from an address, on any boundary. Swift's own loads and stores were left as calls in large closures.
LANES_INLINE lanes_floats lanes_load(const float *address) {
    lanes_floats x;
    __builtin_memcpy(&x, address, sizeof x);
    return x;
}

LANES_INLINE void lanes_store(float *address, lanes_floats x) { __builtin_memcpy(address, &x, sizeof x); }

/// The nearest whole number, of two the even one. Infinities and NaN stay.
LANES_INLINE lanes_floats lanes_round(lanes_floats x) { return __builtin_elementwise_roundeven(x); }

/// 2ⁿ for whole n from -126 to 127.
LANES_INLINE lanes_floats lanes_power(lanes_floats n) {
    // n + 127 stands in the low bits of the sum, and goes to where a float has its exponent.
    return (lanes_floats)((lanes_words)(n + (0x1.8p+23f + 127)) << 23);
}

/// `lanes_scale` by two multiplications. The first is exact, so that the result is rounded once.
LANES_INLINE lanes_floats lanes_scale_by_products(lanes_floats x, lanes_floats n) {
    lanes_floats half = lanes_round(n * 0.5f);
    lanes_floats product = x * lanes_power(half) * lanes_power(n - half);
    lanes_words large = (lanes_words)(n > 200.0f), small = (lanes_words)(n < -200.0f);
    lanes_floats infinity = __builtin_inff();
    return (lanes_floats)(((lanes_words)product & ~(large | small)) | ((lanes_words)infinity & large));
}

/// x · 2ⁿ, rounded once. x must lie between 2⁻²⁴ and 2²⁴, n be whole; an infinite n gives infinity or zero whatever x is, two NaNs give NaN.
LANES_INLINE lanes_floats lanes_scale(lanes_floats x, lanes_floats n) {
#if defined(__AVX512F__)
    return (lanes_floats)_mm512_scalef_ps((__m512)x, (__m512)n);
#else
    return lanes_scale_by_products(x, n);
#endif
}

/// Whether the CPU that this is compiled for multiplies pairs of bfloat16 numbers; without, the next two must not be called.
LANES_INLINE bool lanes_have_pairs(void) {
#ifdef __AVX512BF16__
    return true;
#else
    return false;
#endif
}

/// sum + a b of the upper halves, rounded, + a b of the lower halves, rounded; denormal numbers that go in or would come out are zeros.
LANES_INLINE lanes_floats lanes_add_pairs(lanes_floats sum, lanes_words a, lanes_words b) {
#ifdef __AVX512BF16__
    return (lanes_floats)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
    __builtin_trap();
#endif
}

/// The nearest bfloat16 numbers, ties to even; denormal numbers become zeros, NaN stays NaN.
LANES_INLINE lanes_halves lanes_narrow(lanes_floats x) {
#ifdef __AVX512BF16__
    return (lanes_halves)_mm512_cvtneps_pbh((__m512)x);
#else
    __builtin_trap();
#endif
}

/// From here on denormal numbers count as zeros on this thread, as they do for `lanes_add_pairs` always. Returns the mode to go back to.
LANES_INLINE unsigned lanes_flush_denormals(void) {
    unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040);
    return mode;
}

LANES_INLINE void lanes_set_mode(unsigned mode) { _mm_setcsr(mode); }
