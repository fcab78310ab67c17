/* The cursor itself, over a message of every size up to MESSAGE_MAX that ends where
 * its memory ends: any three takes, each of any size, then what a reader reads. */
#include <__fc_builtin.h>

#include "base/bytes.h"

enum { MESSAGE_MAX = 8, TAKE_MAX = 10 };

static uint8_t memory[MESSAGE_MAX];
uint32_t seen;

static void take_and_read(struct cursor *cursor, size_t size)
{
    const uint8_t *taken = cursor_take(cursor, size);
    for (size_t i = 0; taken && i < size; i++)
        seen += taken[i];
}

static void read_numbers(struct cursor cursor)
{
    seen += cursor_take8(&cursor);
    seen += cursor_take16(&cursor);
    seen += cursor_take32(&cursor);
}

int main(void)
{
    Frama_C_make_unknown((char *)memory, sizeof memory);
    for (size_t size = 0; size <= MESSAGE_MAX; size++)
        for (size_t first = 0; first < TAKE_MAX; first++)
            for (size_t second = 0; second < TAKE_MAX; second++) {
                struct cursor cursor = cursor_of(memory + (MESSAGE_MAX - size), size);
                take_and_read(&cursor, first);
                take_and_read(&cursor, second);
                read_numbers(cursor);
                take_and_read(&cursor, SIZE_MAX);
                take_and_read(&cursor, SIZE_MAX - second);
            }
    return 0;
}
