/* The arithmetic peak of one core with 128-bit vectors, which is all that WebAssembly has: 12 independent chains of
 * multiply-adds in registers. Speaks the line protocol of serve.ts.
 *
 *   gcc -O3 -march=native -ffp-contract=fast -fno-tree-vectorize -fno-tree-slp-vectorize native.c -o native
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHAINS 12
#define STEPS 20000

typedef float float4 __attribute__((vector_size(16)));
typedef double double2 __attribute__((vector_size(16)));

static volatile double sink;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec * 1e-3;
}

#define PEAK(NAME, VECTOR, SCALAR)                                          \
  static void NAME(void) {                                                  \
    VECTOR a[CHAINS], x, y;                                                 \
    x = (VECTOR){} + (SCALAR)0.999;                                         \
    y = (VECTOR){} + (SCALAR)1e-3;                                          \
    for (int i = 0; i < CHAINS; i++) a[i] = (VECTOR){} + (SCALAR)i;         \
    for (int k = 0; k < STEPS; k++) {                                       \
      _Pragma("GCC unroll 12")                                              \
      for (int i = 0; i < CHAINS; i++) a[i] = a[i] * x + y;                 \
    }                                                                       \
    VECTOR sum = a[0];                                                      \
    for (int i = 1; i < CHAINS; i++) sum += a[i];                           \
    sink = sum[0];                                                          \
  }

PEAK(peak_float32, float4, float)
PEAK(peak_float64, double2, double)

/* Microseconds for a million floating-point operations: the fastest of the samples in a batch. */
static double time_batch(void (*run)(void), double operations, double milliseconds) {
  double fastest = 1e18, start = now();
  for (int sample = 0; sample < 3 || now() - start < milliseconds * 1e3; sample++) {
    double before = now();
    run();
    double elapsed = now() - before;
    if (elapsed < fastest) fastest = elapsed;
  }
  return fastest * 1e6 / operations;
}

int main(void) {
  char line[512];
  printf("{\"version\":\"gcc " __VERSION__ "\",\"workloads\":[\"peak float32\",\"peak float64\"]}\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    const char *field = strstr(line, "\"milliseconds\":");
    double milliseconds = field ? atof(field + strlen("\"milliseconds\":")) : 100;
    int wide = strstr(line, "float64") != NULL;
    double operations = 2.0 * CHAINS * STEPS * (wide ? 2 : 4);
    double us = time_batch(wide ? peak_float64 : peak_float32, operations, milliseconds);
    printf("{\"microseconds\":%.6g,\"check\":null}\n", us);
    fflush(stdout);
  }
  return 0;
}
