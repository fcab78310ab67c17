#include "elf_file.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE_MAX = 64 << 20 };

/* `size` bytes of the file at `offset`; false: it ends before. */
static bool part(const struct elf_file *file, uint64_t offset, void *to, size_t size)
{
    if (offset > file->size || size > file->size - offset)
        return false;
    memcpy(to, file->bytes + offset, size);
    return true;
}

static const char *read_all(struct elf_file *file, const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return strerror(errno);
    long size = fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : -1;
    const char *error = NULL;
    if (size < 0 || size > FILE_SIZE_MAX)
        error = "it is no file of a firmware's size";
    file->bytes = error ? NULL : malloc((size_t)size + 1);
    file->size = (size_t)size;
    rewind(stream);
    if (!error && !file->bytes)
        error = "no memory";
    if (!error && fread(file->bytes, 1, file->size, stream) != file->size)
        error = strerror(errno);
    fclose(stream);
    return error;
}

const char *elf_open(struct elf_file *file, const char *path)
{
    Elf32_Ehdr head;
    *file = (struct elf_file){0};
    const char *error = read_all(file, path);
    if (!error &&
        (!part(file, 0, &head, sizeof head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0))
        error = "it is no ELF file";
    if (!error && (head.e_ident[EI_CLASS] != ELFCLASS32 || head.e_machine != EM_RISCV ||
                   head.e_type != ET_EXEC))
        error = "it is no program for a 32-bit RISC-V processor";
    if (error)
        elf_close(file);
    return error;
}

void elf_close(struct elf_file *file)
{
    free(file->bytes);
    *file = (struct elf_file){0};
}

const char *elf_load(const struct elf_file *file, uint32_t base, void *memory, size_t size)
{
    Elf32_Ehdr head;
    Elf32_Phdr segment;
    part(file, 0, &head, sizeof head);
    for (unsigned i = 0; i < head.e_phnum; i++) {
        if (!part(file, head.e_phoff + (uint64_t)i * sizeof segment, &segment, sizeof segment))
            return "its table of segments is cut off";
        if (segment.p_type != PT_LOAD || segment.p_memsz == 0)
            continue;
        uint32_t at = segment.p_paddr - base;
        if (segment.p_paddr < base || at > size || segment.p_memsz > size - at ||
            segment.p_filesz > segment.p_memsz)
            return "it does not fit the memory; was it linked with fpga/firmware/soc.ld?";
        if (!part(file, segment.p_offset, (uint8_t *)memory + at, segment.p_filesz))
            return "a segment is cut off";
    }
    return head.e_entry == base ? NULL : "it does not begin where the memory begins";
}

/* The index-th symbol, with its name. */
static bool symbol_at(const struct elf_file *file, unsigned index, Elf32_Sym *symbol,
                      const char **name)
{
    Elf32_Ehdr head;
    Elf32_Shdr section, strings;
    part(file, 0, &head, sizeof head);
    for (unsigned i = 0; i < head.e_shnum; i++) {
        if (!part(file, head.e_shoff + (uint64_t)i * sizeof section, &section, sizeof section))
            return false;
        if (section.sh_type != SHT_SYMTAB)
            continue;
        uint64_t place = section.sh_offset + (uint64_t)index * sizeof *symbol;
        uint64_t names = head.e_shoff + (uint64_t)section.sh_link * sizeof strings;
        if (index >= section.sh_size / sizeof *symbol ||
            !part(file, place, symbol, sizeof *symbol) ||
            !part(file, names, &strings, sizeof strings))
            return false;
        uint64_t at = (uint64_t)strings.sh_offset + symbol->st_name;
        if (at >= file->size || !memchr(file->bytes + at, '\0', file->size - at))
            return false;
        *name = (const char *)file->bytes + at;
        return true;
    }
    return false;
}

uint32_t elf_symbol(const struct elf_file *file, const char *name)
{
    Elf32_Sym symbol;
    const char *found;
    for (unsigned i = 0; symbol_at(file, i, &symbol, &found); i++)
        if (strcmp(found, name) == 0)
            return symbol.st_value;
    return 0;
}

const char *elf_function(const struct elf_file *file, unsigned index, uint32_t *address,
                         uint32_t *size)
{
    Elf32_Sym symbol;
    const char *name;
    for (unsigned i = 0; symbol_at(file, i, &symbol, &name); i++) {
        if (ELF32_ST_TYPE(symbol.st_info) != STT_FUNC || index-- > 0)
            continue;
        *address = symbol.st_value;
        *size = symbol.st_size;
        return name;
    }
    return NULL;
}
