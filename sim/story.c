/* See story.h. The page is written up to its data, then the data as it comes, then the rest. */
#include "story.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Made from sim/story/story.html and d3 by mk/story.mk. */
extern const char story_page[], story_library[];
extern const size_t story_page_size, story_library_size;

struct story {
    FILE *file;
    unsigned nodes, channels;
    uint64_t frames;
    bool in_frames;
};

static const char LIBRARY[] = "<!--LIBRARY-->", RUN[] = "/*RUN*/null";

static void write_string(FILE *file, const char *text)
{
    putc('"', file);
    for (; text && *text; text++)
        if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else if (*text == '<') /* no end of the script within it */
            fputs("\\u003c", file);
        else if ((unsigned char)*text >= ' ')
            putc(*text, file);
    putc('"', file);
}

struct story *story_open(const char *path, const char *title, const char *about, uint64_t seed,
                         const char *record)
{
    struct story *story = calloc(1, sizeof *story);
    if (!story)
        return NULL;
    story->file = fopen(path, "w");
    if (!story->file) {
        int error = errno;
        free(story);
        errno = error;
        return NULL;
    }
    const char *library = strstr(story_page, LIBRARY), *run = strstr(story_page, RUN);
    fwrite(story_page, 1, (size_t)(library - story_page), story->file);
    fputs("<script>", story->file);
    fwrite(story_library, 1, story_library_size, story->file);
    fputs("</script>", story->file);
    library += sizeof LIBRARY - 1;
    fwrite(library, 1, (size_t)(run - library), story->file);
    fputs("{title:", story->file);
    write_string(story->file, title);
    fputs(",about:", story->file);
    write_string(story->file, about);
    fprintf(story->file, ",seed:\"%" PRIu64 "\",record:", seed);
    write_string(story->file, record);
    fputs(",nodes:[", story->file);
    return story;
}

void story_add_node(struct story *story, const char *name, const char *kind, const char *detail,
                    unsigned mac_count, const uint8_t (*macs)[6])
{
    fprintf(story->file, "%s\n{name:", story->nodes++ ? "," : "");
    write_string(story->file, name);
    fputs(",kind:", story->file);
    write_string(story->file, kind);
    fputs(",detail:", story->file);
    write_string(story->file, detail);
    fputs(",macs:[", story->file);
    for (unsigned i = 0; i < mac_count; i++)
        fprintf(story->file, "%s\"%02x:%02x:%02x:%02x:%02x:%02x\"", i ? "," : "", macs[i][0],
                macs[i][1], macs[i][2], macs[i][3], macs[i][4], macs[i][5]);
    fputs("]}", story->file);
}

unsigned story_add_channel(struct story *story, const char *name, const char *kind,
                           const char *node, unsigned end_count, const char *const *ends)
{
    fprintf(story->file, "%s\n{name:", story->channels ? "," : "],channels:[");
    write_string(story->file, name);
    fputs(",kind:", story->file);
    write_string(story->file, kind);
    if (node) {
        fputs(",node:", story->file);
        write_string(story->file, node);
    }
    fputs(",ends:[", story->file);
    for (unsigned i = 0; i < end_count; i++) {
        fputs(i ? "," : "", story->file);
        write_string(story->file, ends[i]);
    }
    fputs("]}", story->file);
    return story->channels++;
}

static void begin_frames(struct story *story)
{
    if (!story->in_frames)
        fputs(story->channels ? "],frames:[" : "],channels:[],frames:[", story->file);
    story->in_frames = true;
}

void story_add_frame(struct story *story, unsigned channel, unsigned side,
                     const struct wire_frame *frame)
{
    begin_frames(story);
    if (story->frames++ >= STORY_FRAMES_MAX)
        return;
    fprintf(story->file, "%s\n[%" PRIu64 ",%" PRIu64 ",%u,%u,%d,\"", story->frames > 1 ? "," : "",
            frame->start_ps, frame->end_ps, channel, side, frame->fcs_wrong);
    for (size_t i = 0; i < frame->size; i++)
        fprintf(story->file, "%02x", frame->bytes[i]);
    fputs("\"]", story->file);
}

int story_close(struct story *story)
{
    begin_frames(story);
    uint64_t left_out = story->frames > STORY_FRAMES_MAX ? story->frames - STORY_FRAMES_MAX : 0;
    fprintf(story->file, "],left_out:%" PRIu64 "}", left_out);
    const char *rest = strstr(story_page, RUN) + sizeof RUN - 1;
    fwrite(rest, 1, (size_t)(story_page + story_page_size - rest), story->file);
    bool failed = ferror(story->file) != 0;
    errno = 0;
    failed |= fclose(story->file) != 0;
    free(story);
    return failed ? (errno ? errno : EIO) : 0;
}
