// What the allocator says of itself: no module of Swift has it.
#include <malloc.h>
