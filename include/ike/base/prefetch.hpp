#pragma once

namespace ike {

/// Brings the cache line at `at` near, for a use that comes a little later. The empty statement is for functions that do
/// nothing else: compilers see no effect in a prefetch, and drop the call of such a function.
inline void prefetch_line(const void* at) {
  __builtin_prefetch(at);
  asm volatile("" : : "r"(at));
}

}  // namespace ike
