/* Those of bytes.h's functions that are more than a few instructions: BYTES_BODY says
 * how they are there. */
BYTES_BODY uint32_t get32(const uint8_t *at)
{
    if (bytes_are_a_word(at)) {
        uint32_t value;
        memcpy(&value, __builtin_assume_aligned(at, 4), sizeof value);
        return bytes_from_wire32(value);
    }
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

BYTES_BODY void put32(uint8_t *at, uint32_t value)
{
    if (BYTES_ARE_TURNED) {
        uint32_t turned = __builtin_bswap32(value);
        memcpy(at, &turned, sizeof turned);
        return;
    }
    if (bytes_are_a_word(at)) {
        uint32_t turned = bytes_from_wire32(value);
        memcpy(__builtin_assume_aligned(at, 4), &turned, sizeof turned);
        return;
    }
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

/* The next `size` bytes, or NULL when fewer are left. */
BYTES_BODY const uint8_t *cursor_take(struct cursor *cursor, size_t size)
{
    if (cursor->failed || cursor->left < size) {
        cursor->failed = true;
        return NULL;
    }
    const uint8_t *taken = cursor->at;
    cursor->at += size;
    cursor->left -= size;
    return taken;
}

BYTES_BODY uint8_t cursor_take8(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 1);
    return at ? at[0] : 0;
}

BYTES_BODY uint16_t cursor_take16(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 2);
    return at ? get16(at) : 0;
}

BYTES_BODY uint32_t cursor_take32(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 4);
    return at ? get32(at) : 0;
}
