/* The bytes of a fuzzer's input, taken one after the other; zeros behind the end. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct input {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t input_8(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static inline uint16_t input_16(struct input *input)
{
    uint8_t high = input_8(input);
    return (uint16_t)(high << 8 | input_8(input));
}

/* Copies up to `size` bytes; how many there were. */
static inline size_t input_bytes(struct input *input, uint8_t *target, size_t size)
{
    if (size > input->left)
        size = input->left;
    if (size > 0)
        memcpy(target, input->at, size);
    input->at += size;
    input->left -= size;
    return size;
}

#endif
