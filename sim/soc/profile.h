/* Where the processor's cycles went, by function. */
#ifndef SIM_SOC_PROFILE_H
#define SIM_SOC_PROFILE_H

#include <stdio.h>

#include "elf_file.h"
#include "soc_model.h"

/* `counts` as of soc_model_count_cycles, for a memory that begins at `base`; `frames` for
 * the cycles that each frame took. Functions of less than a thousandth are left out. */
void profile_print(FILE *out, const struct elf_file *elf, const struct soc_count *counts,
                   uint32_t base, uint32_t size, uint64_t frames);

#endif
