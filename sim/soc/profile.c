#include "profile.h"

#include <inttypes.h>
#include <stdlib.h>

struct row {
    const char *name;
    uint64_t cycles;
};

static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    return a->cycles < b->cycles ? 1 : a->cycles > b->cycles ? -1 : 0;
}

/* A function without a size (assembly) reaches to the next one; its cycles are told with
 * those of no function. */
static uint64_t cycles_of(const uint64_t *counts, uint32_t at, uint32_t size, uint32_t ram_size)
{
    uint64_t sum = 0;
    for (uint32_t i = at / 2; i < (at + size) / 2 && i < ram_size / 2; i++)
        sum += counts[i];
    return sum;
}

void profile_print(FILE *out, const struct elf_file *elf, const uint64_t *counts, uint32_t base,
                   uint32_t size, uint64_t frames)
{
    uint32_t address, length;
    unsigned count = 0;
    uint64_t whole = cycles_of(counts, 0, size, size), named = 0;
    while (elf_function(elf, count, &address, &length))
        count++;
    struct row *rows = calloc(count + 1, sizeof *rows);
    if (!rows || whole == 0) {
        free(rows);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        rows[i].name = elf_function(elf, i, &address, &length);
        if (address >= base)
            rows[i].cycles = cycles_of(counts, address - base, length, size);
        named += rows[i].cycles;
    }
    rows[count] = (struct row){"(in no function)", whole > named ? whole - named : 0};
    qsort(rows, count + 1, sizeof *rows, compare);
    fprintf(out, "%12s %7s %10s  function\n", "cycles", "share", "a frame");
    for (unsigned i = 0; i <= count && rows[i].cycles >= whole / 1000; i++)
        fprintf(out, "%12" PRIu64 " %6.1f%% %10.0f  %s\n", rows[i].cycles,
                100.0 * (double)rows[i].cycles / (double)whole,
                frames ? (double)rows[i].cycles / (double)frames : 0.0, rows[i].name);
    fprintf(out, "%12" PRIu64 " %6.1f%% %10.0f  in all, %" PRIu64 " frames\n", whole, 100.0,
            frames ? (double)whole / (double)frames : 0.0, frames);
    free(rows);
}
