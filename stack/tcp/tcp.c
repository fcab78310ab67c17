/* TCP as a whole: its memory, laid out once, the pools of control blocks and
 * buffers, one step of time, the counters.
 *
 * All links between blocks are indices, so that one takes less than 200 bytes on
 * any machine. */
#include "tcp/tcb.h"

static uint16_t table_size(const struct tcp_config *config)
{
    uint16_t size = 1;
    while (size < config->connection_count)
        size = (uint16_t)(size << 1);
    return size;
}

/* Of one buffer. */
static uint32_t note_count(const struct tcp_config *config)
{
    return max_u32(config->buffer_bytes / TCP_BYTES_PER_NOTE, TCP_NOTES_MIN);
}

static uint32_t buffer_stride(const struct tcp_config *config)
{
    return config->buffer_bytes + note_count(config) * (uint32_t)sizeof(union tcp_note) +
           TCP_ORIGIN_SIZE;
}

static size_t round_up(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

size_t tcp_memory_size(const struct tcp_config *config)
{
    return round_up(sizeof(struct tcp)) + round_up(config->connection_count * sizeof(struct tcb)) +
           round_up(table_size(config) * sizeof(uint16_t)) +
           round_up(config->connection_count * sizeof(uint16_t)) +
           (size_t)config->buffer_count * buffer_stride(config);
}

/* The next piece of the memory that tcp_init was given. */
static void *carve(uint8_t **at, size_t size)
{
    void *piece = *at;
    *at += round_up(size);
    return piece;
}

/* A free buffer holds the index of the next one. */
static void free_buffer(struct tcp *tcp, uint16_t index)
{
    memcpy(tcp->buffers + (size_t)index * tcp->buffer_stride, &tcp->free_buffer,
           sizeof tcp->free_buffer);
    tcp->free_buffer = index;
}

static uint16_t take_buffer(struct tcp *tcp)
{
    uint16_t index = tcp->free_buffer;
    if (index != TCP_NONE)
        memcpy(&tcp->free_buffer, tcp->buffers + (size_t)index * tcp->buffer_stride,
               sizeof tcp->free_buffer);
    return index;
}

void tcp_free_block(struct tcb *tcb)
{
    tcb->table_next = tcb->tcp->free_block;
    tcb->tcp->free_block = tcb_index(tcb);
}

static uint64_t random64(const struct lan_port *port)
{
    uint64_t high = port->random(port->context);
    return high << 32 | port->random(port->context);
}

struct tcp *tcp_init(void *memory, const struct tcp_config *config, uint64_t now_us)
{
    assert((config->buffer_bytes & (config->buffer_bytes - 1)) == 0);
    assert(config->buffer_bytes >= TCP_BUFFER_BYTES_MIN &&
           config->buffer_bytes <= TCP_BUFFER_BYTES_MAX);
    assert(config->connection_count > 0 && config->connection_count <= TCP_CONNECTIONS_MAX);

    uint8_t *at = memory;
    struct tcp *tcp = carve(&at, sizeof *tcp);
    memset(tcp, 0, sizeof *tcp);
    tcp->config = *config;
    tcp->blocks = carve(&at, config->connection_count * sizeof *tcp->blocks);
    tcp->table = carve(&at, table_size(config) * sizeof *tcp->table);
    tcp->heap = carve(&at, config->connection_count * sizeof *tcp->heap);
    tcp->buffers = at;
    tcp->notes = at + config->buffer_bytes;
    tcp->buffer_stride = buffer_stride(config);
    while (config->buffer_bytes >> tcp->receive_scale > UINT16_MAX)
        tcp->receive_scale++;
    tcp->note_mask = (uint16_t)(note_count(config) - 1);
    tcp->duplicate_block = TCP_NONE;

    tcp->isn_key[0] = random64(config->port);
    tcp->isn_key[1] = random64(config->port);
    tcp->cookie_key[0] = random64(config->port);
    tcp->cookie_key[1] = random64(config->port);
    tcp->table_key = config->port->random(config->port->context);
    tcp->table_mask = (uint16_t)(table_size(config) - 1);
    tcp->free_block = tcp->free_buffer = TCP_NONE;
    tcp->output_first = tcp->output_last = TCP_NONE;
    tcp->time_wait_first = tcp->time_wait_last = TCP_NONE;
    for (unsigned i = 0; i <= tcp->table_mask; i++)
        tcp->table[i] = TCP_NONE;
    for (unsigned i = config->connection_count; i-- > 0;) {
        tcp->blocks[i] = (struct tcb){.tcp = tcp};
        tcp_free_block(&tcp->blocks[i]);
    }
    for (unsigned i = config->buffer_count; i-- > 0;)
        free_buffer(tcp, (uint16_t)i);
    tcp_set_time(tcp, now_us);
    return tcp;
}

/* --- control blocks -------------------------------------------------------------- */

struct tcb *tcp_new_block(struct tcp *tcp)
{
    if (tcp->free_block == TCP_NONE && tcp->time_wait_first != TCP_NONE) {
        tcp->counters.tcp_time_wait_recycled++;
        tcp_end(tcp_block(tcp, tcp->time_wait_first), 0);
    }
    if (tcp->free_block == TCP_NONE)
        return NULL;

    struct tcb *tcb = tcp_block(tcp, tcp->free_block);
    tcp->free_block = tcb->table_next;
    tcp_blank_block(tcb);
    if (tcp->duplicate_block == tcb_index(tcb))
        tcp->duplicate_block = TCP_NONE;
    return tcb;
}

void tcp_blank_block(struct tcb *tcb)
{
    /* It may still stand in the list of those with something to send. */
    uint16_t output_next = tcb->output_next;
    uint32_t queued = tcb->flags & TCB_QUEUED;
    *tcb = (struct tcb){
        .tcp = tcb->tcp,
        .table_next = TCP_NONE,
        .queue_next = TCP_NONE,
        .queue_before = TCP_NONE,
        .output_next = output_next,
        .listener = TCP_NONE,
        .heap_index = TCP_NONE,
        .send_buffer = TCP_NONE,
        .receive_buffer = TCP_NONE,
        .descriptor = -1,
        .flags = queued,
        .mss = TCP_MSS_DEFAULT,
        .keep_idle_s = TCP_KEEPALIVE_IDLE_S,
        .keep_interval_s = TCP_KEEPALIVE_INTERVAL_S,
        .keep_count = TCP_KEEPALIVE_COUNT,
    };
}

/* --- buffers --------------------------------------------------------------------- */

bool tcp_take_buffers(struct tcb *tcb)
{
    tcb->send_buffer = take_buffer(tcb->tcp);
    tcb->receive_buffer = take_buffer(tcb->tcp);
    if (tcb->send_buffer != TCP_NONE && tcb->receive_buffer != TCP_NONE)
        return true;
    tcp_free_send_buffer(tcb);
    tcp_free_receive_buffer(tcb);
    return false;
}

void tcp_free_send_buffer(struct tcb *tcb)
{
    tcp_sent_forget(tcb);
    if (tcb->flags & TCB_SEND_LENT)
        return;
    if (tcb->send_buffer != TCP_NONE)
        free_buffer(tcb->tcp, tcb->send_buffer);
    tcb->send_buffer = TCP_NONE;
}

void tcp_free_receive_buffer(struct tcb *tcb)
{
    tcb->held_count = 0;
    if (tcb->flags & TCB_RECEIVE_LENT)
        return;
    if (tcb->receive_buffer != TCP_NONE)
        free_buffer(tcb->tcp, tcb->receive_buffer);
    tcb->receive_buffer = TCP_NONE;
}

/* --- time and numbers ------------------------------------------------------------ */

uint64_t tcp_step(struct tcp *tcp, uint64_t now_us)
{
    tcp_set_time(tcp, now_us);
    tcp_run_timers(tcp);
    tcp_run_output(tcp);
    return tcp_next_deadline(tcp);
}

const char *tcp_counter(const struct tcp *tcp, unsigned index, uint64_t *value)
{
#define TCP_COUNTER_NAME(name) #name,
    static const char names[][32] = {TCP_COUNTERS(TCP_COUNTER_NAME)};
#undef TCP_COUNTER_NAME
#define TCP_COUNTER_VALUE(name) tcp->counters.name,
    const uint32_t values[] = {TCP_COUNTERS(TCP_COUNTER_VALUE)};
#undef TCP_COUNTER_VALUE
    if (index >= sizeof names / sizeof *names)
        return NULL;
    *value = values[index];
    return names[index];
}

bool tcp_connection(const struct tcp *tcp, unsigned index, const struct tcb **tcb)
{
    if (index >= tcp->config.connection_count)
        return false;
    *tcb = &tcp->blocks[index];
    if (!((*tcb)->flags & (TCB_ATTACHED | TCB_LISTED)))
        *tcb = NULL;
    return true;
}
