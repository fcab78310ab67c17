/* A firmware's ELF file (32 bits, little endian, RISC-V): what is loaded where, and where
 * its functions lie. */
#ifndef SIM_ELF_FILE_H
#define SIM_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file {
    uint8_t *bytes;
    size_t size;
};

/* NULL, or why it is none that can run; then nothing is left. */
const char *elf_open(struct elf_file *file, const char *path);
void elf_close(struct elf_file *file);

/* Puts what is to be loaded into `memory`, which begins at address `base`. NULL, or why it
 * cannot be. */
const char *elf_load(const struct elf_file *file, uint32_t base, void *memory, size_t size);

/* The address of a symbol; 0: there is none. */
uint32_t elf_symbol(const struct elf_file *file, const char *name);

/* The index-th function: its name (borrowed), or NULL past the last. */
const char *elf_function(const struct elf_file *file, unsigned index, uint32_t *address,
                         uint32_t *size);

#endif
