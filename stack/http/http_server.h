/* Between the server's three files: http_server.c moves connections along,
 * http_answer.c fills their output, http_accept.c lets new ones in. */
#ifndef STACK_HTTP_SERVER_H
#define STACK_HTTP_SERVER_H

#include "http/http_request.h"

/* Of a connection; http_server.c draws how they follow each other. */
enum http_state { HTTP_FREE, HTTP_REQUEST, HTTP_SKIP, HTTP_ANSWER, HTTP_LINGER };

uint64_t http_server_after_ms(const struct lan_http_server *server, uint64_t ms);

/* Closes it, at any time; its place is free. */
void http_server_drop(struct lan_http_server *server, struct lan_http_connection *connection);

/* The connection is new, or has its answer: the next request may come. */
void http_server_await(struct lan_http_server *server, struct lan_http_connection *connection);

/* Takes in who waits in the listener. When to call step again for that. */
uint64_t http_server_accept(struct lan_http_server *server);

/* Finds the handler of a whole request, and begins its answer: the head and as
 * much of the body as there is and fits stand in the output. */
void http_answer_request(struct lan_http_server *server, struct lan_http_connection *connection,
                         struct http_request *request);

/* Begins the server's own short page instead of whatever was begun; nothing of
 * it may have left yet. The connection closes afterwards. */
void http_answer_refusal(struct lan_http_connection *connection, unsigned status);

/* Puts the next bytes of the body behind what stands in the output. false: the
 * body broke. */
bool http_answer_fill(struct lan_http_server *server, struct lan_http_connection *connection);

/* Releases the handler's body, if there is one. */
void http_answer_release(struct lan_http_connection *connection);

#endif
