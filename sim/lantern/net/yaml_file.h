/* A YAML file by libyaml, with the place of everything in it for errors. */
#ifndef LANTERN_YAML_FILE_H
#define LANTERN_YAML_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

struct yaml_file {
    const char *path;
    yaml_document_t document;
    unsigned mistakes;
};

/* false: it cannot be read or is no YAML, and said why. */
bool yaml_file_open(struct yaml_file *file, const char *path);
void yaml_file_close(struct yaml_file *file);

/* Says "path:line:column: " and the text; counts it. */
void yaml_complain(struct yaml_file *file, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void yaml_complain_at(struct yaml_file *file, unsigned line, unsigned column, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));

yaml_node_t *yaml_root(struct yaml_file *file);
/* Of a mapping; NULL: it has no such key. */
yaml_node_t *yaml_get(struct yaml_file *file, const yaml_node_t *mapping, const char *key);
/* The index-th pair of a mapping, or item of a sequence; false or NULL past the last. */
bool yaml_pair(struct yaml_file *file, const yaml_node_t *mapping, size_t index, yaml_node_t **key,
               yaml_node_t **value);
yaml_node_t *yaml_item(struct yaml_file *file, const yaml_node_t *sequence, size_t index);
/* Complains of each key that is not among `known`, words with a space between. */
bool yaml_check_keys(struct yaml_file *file, const yaml_node_t *mapping, const char *known);
/* Whether it is one; complains if not. */
bool yaml_is_mapping(struct yaml_file *file, const yaml_node_t *node);
bool yaml_is_sequence(struct yaml_file *file, const yaml_node_t *node);

/* The text of a scalar; complains and gives NULL when it is none. */
const char *yaml_text(struct yaml_file *file, const yaml_node_t *node);

/* Values by key: false when the key is not there or is wrong, which is said; then
 * *value is left alone. */
bool yaml_get_text(struct yaml_file *file, const yaml_node_t *mapping, const char *key, char *value,
                   size_t size);
bool yaml_get_number(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                     uint64_t least, uint64_t most, uint64_t *value);
bool yaml_get_bool(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                   bool *value);
/* "20ms", "1.5s", "300us", "50ns", "2m" for minutes. */
bool yaml_get_time(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                   uint64_t *ps);
/* "1%", "0.01", "1e-6". */
bool yaml_get_share(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                    double *value);
/* "10M", "256k" bits per second. */
bool yaml_get_rate(struct yaml_file *file, const yaml_node_t *mapping, const char *key,
                   uint64_t *bps);

#endif
