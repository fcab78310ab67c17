#include "yaml_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_value.h"
#include "say.h"

enum { LINE_SIZE = 400 };

bool yaml_file_open(struct yaml_file *file, const char *path)
{
    *file = (struct yaml_file){.path = path};
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        say("%s: %s", path, strerror(errno));
        return false;
    }
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_file(&parser, stream);
    bool read = yaml_parser_load(&parser, &file->document);
    if (!read)
        say("%s:%zu:%zu: %s", path, parser.problem_mark.line + 1, parser.problem_mark.column + 1,
            parser.problem ? parser.problem : "cannot be read");
    yaml_parser_delete(&parser);
    fclose(stream);
    if (read && !yaml_document_get_root_node(&file->document)) {
        say("%s: is empty", path);
        yaml_document_delete(&file->document);
        return false;
    }
    return read;
}

void yaml_file_close(struct yaml_file *file)
{
    yaml_document_delete(&file->document);
}

static void complain(struct yaml_file *file, unsigned long line, unsigned long column,
                     const char *format, va_list arguments)
{
    char text[LINE_SIZE];
    vsnprintf(text, sizeof text, format, arguments);
    say("%s:%lu:%lu: %s", file->path, line, column, text);
    file->mistakes++;
}

void yaml_complain(struct yaml_file *file, const yaml_node_t *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(file, node->start_mark.line + 1, node->start_mark.column + 1, format, arguments);
    va_end(arguments);
}

void yaml_complain_at(struct yaml_file *file, unsigned line, unsigned column, const char *format,
                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(file, line, column, format, arguments);
    va_end(arguments);
}

/* --- Nodes ---------------------------------------------------------------------------------- */

yaml_node_t *yaml_root(struct yaml_file *file)
{
    return yaml_document_get_root_node(&file->document);
}

bool yaml_pair(struct yaml_file *file, const yaml_node_t *mapping, size_t index, yaml_node_t **key,
               yaml_node_t **value)
{
    const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start + index;
    if (pair >= mapping->data.mapping.pairs.top)
        return false;
    *key = yaml_document_get_node(&file->document, pair->key);
    *value = yaml_document_get_node(&file->document, pair->value);
    return true;
}

yaml_node_t *yaml_item(struct yaml_file *file, const yaml_node_t *sequence, size_t index)
{
    const yaml_node_item_t *item = sequence->data.sequence.items.start + index;
    if (item >= sequence->data.sequence.items.top)
        return NULL;
    return yaml_document_get_node(&file->document, *item);
}

static bool is_text(const yaml_node_t *node, const char *text)
{
    return node->type == YAML_SCALAR_NODE &&
           strcmp((const char *)node->data.scalar.value, text) == 0;
}

yaml_node_t *yaml_get(struct yaml_file *file, const yaml_node_t *mapping, const char *key)
{
    yaml_node_t *name, *value;
    for (size_t i = 0; yaml_pair(file, mapping, i, &name, &value); i++)
        if (is_text(name, key))
            return value;
    return NULL;
}

static bool is_among(const char *word, const char *words)
{
    size_t size = strlen(word);
    for (const char *at = words; size > 0 && (at = strstr(at, word)); at += size)
        if ((at == words || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
            return true;
    return false;
}

bool yaml_check_keys(struct yaml_file *file, const yaml_node_t *mapping, const char *known)
{
    yaml_node_t *key, *value;
    bool right = yaml_is_mapping(file, mapping);
    for (size_t i = 0; right && yaml_pair(file, mapping, i, &key, &value); i++) {
        const char *text = yaml_text(file, key);
        if (!text || is_among(text, known))
            continue;
        yaml_complain(file, key, "`%s' is not known here (known are: %s)", text, known);
        right = false;
    }
    return right;
}

bool yaml_is_mapping(struct yaml_file *file, const yaml_node_t *node)
{
    if (node->type != YAML_MAPPING_NODE)
        yaml_complain(file, node, "here `key: value' pairs are wanted");
    return node->type == YAML_MAPPING_NODE;
}

bool yaml_is_sequence(struct yaml_file *file, const yaml_node_t *node)
{
    if (node->type != YAML_SEQUENCE_NODE)
        yaml_complain(file, node, "here a list is wanted: [one, two] or a line `- one' for each");
    return node->type == YAML_SEQUENCE_NODE;
}

const char *yaml_text(struct yaml_file *file, const yaml_node_t *node)
{
    if (node->type == YAML_SCALAR_NODE)
        return (const char *)node->data.scalar.value;
    yaml_complain(file, node, "here one word or number is wanted");
    return NULL;
}

/* --- Values --------------------------------------------------------------------------------- */

/* The text of a key's value and its node; NULL: there is none, or it is no text. */
static const char *text_of(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                           yaml_node_t **node)
{
    *node = yaml_get(file, mapping, key);
    return *node ? yaml_text(file, *node) : NULL;
}

bool yaml_get_text(struct yaml_file *file, const yaml_node_t *mapping, const char *key, char *value,
                   size_t size)
{
    yaml_node_t *node;
    const char *text = text_of(file, mapping, key, &node);
    if (!text)
        return false;
    if (strlen(text) >= size) {
        yaml_complain(file, node, "%s: at most %zu characters", key, size - 1);
        return false;
    }
    strcpy(value, text);
    return true;
}

bool yaml_get_number(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                     uint64_t least, uint64_t most, uint64_t *value)
{
    yaml_node_t *node;
    const char *text = text_of(file, mapping, key, &node);
    uint64_t number = 0;
    if (!text)
        return false;
    if (!value_number(text, &number) || number < least || number > most) {
        yaml_complain(file, node, "%s: `%s' is no number from %llu to %llu", key, text,
                      (unsigned long long)least, (unsigned long long)most);
        return false;
    }
    *value = number;
    return true;
}

bool yaml_get_bool(struct yaml_file *file, const yaml_node_t *mapping, const char *key, bool *value)
{
    yaml_node_t *node;
    const char *text = text_of(file, mapping, key, &node);
    if (!text)
        return false;
    if (!is_among(text, "yes no true false on off")) {
        yaml_complain(file, node, "%s: `%s' is neither yes nor no", key, text);
        return false;
    }
    *value = is_among(text, "yes true on");
    return true;
}

bool yaml_get_time(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                   uint64_t *ps)
{
    yaml_node_t *node;
    const char *text = text_of(file, mapping, key, &node);
    bool right = text && value_time(text, ps);
    if (text && !right)
        yaml_complain(file, node, "%s: `%s' is no time (it looks like 20ms or 1.5s)", key, text);
    return right;
}

bool yaml_get_share(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                    double *value)
{
    yaml_node_t *node;
    const char *text = text_of(file, mapping, key, &node);
    bool right = text && value_share(text, value);
    if (text && !right)
        yaml_complain(file, node, "%s: `%s' is no share (it looks like 1%% or 1e-6)", key, text);
    return right;
}

bool yaml_get_rate(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                   uint64_t *bps)
{
    yaml_node_t *node;
    const char *text = text_of(file, mapping, key, &node);
    uint64_t value = 0;
    if (!text)
        return false;
    if (!value_rate(text, &value) || value < 1000 || value > 1000000000) {
        yaml_complain(file, node, "%s: `%s' is no rate from 1k to 1000M bits a second", key, text);
        return false;
    }
    *bps = value;
    return true;
}
