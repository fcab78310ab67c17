/* An adapter for tests: frames to be received are put in, frames sent are taken
 * out, and its room can be limited. It checks how it is used: one frame lent at a
 * time, each given back. */
#ifndef FAKE_ADAPTER_H
#define FAKE_ADAPTER_H

#include "lan_adapter.h"

enum { FAKE_QUEUE = 512, FAKE_GROUPS = 40 };

struct fake_frame {
    size_t size;
    _Alignas(4) uint8_t memory[2 + LAN_FRAME_SIZE_MAX];
};

struct fake_queue {
    struct fake_frame frames[FAKE_QUEUE];
    unsigned head, tail; /* ever taken, ever put */
};

struct fake_adapter {
    struct lan_adapter base;
    struct fake_queue incoming, outgoing;
    unsigned room;    /* frames that outgoing holds before it is full */
    size_t lent_size; /* being built; 0: none */
    bool reading;     /* the oldest incoming frame is lent */
    unsigned services;
    struct {
        bool wanted;
        uint8_t mac[6];
    } groups[FAKE_GROUPS]; /* what join asked for */
    unsigned inserted;     /* checksums */
    uint64_t deadline_us;
};

/* 02:00:00:00:00:`last`, link up, room for FAKE_QUEUE frames. */
void fake_adapter_init(struct fake_adapter *adapter, uint8_t last);

/* Whether its filter passes this group. */
bool fake_adapter_hears(const struct fake_adapter *adapter, const uint8_t group[6]);

/* Puts a frame to be received. */
void fake_adapter_give(struct fake_adapter *adapter, const uint8_t *bytes, size_t size);

/* The oldest frame sent, valid until many later; NULL: none. */
const uint8_t *fake_adapter_take(struct fake_adapter *adapter, size_t *size);

#endif
