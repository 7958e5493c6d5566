// Two functions of the C library have a newer version since glibc 2.35, and are all in Swift's Foundation that keeps a program from glibc 2.34 (RHEL 9 and
// its kin). The older version computes the same and differs in how it sets errno. scripts/build-static links this in.
#include <features.h>
#if defined(__x86_64__) && defined(__GLIBC__)
__asm__(".symver older_hypot, hypot@GLIBC_2.2.5");
__asm__(".symver older_hypotf, hypotf@GLIBC_2.2.5");
double older_hypot(double x, double y);
float older_hypotf(float x, float y);
double hypot(double x, double y) { return older_hypot(x, y); }
float hypotf(float x, float y) { return older_hypotf(x, y); }
#endif
