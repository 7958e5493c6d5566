#pragma once
#include <stddef.h>
#include <stdint.h>

// The program is compiled for a certain CPU (Package.swift). Before anything else runs, a constructor in check.c compares that with
// the CPU it runs on and, if instructions are missing, ends the process with exit code 69 and one sentence, in place of an illegal
// instruction somewhere later. Nothing can switch the check off.

/// The CPU features the program was compiled for, separated by spaces; for the log. Empty on CPUs other than x86-64.
const char *ebm_compiled_cpu_features(void);

/// The same as a set of bits, and the features of this CPU that its operating system supports.
uint64_t ebm_compiled_cpu_feature_bits(void);
uint64_t ebm_available_cpu_feature_bits(void);

/// Writes the names of the features in `compiled` that `available` lacks to the buffer, separated by commas, cut at its capacity and
/// always ended by zero. Returns how many are missing.
size_t ebm_missing_cpu_features(uint64_t compiled, uint64_t available, char *buffer, size_t capacity);
