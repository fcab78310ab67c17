/* The command line of `lantern exec`: its own options, then the program's words, which are
 * nobody else's. */
#include "options_inside.h"
#include "options_value.h"

enum { KEY_LISTEN = 512 };

error_t options_parse_exec(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    struct options_forward *forward = &options->forwards[options->forward_count];
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = options;
        return 0;
    case KEY_LISTEN:
        if (options->forward_count == OPTIONS_FORWARDS_MAX)
            options_wrong(state, "--listen", text, "there are 8 at most");
        if (!value_forward(text, &forward->address, &forward->port, &forward->guest_port))
            options_wrong(state, "--listen", text,
                          "it looks like 127.0.0.1:8080:80 (the program's own port last)");
        options->forward_count++;
        return 0;
    case ARGP_KEY_ARG:
        options->program = &state->argv[state->next - 1];
        state->next = state->argc; /* the rest is the program's */
        return 0;
    case ARGP_KEY_END:
        if (!options->program)
            options_wrong(state, "PROGRAM", "missing",
                          "as in `lantern exec -- curl http://10.0.2.2/'");
        if (options->tap && options->forward_count)
            options_wrong(state, "--listen", "and --tap",
                          "on a TAP the program has an address of its own");
        if (options->record)
            options_wrong(state, "--record", options->record,
                          "the program's own steps cannot be had again");
        return 0;
    case ARGP_KEY_ERROR:
        options_wrong_option(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp_option options_of_exec[] = {
    {"listen", KEY_LISTEN, "IP:PORT[:PORT]", 0,
     "This machine's programs reach the program's port (the last one) there, by TCP and UDP", 0},
    {0},
};
