#include <cblas.h>
#include <stddef.h>

/* LAPACK, which Debian's OpenBLAS holds too; its headers leave it out. The sizes at the end are the lengths of the texts, as gfortran passes them. */
void dsyevr_(const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda, const double *vl,
             const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w, double *z, const int *ldz,
             int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t, size_t);

/* Eigenvalues il to iu (from 1, ascending) of a symmetric matrix and their vectors, from the upper triangle in row order. */
static inline int ebm_dsyevr(int n, double *a, int il, int iu, int *m, double *w, double *z, int *isuppz, double *work, int lwork,
                             int *iwork, int liwork) {
    const double unused = 0;
    int info = 0;
    dsyevr_("V", "I", "L", &n, a, &n, &unused, &unused, &il, &iu, &unused, m, w, z, &n, isuppz, work, &lwork, iwork, &liwork, &info, 1, 1, 1);
    return info;
}

void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b, const int *ldb, int *info, size_t);

/* Replaces the rows of b, each of n values, by the solutions of a x = b, from the upper triangle of a positive definite a in row order. */
static inline int ebm_dposv(int n, int rows, double *a, double *b) {
    int info = 0;
    dposv_("L", &n, &rows, a, &n, b, &n, &info, 1);
    return info;
}
