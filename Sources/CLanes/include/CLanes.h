#pragma once
#include <stdint.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

// Vector instructions that Swift has no word for. The functions are inlined into Swift, where their vectors are SIMD16<Float> and the like.
//
// Each gives the same bits on every CPU: where the instruction is missing, the same result is made of operations that IEEE 754 defines. That form is
// always compiled, under a name of its own, so that a test can compare the two.

#define LANES_INLINE static inline __attribute__((always_inline, nodebug))

/// Sixteen floats.
typedef float lanes_floats __attribute__((ext_vector_type(16)));
/// Their bit patterns, and masks.
typedef uint32_t lanes_words __attribute__((ext_vector_type(16)));

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
