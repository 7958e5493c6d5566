// The calls of a library whose handles are of type H, which SHAPE gives names of their own. Included once for each type.

#define IN(handle) ((H)(handle).bits)
#define OUT(handle) ((H *)&(handle)->bits)

#define POINTER(name, symbol, parameters, types, arguments) static int(*SHAPE(symbol)) types;
EBM_MPI_CALLS(POINTER)
#undef POINTER

#define FUNCTION(name, symbol, parameters, types, arguments) \
    static int SHAPE(name) parameters { return SHAPE(symbol) arguments; }
EBM_MPI_CALLS(FUNCTION)
#undef FUNCTION

// Looks all calls up. Returns the name of one that is missing, or null.
static const char *SHAPE(load)(void) {
#define LOOK_UP(name, symbol, parameters, types, arguments)                            \
    if (!(*(void **)&SHAPE(symbol) = dlsym(RTLD_DEFAULT, #symbol))) return #symbol; \
    library.name = SHAPE(name);
    EBM_MPI_CALLS(LOOK_UP)
#undef LOOK_UP
    return NULL;
}

#undef IN
#undef OUT
