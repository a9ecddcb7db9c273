/* Runs a compiled model with one input and one output on raw floats and prints the scores.
 *
 * run_model WEIGHTS INPUT: the file of `convopt --emit=weights`, and a file with the input's floats
 * as they lie in memory. README.md has the commands. */
#define CONVOPT_GENERIC_NAMES
#ifndef MODEL_HEADER
#define MODEL_HEADER "model.h"
#endif
#include MODEL_HEADER

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float input[MODEL_INPUT_FLOATS], output[MODEL_OUTPUT_FLOATS];

static void *buffer(size_t bytes) {
    /* aligned_alloc wants a multiple of the alignment. */
    return aligned_alloc(MODEL_ALIGNMENT, (bytes / MODEL_ALIGNMENT + 1) * MODEL_ALIGNMENT);
}

static int load(const char *path, void *data, size_t bytes) {
    FILE *file = fopen(path, "rb");
    size_t found = file ? fread(data, 1, bytes, file) : 0;
    if (file) fclose(file);
    if (found != bytes) fprintf(stderr, "%s: expected %zu bytes, found %zu\n", path, bytes, found);
    return found == bytes;
}

int main(int argc, char **argv) {
    void *weights = buffer(MODEL_WEIGHTS_BYTES), *workspace = buffer(MODEL_WORKSPACE_BYTES);
    size_t best = 0;
    if (argc != 3) return fprintf(stderr, "usage: %s WEIGHTS INPUT\n", argv[0]), 2;
    if (!weights || !workspace) return fprintf(stderr, "out of memory\n"), 1;
    if (!load(argv[1], weights, MODEL_WEIGHTS_BYTES) || !load(argv[2], input, sizeof input)) return 1;
    memset(workspace, 0, MODEL_ALIGNMENT); /* the barrier's state, before the first run */
    MODEL_RUN(input, output, weights, workspace, 0, 1);
    for (size_t i = 0; i < MODEL_OUTPUT_FLOATS; i++) {
        printf("%.9g\n", output[i]);
        if (output[i] > output[best]) best = i;
    }
    fprintf(stderr, "largest: %zu\n", best);
    return 0;
}
