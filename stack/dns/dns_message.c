/* DNS messages: see dns_message.h.
 *
 * Compressed names are where parsers of DNS have failed (NAME:WRECK): a pointer
 * is followed only if it leads before everything that was read of this name, so
 * that there are no loops, and a name ends at 255 octets. */
#include "dns/dns_message.h"

#include "base/bytes.h"
#include "limits.h"

enum { HEADER_SIZE = 12, AUTHORITIES_AT = 8, LABEL_MAX = 63, POINTER = 0xc0 };
enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_SOA = 6, CLASS_IN = 1 };
enum { FLAG_ANSWER = 0x8000, FLAG_RECURSE = 0x0100, MASK_OPCODE = 0x7800, MASK_CODE = 15 };
enum { CODE_NO_NAME = 3 };

static uint8_t to_lower(uint8_t letter)
{
    return letter >= 'A' && letter <= 'Z' ? (uint8_t)(letter + 'a' - 'A') : letter;
}

/* --- text ----------------------------------------------------------------------------- */

/* Adds a label; false: too long, or empty. */
static bool add_label(struct dns_name *name, const uint8_t *label, size_t size)
{
    /* Room must be left for the last, empty one. */
    if (size == 0 || size > LABEL_MAX || name->size + size + 2 > LAN_DNS_NAME_SIZE)
        return false;
    name->bytes[name->size++] = (uint8_t)size;
    for (size_t i = 0; i < size; i++)
        name->bytes[name->size++] = to_lower(label[i]);
    return true;
}

bool dns_name_from_text(struct dns_name *name, const char *text)
{
    name->size = 0;
    while (*text) {
        size_t size = 0;
        while (text[size] && text[size] != '.')
            size++;
        if (!add_label(name, (const uint8_t *)text, size))
            return false;
        text += text[size] ? size + 1 : size;
    }
    if (name->size == 0)
        return false;
    name->bytes[name->size++] = 0;
    return true;
}

bool dns_address_from_text(lan_ip4 *address, const char *text)
{
    *address = 0;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0, digits = 0;
        while (*text >= '0' && *text <= '9' && digits < 3) {
            value = value * 10 + (unsigned)(*text++ - '0');
            digits++;
        }
        if (digits == 0 || value > 255 || *text != (part < 3 ? '.' : '\0'))
            return false;
        text++;
        *address = *address << 8 | value;
    }
    return true;
}

/* --- question ---------------------------------------------------------------------------- */

size_t dns_write_question(uint8_t memory[DNS_MESSAGE_SIZE_MAX], uint16_t id,
                          const struct dns_name *name)
{
    memset(memory, 0, HEADER_SIZE);
    put16(memory, id);
    put16(memory + 2, FLAG_RECURSE);
    put16(memory + 4, 1);
    memcpy(memory + HEADER_SIZE, name->bytes, name->size);
    uint8_t *at = memory + HEADER_SIZE + name->size;
    put16(at, TYPE_A);
    put16(at + 2, CLASS_IN);
    return (size_t)(at + 4 - memory);
}

/* --- answer -------------------------------------------------------------------------------- */

struct message {
    const uint8_t *bytes;
    size_t size;
};

/* The name at the cursor, which goes behind it. It may go on elsewhere, at a
 * pointer, but only ever further to the front. false: broken. */
static bool read_name(const struct message *message, struct cursor *cursor, struct dns_name *name)
{
    struct cursor reader = *cursor;
    size_t front = (size_t)(cursor->at - message->bytes); /* read from here on */
    bool jumped = false;
    name->size = 0;
    for (;;) {
        uint8_t size = cursor_take8(&reader);
        if ((size & POINTER) == POINTER) {
            size_t to = (size_t)(size & ~POINTER) << 8 | cursor_take8(&reader);
            if (!jumped)
                *cursor = reader;
            if (reader.failed || to >= front)
                return false;
            jumped = true;
            front = to;
            reader = cursor_of(message->bytes + to, message->size - to);
            continue;
        }
        if (size == 0)
            break;
        const uint8_t *label = cursor_take(&reader, size);
        if (!label || !add_label(name, label, size))
            return false;
    }
    if (!jumped)
        *cursor = reader;
    name->bytes[name->size++] = 0;
    return !reader.failed;
}

static bool is_same_name(const struct dns_name *a, const struct dns_name *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

struct record {
    struct dns_name owner;
    uint16_t type, class, size;
    uint32_t ttl_s;
    struct cursor data;
};

/* The record at the cursor, which goes behind it; false: broken. */
static bool read_record(const struct message *message, struct cursor *cursor, struct record *record)
{
    if (!read_name(message, cursor, &record->owner))
        return false;
    record->type = cursor_take16(cursor);
    record->class = cursor_take16(cursor);
    record->ttl_s = cursor_take32(cursor);
    if (record->ttl_s > INT32_MAX) /* RFC 2181 section 8 */
        record->ttl_s = 0;
    record->size = cursor_take16(cursor);
    record->data = *cursor;
    return cursor_take(cursor, record->size) != NULL;
}

static uint32_t less(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Looks through `count` records for the address of `name`, or for the name that
 * it is an alias of, which takes its place. */
enum found { FOUND_ADDRESS, FOUND_ALIAS, FOUND_NOTHING, FOUND_BROKEN };

static enum found find_record(const struct message *message, struct cursor cursor, unsigned count,
                              struct dns_name *name, lan_ip4 *address, uint32_t *ttl_s)
{
    struct record record;
    for (; count > 0; count--) {
        if (!read_record(message, &cursor, &record))
            return FOUND_BROKEN;
        if (record.class != CLASS_IN || !is_same_name(&record.owner, name) ||
            (record.type != TYPE_A && record.type != TYPE_CNAME))
            continue;
        *ttl_s = less(*ttl_s, record.ttl_s);
        if (record.type == TYPE_CNAME)
            return read_name(message, &record.data, name) ? FOUND_ALIAS : FOUND_BROKEN;
        *address = cursor_take32(&record.data);
        return record.size == 4 ? FOUND_ADDRESS : FOUND_BROKEN;
    }
    return FOUND_NOTHING;
}

/* How long it holds that there is nothing: as the zone's SOA behind the answers says,
 * its own time and its last field (RFC 2308 section 5). 0: there is none. */
static uint32_t read_negative_ttl(const struct message *message, struct cursor cursor,
                                  unsigned answers, unsigned authorities)
{
    struct record record;
    for (unsigned i = 0; i < answers + authorities; i++) {
        if (!read_record(message, &cursor, &record))
            return 0;
        if (i < answers || record.class != CLASS_IN || record.type != TYPE_SOA || record.size < 20)
            continue;
        cursor_take(&record.data, record.size - 4u);
        return less(DNS_NEGATIVE_MAX_S, less(record.ttl_s, cursor_take32(&record.data)));
    }
    return 0;
}

/* The header and the question, which must be ours. */
static bool is_ours(const struct message *message, struct cursor *cursor, uint16_t id,
                    const struct dns_name *name, uint16_t *flags, uint16_t *count)
{
    struct dns_name asked;
    bool ours = cursor_take16(cursor) == id;
    *flags = cursor_take16(cursor);
    ours &= (*flags & FLAG_ANSWER) && (*flags & MASK_OPCODE) == 0;
    ours &= cursor_take16(cursor) == 1;
    *count = cursor_take16(cursor);
    cursor_take(cursor, 4);
    if (!ours || cursor->failed || !read_name(message, cursor, &asked))
        return false;
    ours = cursor_take16(cursor) == TYPE_A;
    ours &= cursor_take16(cursor) == CLASS_IN;
    return ours && !cursor->failed && is_same_name(&asked, name);
}

enum dns_answer dns_read_answer(const uint8_t *message, size_t size, uint16_t id,
                                const struct dns_name *name, lan_ip4 *address, uint32_t *ttl_s)
{
    const struct message whole = {message, size};
    struct cursor cursor = cursor_of(message, size);
    uint16_t flags, count;
    if (!is_ours(&whole, &cursor, id, name, &flags, &count))
        return DNS_STRANGE;
    *ttl_s = DNS_TTL_MAX_S;
    if ((flags & MASK_CODE) == CODE_NO_NAME) {
        *ttl_s = read_negative_ttl(&whole, cursor, count, get16(message + AUTHORITIES_AT));
        return DNS_NO_ADDRESS;
    }
    if ((flags & MASK_CODE) != 0)
        return DNS_FAILED;

    struct dns_name wanted = *name;
    for (unsigned aliases = 0; aliases <= DNS_ALIASES; aliases++) {
        switch (find_record(&whole, cursor, count, &wanted, address, ttl_s)) {
        case FOUND_ADDRESS:
            return DNS_ADDRESS;
        case FOUND_NOTHING:
            *ttl_s = less(
                *ttl_s, read_negative_ttl(&whole, cursor, count, get16(message + AUTHORITIES_AT)));
            return DNS_NO_ADDRESS;
        case FOUND_BROKEN:
            return DNS_FAILED;
        case FOUND_ALIAS:
            break;
        }
    }
    return DNS_FAILED;
}
