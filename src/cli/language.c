/* The language in which the program speaks to its user. Chosen once, before anything is said, by
 * --lang or the environment; like the locale of a process it is kept in one place, since every
 * message needs it. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static struct smtplog_language *spoken; /* NULL: English */

const struct smtplog_language *cli_language(void)
{
    return spoken;
}

const char *cli_translate(const char *text)
{
    return smtplog_translate(spoken, text);
}

const char *cli_translate_count(const char *one, const char *many, unsigned long long count)
{
    return smtplog_translate_count(spoken, one, many, count);
}

/* The value of --lang on a command line that has not been parsed yet; NULL without. */
static const char *asked_for(int argc, char **argv)
{
    const char *name = NULL;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0) {
            name = argv[i] + 7;
        } else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) {
            name = argv[i + 1];
        }
    }
    return name;
}

/* The first known language of a list such as "de:fr"; English when none is known. False when memory
 * is short. */
static bool speak_one_of(const char *list)
{
    char name[32];
    while (*list != '\0') {
        size_t length = strcspn(list, ":");
        snprintf(name, sizeof name, "%.*s", (int)length, list);
        enum smtplog_status status = length > 0 ? smtplog_language_new(name, &spoken)
                                                : SMTPLOG_USAGE;
        if (status == SMTPLOG_OK || status == SMTPLOG_NO_MEMORY) {
            return cli_ok(status);
        }
        list += length + (list[length] == ':');
    }
    spoken = NULL;
    return true;
}

/* As gettext does it: the first of LC_ALL, LC_MESSAGES and LANG that is set names the locale, and
 * LANGUAGE, a list, stands in for its language unless the locale was said to be C. Other than there
 * LANGUAGE also counts where no locale is set at all: that is what cron has. */
static bool speak_as_environment_says(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = "";
    const char *list = getenv("LANGUAGE");
    for (size_t i = 0; i < sizeof names / sizeof names[0] && locale[0] == '\0'; i++) {
        const char *value = getenv(names[i]);
        locale = value != NULL ? value : "";
    }
    bool plain = strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
    bool listed = list != NULL && list[0] != '\0';
    return plain || speak_one_of(listed ? list : locale);
}

static int print_name(void *context, const char *bytes, size_t length)
{
    (void)context;
    return bytes[0] == '\n' ? 0 : fprintf(stderr, " %.*s", (int)length, bytes) < 0;
}

bool cli_speak(int argc, char **argv)
{
    const char *name = asked_for(argc, argv);
    if (name == NULL) {
        return speak_as_environment_says();
    }
    enum smtplog_status status = smtplog_language_new(name, &spoken);
    if (status == SMTPLOG_NO_MEMORY) {
        return cli_ok(status);
    }
    if (status != SMTPLOG_OK) {
        cli_complain("--lang: there is no translation for \"%s\"; going on in English", name);
        fputs("  there are:", stderr); /* nobody speaks another language yet */
        if (smtplog_languages(print_name, NULL) == SMTPLOG_OK) {
            fputs("\n", stderr);
        }
    }
    return true;
}

void cli_speak_no_more(void)
{
    smtplog_language_free(spoken);
    spoken = NULL;
}
