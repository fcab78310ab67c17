#include "profile.h"

#include <inttypes.h>
#include <stdlib.h>

struct row {
    const char *name;
    struct soc_count count;
};

static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    return a->count.cycles < b->count.cycles ? 1 : a->count.cycles > b->count.cycles ? -1 : 0;
}

/* Of the instructions in `size` bytes from `at` on. */
static struct soc_count sum_of(const struct soc_count *counts, uint32_t at, uint32_t size,
                               uint32_t ram_size)
{
    struct soc_count sum = {0, 0};
    for (uint32_t i = at / 2; i < (at + size) / 2 && i < ram_size / 2; i++) {
        sum.cycles += counts[i].cycles;
        sum.ends += counts[i].ends;
    }
    return sum;
}

static void print_row(FILE *out, const struct row *row, uint64_t whole, uint64_t frames)
{
    double each = frames ? (double)frames : 1.0;
    fprintf(out, "%12" PRIu64 " %6.1f%% %10.0f %10.0f  %s\n", row->count.cycles,
            100.0 * (double)row->count.cycles / (double)whole, (double)row->count.cycles / each,
            (double)row->count.ends / each, row->name);
}

void profile_print(FILE *out, const struct elf_file *elf, const struct soc_count *counts,
                   uint32_t base, uint32_t size, uint64_t frames)
{
    uint32_t address, length;
    unsigned count = 0;
    struct row all = {"in all", sum_of(counts, 0, size, size)};
    struct soc_count rest = all.count;
    while (elf_function(elf, count, &address, &length))
        count++;
    struct row *rows = calloc(count + 1, sizeof *rows);
    if (!rows || all.count.cycles == 0) {
        free(rows);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        rows[i].name = elf_function(elf, i, &address, &length);
        if (address >= base)
            rows[i].count = sum_of(counts, address - base, length, size);
        rest.cycles -= rows[i].count.cycles < rest.cycles ? rows[i].count.cycles : rest.cycles;
        rest.ends -= rows[i].count.ends < rest.ends ? rows[i].count.ends : rest.ends;
    }
    rows[count] = (struct row){"(in no function)", rest};
    qsort(rows, count + 1, sizeof *rows, compare);
    fprintf(out, "%12s %7s %10s %10s  function, of %" PRIu64 " frames\n", "cycles", "share",
            "a frame", "instr.", frames);
    for (unsigned i = 0; i <= count && rows[i].count.cycles >= all.count.cycles / 1000; i++)
        print_row(out, &rows[i], all.count.cycles, frames);
    print_row(out, &all, all.count.cycles, frames);
    free(rows);
}
