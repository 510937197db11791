/* A small TAP framework for unit tests: table-driven checks, one stream a program. A test program
 * includes this once, calls the checks below from main, and returns tap_end().
 *
 *   for (size_t i = 0; i < COUNT_OF(cases); i++) {
 *       tap_number(cases[i].wanted, f(cases[i].given), "%s", cases[i].name);
 *   }
 *   return tap_end();
 *
 * Names are printf formats. Nothing here is thread-safe. */
#ifndef UNIT_TAP_H
#define UNIT_TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diagnostic.h"
#include "base/span.h"
#include "base/strbuf.h"

static unsigned tap_count;
static unsigned tap_failed;

__attribute__((format(printf, 1, 0))) static inline void tap_name(const char *format, va_list args)
{
    char name[400];
    vsnprintf(name, sizeof name, format, args);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == '\n' || *c == '#' ? ' ' : *c;
    }
    printf(" %u - %s\n", tap_count, name);
}

/* Prints one result. True when it is good. */
__attribute__((format(printf, 2, 0))) static inline bool tap_result(bool good, const char *format,
                                                                    va_list args)
{
    tap_count++;
    tap_failed += !good;
    fputs(good ? "ok" : "not ok", stdout);
    tap_name(format, args);
    return good;
}

/* Text of a failure, made printable. */
static inline void tap_show(const char *label, struct span text)
{
    printf("#   %s \"", label);
    for (size_t i = 0; i < text.n && i < 300; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x20 || c >= 0x7f) {
            printf("\\x%02x", c);
        } else {
            putchar(c);
        }
    }
    printf("\" (%zu bytes)\n", text.n);
}

__attribute__((format(printf, 2, 3))) static inline bool tap_ok(bool good, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tap_result(good, format, args);
    va_end(args);
    return good;
}

__attribute__((format(printf, 3, 4))) static inline bool tap_number(long long wanted, long long got,
                                                                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool good = tap_result(wanted == got, format, args);
    va_end(args);
    if (!good) {
        printf("#   got %lld, wanted %lld\n", got, wanted);
    }
    return good;
}

/* wanted and got differ by at most within, relative to wanted. */
__attribute__((format(printf, 4, 5))) static inline bool
tap_near(double wanted, double got, double within, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool good = tap_result(fabs(got - wanted) <= within * fabs(wanted) + 1e-12, format, args);
    va_end(args);
    if (!good) {
        printf("#   got %g, wanted %g within %g\n", got, wanted, within);
    }
    return good;
}

__attribute__((format(printf, 3, 4))) static inline bool
tap_span(const char *wanted, struct span got, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool good = tap_result(span_is(got, wanted), format, args);
    va_end(args);
    if (!good) {
        tap_show("got   ", got);
        tap_show("wanted", span_cstr(wanted));
    }
    return good;
}

static inline int tap_end(void)
{
    printf("1..%u\n", tap_count);
    return tap_failed > 0;
}

/* For steps that must work for a test to go on. */
static inline void tap_must(enum smtplog_status status, const char *what)
{
    if (status != SMTPLOG_OK) {
        printf("Bail out! %s: %s\n", what, smtplog_status_name(status));
        exit(1);
    }
}

#define TAP_MUST(call) tap_must((call), #call)

/* Collects messages, a line each. */
static inline void tap_collect(void *context, enum smtplog_severity severity, const char *text)
{
    (void)severity;
    strbuf_add_cstr(context, text);
    strbuf_add_byte(context, '\n');
}

static inline struct diagnostic tap_diagnostic(struct strbuf *into)
{
    return (struct diagnostic){.function = tap_collect, .context = into};
}

#endif
