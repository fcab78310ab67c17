/* Writes status.json. See site.h for its schema.
 *
 * A frame or a socket that finds no room is taken back whole, so what is written
 * is always well formed: the end is reserved before the lists begin. */
#include <string.h>

#include "site/site.h"
#include "site/text.h"

enum { END_SIZE = 400 }; /* for what closes the lists */

/* Begins a member of an object: `before` is what stands before its name. */
static void put_name(struct text *text, const char *before, const char *name)
{
    text_put(text, before);
    text_put(text, "\"");
    text_put(text, name);
    text_put(text, "\":");
}

static void put_word(struct text *text, const char *before, const char *name, const char *word)
{
    put_name(text, before, name);
    text_put(text, "\"");
    text_put(text, word); /* of our own making: nothing in it needs an escape */
    text_put(text, "\"");
}

static void put_count(struct text *text, const char *before, const char *name, uint64_t number)
{
    put_name(text, before, name);
    text_put_number(text, number);
}

static void put_truth(struct text *text, const char *before, const char *name, bool truth)
{
    put_name(text, before, name);
    text_put(text, truth ? "true" : "false");
}

static void put_adapter(struct text *text, const struct site *site)
{
    const struct lan_adapter_status *status = &site->adapter->status;
    put_word(text, "{\"adapter\":{", "kind", site->adapter_kind);
    text_put(text, ",\"mac\":\"");
    text_put_mac(text, site->adapter->mac);
    text_put(text, "\",\"address\":\"");
    text_put_ip(text, site->address);
    put_truth(text, "\",", "link", status->link_up);
    put_count(text, ",", "rate_mbps", status->rate_mbps);
    put_truth(text, ",", "full_duplex", status->full_duplex);
    put_count(text, ",", "link_changes", status->link_changes);
}

static void put_ring(struct text *text, const char *before, const char *name, uint32_t used,
                     uint32_t size)
{
    put_name(text, before, name);
    if (size == 0) {
        text_put(text, "null");
        return;
    }
    put_count(text, "{", "used", used);
    put_count(text, ",", "size", size);
    text_put(text, "}");
}

static void put_view(struct text *text, const struct site *site)
{
    struct site_view view = {0};
    site->look(site->look_context, &view);
    put_count(text, "},\"time\":{", "ns", view.time_ns);
    put_count(text, ",", "wall_us", view.wall_us);
    put_name(text, ",", "cycles");
    if (view.cycles > 0)
        text_put_number(text, view.cycles);
    else
        text_put(text, "null");
    put_ring(text, "},\"rings\":{", "tx", view.tx_ring_used, view.tx_ring_size);
    put_ring(text, ",", "rx", view.rx_ring_used, view.rx_ring_size);
    text_put(text, "}");
}

static void put_group(struct text *text, const char *before, const struct site_group *group)
{
    put_name(text, before, group->name);
    text_put(text, "{");
    uint64_t value;
    const char *name;
    for (unsigned i = 0; (name = group->counter(group->context, i, &value)) != NULL; i++)
        put_count(text, i ? "," : "", name, value);
    text_put(text, "}");
}

static const char *host_counter(const void *host, unsigned index, uint64_t *value)
{
    return lan_host_counter(host, index, value);
}

static void put_counters(struct text *text, const struct site *site)
{
    const struct site_group host = {"host", host_counter, site->host};
    put_group(text, ",\"counters\":{", &host);
    for (unsigned i = 0; i < SITE_GROUPS && site->groups[i].name; i++)
        put_group(text, ",", &site->groups[i]);
    text_put(text, "}");
}

static void put_socket(struct text *text, const struct lan_socket_info *info)
{
    put_name(text, "{", "fd");
    text_put(text, info->descriptor < 0 ? "-" : ""); /* a connection without a socket */
    text_put_number(text, (uint64_t)(info->descriptor < 0 ? -info->descriptor : info->descriptor));
    put_word(text, ",", "kind", info->kind);
    put_word(text, ",", "state", info->state);
    text_put(text, ",\"local\":\"");
    text_put_ip_port(text, info->local_address, info->local_port);
    text_put(text, "\",\"peer\":\"");
    text_put_ip_port(text, info->peer_address, info->peer_port);
    put_count(text, "\",", "receive_queued", info->receive_queued);
    put_count(text, ",", "send_queued", info->send_queued);
    put_count(text, ",", "rtt_us", info->rtt_us);
    put_count(text, ",", "congestion_window", info->congestion_window);
    text_put(text, "}");
}

static void put_frame(struct text *text, const struct site_frame *frame)
{
    char words[SITE_FRAME_TEXT];
    site_frame_describe(frame, words);
    put_count(text, "{", "number", frame->number);
    put_count(text, ",", "ns", frame->time_ns);
    put_truth(text, ",", "sent", frame->sent);
    put_count(text, ",", "size", frame->size);
    put_word(text, ",", "text", words);
    text_put(text, ",\"head\":\"");
    text_put_hex(text, frame->head, frame->size < SITE_FRAME_HEAD ? frame->size : SITE_FRAME_HEAD);
    text_put(text, "\"}");
}

/* Gives the text its room back for what must stand there. */
static void reopen(struct text *text, size_t room)
{
    text->full = false;
    text->room = room;
}

static bool is_over(const struct lan_socket_info *info)
{
    return strcmp(info->state, "TIME-WAIT") == 0;
}

/* The live ones first: hundreds of short connections must not hide them. */
static void put_sockets(struct text *text, const struct site *site)
{
    struct lan_socket_info info;
    unsigned count = 0, told = 0;
    text_put(text, ",\"sockets\":[");
    for (unsigned over = 0; over < 2; over++)
        for (unsigned i = 0; lan_host_socket(site->host, i, &info); i++) {
            size_t mark = text->size;
            if (is_over(&info) != over)
                continue;
            count++;
            if (told == SITE_SOCKETS_MAX || text->full)
                continue;
            text_put(text, told ? "," : "");
            put_socket(text, &info);
            if (text->full)
                text->size = mark;
            else
                told++;
        }
    reopen(text, text->room + END_SIZE * 3 / 4);
    put_count(text, "],", "sockets_count", count);
}

static void put_frames(struct text *text, const struct site_frames *frames)
{
    put_count(text, ",", "frames_sent", frames->sent_count);
    put_count(text, ",", "bytes_sent", frames->sent_bytes);
    put_count(text, ",", "frames_received", frames->count - frames->sent_count);
    put_count(text, ",", "bytes_received", frames->received_bytes);
    text_put(text, ",\"frames\":[");
    for (uint32_t i = 0; i < SITE_FRAMES && i < frames->count; i++) {
        size_t mark = text->size;
        text_put(text, i ? "," : "");
        put_frame(text, &frames->ring[(frames->count - 1 - i) % SITE_FRAMES]);
        if (text->full) {
            text->size = mark;
            break;
        }
    }
}

size_t site_status(const struct site *site, char *memory, size_t size)
{
    struct text text = {.at = memory, .room = size - END_SIZE};
    put_adapter(&text, site);
    put_view(&text, site);
    put_counters(&text, site);
    put_sockets(&text, site);
    put_frames(&text, &site->frames);
    reopen(&text, size);
    text_put(&text, "]}\n");
    return text.size;
}
