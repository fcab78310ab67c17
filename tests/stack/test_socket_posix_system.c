/* The sample program over the system's own sockets: what it expects is what Linux does. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "posix_sample.h"
#include "test.h"

START_TEST(test_sample_over_the_systems_sockets_sees_what_is_expected)
{
    struct sample sample;
    sample_run(&sample);
    ck_assert_str_eq(sample.text, SAMPLE_EXPECTED);
}
END_TEST

TEST_MAIN("socket_posix_system", test_sample_over_the_systems_sockets_sees_what_is_expected)
