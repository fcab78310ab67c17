/* The sample program over lan_posix.h, and lan_posix.h's own refusals. */
#include <stdio.h>

#include "pair.h"
#include "test.h"

/* Last, as its macros rename what follows. */
#include "lan_posix.h"
#include "posix_sample.h"

struct lan_host *lan_posix_host;
int lan_posix_errno;

START_TEST(test_sample_over_lan_posix_sees_what_it_sees_on_linux)
{
    struct pair *pair = pair_new(1);
    struct sample sample;
    lan_posix_host = pair_near(pair);
    sample_run(&sample);
    ck_assert_str_eq(sample.text, SAMPLE_EXPECTED);
    pair_free(pair);
}
END_TEST

START_TEST(test_address_that_is_none_is_refused)
{
    struct pair *pair = pair_new(2);
    lan_posix_host = pair_near(pair);
    struct sockaddr_in address = sample_loopback(1);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(connect(fd, NULL, 0), -1);
    ck_assert_int_eq(errno, EFAULT);
    ck_assert_int_eq(connect(fd, &address, sizeof address - 1), -1);
    ck_assert_int_eq(errno, EINVAL);
    address.sin_family = 10;
    ck_assert_int_eq(bind(fd, &address, sizeof address), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    static const char *const bad[] = {"", "1.2.3", "1.2.3.4.", "1.2.3.256", "1.2.3.4 ", "1..2.3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_int_eq(inet_pton(AF_INET, bad[i], &address.sin_addr), 0);
    ck_assert_int_eq(inet_pton(AF_INET, "10.0.0.255", &address.sin_addr), 1);
    ck_assert_uint_eq(ntohl(address.sin_addr.s_addr), LAN_IP4(10, 0, 0, 255));
    pair_free(pair);
}
END_TEST

START_TEST(test_groups_are_joined_by_an_interfaces_address)
{
    struct pair *pair = pair_new(3);
    lan_posix_host = pair_near(pair);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ip_mreq request = {{htonl(LAN_IP4(239, 1, 1, 1))}, {htonl(NEAR_IP)}};
    struct in_addr interface = {htonl(NEAR_IP)}, told = {0};
    socklen_t size = sizeof told;
    ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request), 0);
    ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request), -1);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &request, sizeof request), 0);
    request.imr_interface.s_addr = htonl(FAR_IP);
    ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request), -1);
    ck_assert_int_eq(errno, ENODEV);
    ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, 4), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface), 0);
    ck_assert_int_eq(getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &told, &size), 0);
    ck_assert_uint_eq(told.s_addr, interface.s_addr);
    pair_free(pair);
}
END_TEST

TEST_MAIN("socket_posix", test_sample_over_lan_posix_sees_what_it_sees_on_linux,
          test_address_that_is_none_is_refused, test_groups_are_joined_by_an_interfaces_address)
