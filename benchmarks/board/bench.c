/* Times one compiled layer or model and prints a line of CSV.
 *
 * PROGRAM WEIGHTS ROUNDS: the file with the weights, and how many bursts of calls to time.
 * CASE is the header of the layer or model: its name, sizes and checksum, and the code's header.
 * The exit code is 1 if the result is wrong. */
#define _DEFAULT_SOURCE
#define CONVOPT_GENERIC_NAMES
#include CASE
#include "target.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define HUGE_PAGE ((size_t)1 << 21)
#define BURST_SECONDS 2e-3
#define PEAK_STEPS 1000

/* Sums of multiply-adds of whole vectors, `steps` times `repeats` times PEAK_STEP_FLOPS. */
void peak(const float *factors, float *sums, size_t steps, size_t repeats);

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Zeros on huge pages, where the system gives out such pages. */
static void *buffer(size_t bytes) {
    size_t whole = (bytes / HUGE_PAGE + 1) * HUGE_PAGE;
    void *memory = aligned_alloc(HUGE_PAGE, whole);
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
#ifdef MADV_HUGEPAGE
    madvise(memory, whole, MADV_HUGEPAGE);
#endif
    memset(memory, 0, whole);
    return memory;
}

static void load(const char *path, void *data, size_t bytes) {
    FILE *file = fopen(path, "rb");
    size_t found = file ? fread(data, 1, bytes, file) : 0;
    if (file) fclose(file);
    if (found == bytes) return;
    fprintf(stderr, "%s: expected %zu bytes, found %zu\n", path, bytes, found);
    exit(2);
}

/* A number in [-1, 1) that hangs on a place and a seed alone; Python makes the same ones. */
static float value(size_t place, uint32_t seed) {
    uint32_t bits = (uint32_t)place * 0x9e3779b9u + seed;
    bits = (bits ^ bits >> 16) * 0x7feb352du;
    bits = (bits ^ bits >> 15) * 0x846ca68bu;
    bits ^= bits >> 16;
    return (float)(bits >> 8) * 0x1p-23f - 1.0f;
}

/* Where the element of a channel and a position lies among blocks of `lanes` channels. */
static size_t place(size_t channel, size_t position, size_t positions, size_t lanes) {
    return (channel / lanes * positions + position) * lanes + channel % lanes;
}

static void fill(float *input) {
    for (size_t c = 0; c < INPUT_CHANNELS; c++)
        for (size_t p = 0; p < INPUT_POSITIONS; p++)
            input[place(c, p, INPUT_POSITIONS, INPUT_LANES)] =
                value(c * INPUT_POSITIONS + p, INPUT_SEED);
}

/* About the relative error of the output. */
static double error_of(const float *output) {
    double sum = 0.0;
    for (size_t c = 0; c < OUTPUT_CHANNELS; c++)
        for (size_t p = 0; p < OUTPUT_POSITIONS; p++)
            sum += (double)value(c * OUTPUT_POSITIONS + p, CHECK_SEED) *
                   output[place(c, p, OUTPUT_POSITIONS, OUTPUT_LANES)];
    return fabs(sum - EXPECTED_SUM) / EXPECTED_SCALE;
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double peak_burst(const float *factors, float *sums, size_t repeats) {
    double begin = seconds();
    peak(factors, sums, PEAK_STEPS, repeats);
    return 1e-9 * PEAK_STEP_FLOPS * PEAK_STEPS * (double)repeats / (seconds() - begin);
}

int main(int argc, char **argv) {
    if (argc != 3 || atoi(argv[2]) < 1)
        return fprintf(stderr, "usage: %s WEIGHTS ROUNDS\n", argv[0]), 2;
    size_t rounds = (size_t)atoi(argv[2]), calls = 1, repeats = 1;
    float *input = buffer(sizeof(float) * MODEL_INPUT_FLOATS);
    float *output = buffer(sizeof(float) * MODEL_OUTPUT_FLOATS);
    void *weights = buffer(MODEL_WEIGHTS_BYTES), *workspace = buffer(MODEL_WORKSPACE_BYTES);
    float *factors = buffer(sizeof(float) * 2 * PEAK_LANES);
    float *sums = buffer(sizeof(float) * PEAK_LANES * PEAK_CHAINS);
    double *times = buffer(sizeof(double) * rounds);
    load(argv[1], weights, MODEL_WEIGHTS_BYTES);
    fill(input);
    MODEL_RUN(input, output, weights, workspace, 0, 1);
    double error = error_of(output);

    for (double took = 0.0; took < BURST_SECONDS / 10; repeats *= 2) {
        double begin = seconds();
        peak(factors, sums, PEAK_STEPS, repeats);
        took = seconds() - begin;
    }
    for (double took = 0.0; took < BURST_SECONDS;) {
        double begin = seconds();
        for (size_t i = 0; i < calls; i++) MODEL_RUN(input, output, weights, workspace, 0, 1);
        took = seconds() - begin;
        if (took < BURST_SECONDS) calls *= 2;
    }
    double best_peak = 0.0;
    for (size_t round = 0; round < rounds; round++) {
        best_peak = fmax(best_peak, peak_burst(factors, sums, repeats));
        MODEL_RUN(input, output, weights, workspace, 0, 1); /* finds the caches as it leaves them */
        double begin = seconds();
        for (size_t i = 0; i < calls; i++) MODEL_RUN(input, output, weights, workspace, 0, 1);
        times[round] = (seconds() - begin) / (double)calls;
    }
    qsort(times, rounds, sizeof *times, ascending);
    double median = (times[(rounds - 1) / 2] + times[rounds / 2]) / 2, gflops;
    gflops = 2e-9 * CASE_MACS / times[0];
    int is_right = error <= TOLERANCE;
    printf("%s,%s,%s,%.0f,%.3f,%.3f,%.2f,%.2f,%.3f,%.1e,%s\n", TARGET_NAME, CASE_KIND, CASE_NAME,
           CASE_MACS, 1e6 * median, 1e6 * times[0], gflops, best_peak, gflops / best_peak, error,
           is_right ? "right" : "wrong");
    return !is_right;
}
