#include "http/http_condition.h"

#include <string.h>

/* Takes an entity tag off the front of `list`: the text between its quotes. false: there
 * is none. */
static bool take_tag(struct http_text *list, struct http_text *tag, bool *is_weak)
{
    size_t i = 0;
    while (i < list->size && (list->at[i] == ' ' || list->at[i] == '\t' || list->at[i] == ','))
        i++;
    *is_weak = list->size - i > 2 && list->at[i] == 'W' && list->at[i + 1] == '/';
    i += *is_weak ? 2 : 0;
    if (i >= list->size || list->at[i] != '"')
        return false;
    const char *first = list->at + i + 1;
    const char *last = memchr(first, '"', list->size - i - 1);
    if (!last)
        return false;
    *tag = (struct http_text){first, (size_t)(last - first)};
    list->size -= (size_t)(last + 1 - list->at);
    list->at = last + 1;
    return true;
}

/* Section 8.8.3.2: by weak comparison two weak tags may be the same, by strong none is
 * that is weak. Ours are strong. */
static bool lists(struct http_text list, const char *tag, bool weakly)
{
    struct http_text one;
    bool is_weak;
    while (take_tag(&list, &one, &is_weak))
        if (tag[0] && http_text_is(one, tag) && (weakly || !is_weak))
            return true;
    return false;
}

static bool holds(unsigned count, struct http_text list, const char *tag, bool weakly)
{
    return count == 1 && (http_text_is(list, "*") || lists(list, tag, weakly));
}

unsigned http_condition_status(const struct http_conditions *conditions, const char *tag)
{
    if (conditions->match_count > 0 &&
        !holds(conditions->match_count, conditions->match, tag, false))
        return 412;
    if (holds(conditions->none_match_count, conditions->none_match, tag, true))
        return 304;
    return 200;
}

bool http_condition_allows_range(const struct http_conditions *conditions, const char *tag)
{
    return conditions->if_range_count == 0 ||
           (conditions->if_range_count == 1 && lists(conditions->if_range, tag, false));
}
