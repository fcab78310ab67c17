/* smoltcp: smoltcp/src/lib.rs, a static library that cargo builds. */
#include "peer.h"

#include <stdbool.h>

void smoltcp_start(uint64_t seed, bool cubic);
uint64_t smoltcp_step(int end, uint64_t now_us);

static void start(uint64_t seed)
{
    smoltcp_start(seed, true);
}

const struct peer peer_smoltcp = {.name = "smoltcp", .start = start, .step = smoltcp_step};
