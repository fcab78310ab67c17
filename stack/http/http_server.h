/* Between the server's two files: http_server.c moves connections along,
 * http_answer.c fills their output. */
#ifndef STACK_HTTP_SERVER_H
#define STACK_HTTP_SERVER_H

#include "http/http_request.h"

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
