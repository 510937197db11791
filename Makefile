# smtplog: SMTP session log analyzer. `make help` lists the targets.
# All output goes below build/. PREFIX, DESTDIR, CC, CFLAGS and LDFLAGS are honoured.

CC      ?= cc
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build

PKG_CONFIG ?= pkg-config
# Probed when used, not when the file is read, so that `make deps all` sees what deps installed.
PKG_CFLAGS  = $(filter-out -D_XOPEN_SOURCE=%,$(shell $(PKG_CONFIG) --cflags libpcre2-8 zlib $(FOUND) 2>/dev/null)) $(FEATURES)
PKG_LIBS    = -pthread $(shell $(PKG_CONFIG) --libs libpcre2-8 zlib $(LIB_FOUND) 2>/dev/null || echo -lpcre2-8 -lz) $(BZIP2:bzip2=-lbz2) $(if $(filter libsystemd,$(FOUND)),-ldl)
CLI_LIBS    = $(shell $(PKG_CONFIG) --libs $(filter ncursesw libseccomp,$(FOUND)) 2>/dev/null)

# One feature each, there when the library is: JSON log lines, --journal, the screen of watch, rotations compressed with zstd, xz, bzip2, the sandbox.
# `make OPTIONAL=` builds without them. bzip2 has no pkg-config file everywhere: its header is looked for.
OPTIONAL = jansson libsystemd ncursesw libzstd liblzma bzip2 libseccomp
FOUND    = $(shell for name in $(filter-out bzip2,$(OPTIONAL)); do $(PKG_CONFIG) --exists $$name 2>/dev/null && echo $$name; done)
BZIP2    = $(if $(filter bzip2,$(OPTIONAL)),$(shell $(CC) -E -x c -include bzlib.h /dev/null >/dev/null 2>&1 && echo bzip2))
FEATURES = $(shell echo $(patsubst %,-DHAVE_%,$(FOUND) $(BZIP2)) | tr a-z A-Z)
# The program alone draws on terminals. libsystemd is loaded when a journal is read, for which older C libraries need -ldl.
LIB_FOUND = $(filter-out ncursesw libseccomp libsystemd,$(FOUND))

WARNINGS  = -Wall -Wextra -Wshadow -Wconversion -Werror
STANDARD  = -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
# Control-flow protection where the compiler has it for this machine; asked once. Sanitizers check sizes themselves.
CF        = $(eval CF := $$(shell $$(CC) -fcf-protection -E -x c /dev/null >/dev/null 2>&1 && echo -fcf-protection))$(CF)
FORTIFY   = $(if $(findstring sanitize,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HARDENING = -fPIC -fstack-protector-strong -fstack-clash-protection $(CF) $(FORTIFY)
LINKING   = -Wl,-z,relro,-z,now,-z,noexecstack
# Inlining across files takes a tenth off the time. Objects hold plain code beside what the linker needs for it, and the archive nothing else. Asked
# once, with the flags of this file only: who sets CFLAGS has said what to do (LTO= for none).
LTO       = $(eval LTO := $$(if $$(filter-out file,$$(origin CFLAGS)),,$$(shell echo 'int main(void) { return 0; }' | \
            $$(CC) -Werror -flto=auto -ffat-lto-objects -x c - -o /dev/null 2>/dev/null && echo -flto=auto -ffat-lto-objects)))$(LTO)
COMPILE   = $(CC) $(STANDARD) $(WARNINGS) $(HARDENING) $(CFLAGS) $(LTO) -Iinclude -Isrc $(PKG_CFLAGS) -MMD -MP

FLOORS  = base input data event pattern catalog filter logfmt track aggregate finding report lib
LIB_SRC = $(sort $(foreach floor,$(FLOORS),$(wildcard src/$(floor)/*.c)))
CLI_SRC = $(sort $(wildcard src/cli/*.c))
LIB_OBJ = $(LIB_SRC:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/embedded_files.o $(BUILD)/obj/embedded_pages.o \
          $(BUILD)/obj/embedded_translations.o
CLI_OBJ = $(CLI_SRC:src/%.c=$(BUILD)/obj/%.o)

PATTERNS = $(sort $(wildcard patterns/*/*.pat patterns/*/*.cat))
PAGES    = src/report/page.css src/report/page.js
UNIT     = $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN = $(UNIT:tests/unit/%.c=$(BUILD)/test/%)
FUZZ     = $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_BIN = $(FUZZ:%=$(BUILD)/fuzz/%)
PO       = $(sort $(wildcard patterns/po/*.po))
MAN      = $(sort $(wildcard src/man/*.1 src/man/*.5))

DEPS_REQUIRED = gcc make pkg-config libpcre2-dev zlib1g-dev gettext perl python3 gzip
DEPS_OPTIONAL = libjansson-dev libsystemd-dev libncurses-dev libzstd-dev liblzma-dev libbz2-dev libseccomp-dev
DEPS_CHECK    = zstd xz-utils bzip2 strace g++ clang clang-format clang-tidy cppcheck valgrind libclang-rt-14-dev mandoc iproute2 util-linux tmux chromium fonts-dejavu-core sqlite3 python3-jsonschema

.PHONY: always link-flags coverage help all deps demo check check-e2e check-all sanitize valgrind fuzz lint format bench score-classes po \
        install uninstall dist clean

.DEFAULT_GOAL := all

help: ## this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

all: $(BUILD)/smtplog $(BUILD)/libsmtplog.a $(BUILD)/libsmtplog.so ## the program and the library

deps: ## install what is needed to build and test (Debian: apt-get; elsewhere: says what is missing)
	@sh tests/check/deps.sh $(DEPS_REQUIRED) $(DEPS_CHECK)
	@sh tests/check/deps.sh $(DEPS_OPTIONAL) || echo 'deps: these are optional: the build goes on without them'

demo: all ## analyze the sample logs
	$(BUILD)/smtplog analyze --year 2026 --tz UTC testdata/rotated/mail.log*

# Objects of other flags are built again.
$(BUILD)/flags: always
	@mkdir -p $(@D)
	@echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' >$@

$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(COMPILE) -c $< -o $@

# Written anew when other libraries are found than last time, so that what depends on them is built again.
$(BUILD)/found: always
	@mkdir -p $(@D)
	@echo '$(FOUND) $(BZIP2)' | cmp -s - $@ || echo '$(FOUND) $(BZIP2)' >$@

$(BUILD)/obj/logfmt/json_line.o $(BUILD)/obj/input/journal.o $(BUILD)/obj/input/journal_library.o $(BUILD)/obj/input/decompress.o $(BUILD)/obj/cli/sandbox.o $(BUILD)/obj/cli/watch_screen.o \
    $(BUILD)/obj/cli/watch_draw.o $(BUILD)/obj/cli/watch_screen_none.o: $(BUILD)/found

always:

$(BUILD)/embed: src/tools/embed.c
	@mkdir -p $(@D)
	$(CC) $(STANDARD) $(WARNINGS) -O1 $< -o $@

$(BUILD)/embedded_files.c: $(BUILD)/embed $(PATTERNS) $(wildcard patterns/*)
	$(BUILD)/embed embedded_files patterns/ $(PATTERNS) > $@.new && mv $@.new $@

$(BUILD)/embedded_pages.c: $(BUILD)/embed $(PAGES)
	$(BUILD)/embed embedded_pages src/report/ $(PAGES) > $@.new && mv $@.new $@

# What takes a text for people in the sources, and as which argument.
TEXTS = N_ cli_complain cli_translate_count:1,2 diagnostic_say:3 diagnostic_count:2,3 record_complain:4 parser_fail:3 \
        loader_complain:3 check_complain:3 refuse:3 option_refuse:3 option_word:4

# Texts of the catalogue come from the program, those of the sources from xgettext.
$(BUILD)/smtplog.pot: $(BUILD)/smtplog $(LIB_SRC) $(CLI_SRC)
	xgettext --language=C --from-code=UTF-8 --no-wrap --package-name=smtplog --msgid-bugs-address=none \
	    --keyword= $(TEXTS:%=--keyword=%) --flag=cli_complain:1:c-format --flag=diagnostic_say:3:c-format --sort-by-file -o $(BUILD)/sources.pot $(LIB_SRC) $(CLI_SRC)
	$(BUILD)/smtplog patterns texts > $(BUILD)/catalogue.texts
	msguniq --use-first --no-wrap -o $(BUILD)/catalogue.pot $(BUILD)/catalogue.texts # many codes have one source
	msgcat --no-wrap --use-first $(BUILD)/sources.pot $(BUILD)/catalogue.pot | sed 's/charset=CHARSET/charset=UTF-8/' > $@.new
	mv $@.new $@

po: $(BUILD)/smtplog.pot ## bring patterns/po up to date with the English texts; says what is left to do
	for po in $(PO); do \
	    msgmerge --quiet --update --backup=none --no-wrap --previous $$po $(BUILD)/smtplog.pot || exit 1; \
	    printf '%s: ' $$po; msgfmt --statistics -o /dev/null $$po || exit 1; done

$(BUILD)/po/%.mo: patterns/po/%.po
	@mkdir -p $(@D)
	msgfmt -c -o $@ $<

$(BUILD)/embedded_translations.c: $(BUILD)/embed $(PO:patterns/po/%.po=$(BUILD)/po/%.mo) $(wildcard patterns/po)
	$(BUILD)/embed embedded_translations $(BUILD)/po/ $(PO:patterns/po/%.po=$(BUILD)/po/%.mo) > $@.new && mv $@.new $@

$(BUILD)/obj/embedded_%.o: $(BUILD)/embedded_%.c
	@mkdir -p $(@D)
	$(COMPILE) -c $< -o $@

$(BUILD)/libsmtplog.a: $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@.new $^
	$(if $(LTO),objcopy -R '.gnu.lto_*' -R '.gnu.debuglto_*' $@.new)
	mv $@.new $@

$(BUILD)/libsmtplog.so: $(LIB_OBJ) src/lib/smtplog.map
	$(CC) $(CFLAGS) $(LTO) $(LDFLAGS) $(LINKING) -shared -Wl,-soname,libsmtplog.so.0 -Wl,--version-script=src/lib/smtplog.map -o $@ $(LIB_OBJ) $(PKG_LIBS) -lm

$(BUILD)/smtplog: $(CLI_OBJ) $(LIB_OBJ)
	$(CC) $(CFLAGS) $(LTO) $(LDFLAGS) $(LINKING) -pie -o $@ $^ $(PKG_LIBS) $(CLI_LIBS) -lm

# ---- tests ------------------------------------------------------------------------------------

$(BUILD)/test/%: tests/unit/%.c $(BUILD)/libsmtplog.a tests/unit/tap.h
	@mkdir -p $(@D)
	$(COMPILE) $(if $(LTO),-fno-lto) -Itests/unit $< $(BUILD)/libsmtplog.a $(LDFLAGS) $(PKG_LIBS) -lm -o $@

# A fuzz target: with libFuzzer by `make fuzz`, which says what FUZZ_DRIVER and FUZZ_FLAGS are; else with a driver that replays inputs.
FUZZ_DRIVER = tests/fuzz/replay.c
FUZZ_FLAGS  =

$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/support.c tests/fuzz/support.h $(FUZZ_DRIVER) $(BUILD)/libsmtplog.a
	@mkdir -p $(@D)
	$(COMPILE) $(if $(LTO),-fno-lto) $(FUZZ_FLAGS) $< tests/fuzz/support.c $(FUZZ_DRIVER) $(BUILD)/libsmtplog.a -Wl,--wrap=read $(LDFLAGS) $(PKG_LIBS) -lm -o $@

# Faults: loaded into the program, or linked into one of its own, where a sanitizer watches it.
FAULT_BIN = $(BUILD)/fault/fault.so $(BUILD)/fault/smtplog
WRAPPED   = malloc calloc realloc strdup strndup

$(BUILD)/fault/fault.so: tests/fault/fault.c
	@mkdir -p $(@D)
	$(CC) $(STANDARD) $(WARNINGS) -O1 -fPIC -shared $< -o $@ -ldl

$(BUILD)/fault/smtplog: tests/fault/fault.c $(CLI_OBJ) $(BUILD)/libsmtplog.a
	@mkdir -p $(@D)
	$(CC) $(STANDARD) $(WARNINGS) $(CFLAGS) $(if $(LTO),-fno-lto) $(LDFLAGS) -DFAULT_WRAPPED $(WRAPPED:%=-Wl,--wrap=%) -o $@ $^ $(PKG_LIBS) $(CLI_LIBS) -lm

CHECKS = $(sort $(wildcard tests/check/*.t tests/cli/*.t tests/fault/*.t tests/fuzz/*.t tests/golden/*.t tests/property/*.t tests/bench/*.t))

TEST_ENVIRONMENT = BUILD=$(BUILD) CC="$(CC)" SMTPLOG=$(abspath $(BUILD))/smtplog BENCH_DIR=$(abspath $(BUILD))/bench \
                   PYTHONDONTWRITEBYTECODE=1

check: all $(UNIT_BIN) $(FUZZ_BIN) $(FAULT_BIN) $(BUILD)/smtplog.pot ## the tests (no root, no network)
	$(TEST_ENVIRONMENT) prove $(PROVE_OPTIONS) $(UNIT_BIN) $(CHECKS)

check-e2e: all ## end to end with real mail servers (root; unpacks Debian packages below build/)
	$(TEST_ENVIRONMENT) prove $(PROVE_OPTIONS) $(sort $(wildcard tests/e2e/*.t))

# CHECKED=yes: the plain tests have run already.
check-all: lint sanitize valgrind coverage $(if $(CHECKED),,check) check-e2e ## everything: lint, sanitizers, valgrind, coverage, tests, end to end

# Checks of the sources themselves need no second run.
SANITIZED_CHECKS = tests/check/patterns.t $(filter tests/cli/% tests/fault/% tests/fuzz/% tests/golden/% tests/property/%,$(CHECKS))

sanitize: ## the tests again under AddressSanitizer and UndefinedBehaviorSanitizer, those of threads under ThreadSanitizer
	$(MAKE) BUILD=$(BUILD)/sanitize CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer" \
	    LDFLAGS="-fsanitize=address,undefined" CHECKS="$(SANITIZED_CHECKS)" PROVE_OPTIONS="$(or $(PROVE_OPTIONS),-j2)" check
	$(MAKE) BUILD=$(BUILD)/thread-sanitize CC=clang CFLAGS="-O1 -g -fsanitize=thread" LDFLAGS=-fsanitize=thread \
	    UNIT_BIN= CHECKS=tests/property/threads.t check

valgrind: all $(UNIT_BIN) ## every command and format under valgrind's memcheck (LONG=1: all of the test data, and the unit tests)
	$(TEST_ENVIRONMENT) prove $(PROVE_OPTIONS) $(sort $(wildcard tests/valgrind/*.t))

FUZZ_SECONDS ?= 60
FUZZ_TARGETS = $(FUZZ)
SANITIZERS   = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

fuzz: all ## every fuzz target with libFuzzer (FUZZ_SECONDS=60 each, FUZZ_TARGETS="line header" some of them)
	$(MAKE) BUILD=$(BUILD)/fuzzing CC=clang CFLAGS="-O1 -g $(SANITIZERS) -fsanitize=fuzzer-no-link" \
	    LDFLAGS="$(SANITIZERS) -fsanitize=fuzzer" FUZZ_DRIVER= fuzz-targets
	FUZZ_SECONDS=$(FUZZ_SECONDS) BUILD=$(BUILD) sh tests/fuzz/run.sh $(FUZZ_TARGETS)

.PHONY: fuzz-targets
fuzz-targets: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)

lint: ## formatting, static analysis, both compilers
	@BUILD=$(BUILD) sh tests/check/lint.sh

format: ## format the C sources
	clang-format -i $(wildcard src/*/*.c src/*/*.h include/*.h tests/unit/*.[ch] tests/fuzz/*.[ch] tests/fault/*.c)

# The replies are kept outside: a classifier is to be measured on texts that it was not written from.
LABELLED ?= ../shared/knowledge/labelled-dev.jsonl

# The sandbox would keep the counters from being written at the end. Counters of an earlier build do not belong to this one.
coverage: ## lines and branches that the tests run; fails below 90 % and 80 %
	[ ! -d $(BUILD)/coverage ] || find $(BUILD)/coverage -name '*.gcda' -delete
	$(MAKE) BUILD=$(BUILD)/coverage CFLAGS="-O1 -g --coverage -fprofile-update=atomic -DUNCONFINED" LDFLAGS=--coverage \
	    CHECKS="$(SANITIZED_CHECKS)" PROVE_OPTIONS="$(or $(PROVE_OPTIONS),-j2)" LONG= check
	python3 tests/check/coverage.py $(BUILD)/coverage 90 80

score-classes: all ## score the classifier on labelled replies (LABELLED=file.jsonl)
	python3 tests/check/score_classes.py $(BUILD)/smtplog $(LABELLED)

link-flags: # what a program with the library is linked with; WITHOUT names an optional library to leave out. A make in between may say where it is: grep -v ^make
	@echo $(LDFLAGS) $(filter-out $(patsubst %,-l%,$(WITHOUT:lib%=%)),$(PKG_LIBS) $(CLI_LIBS)) -lm

bench: all ## speed and memory against pflogsumm, grep and zcat on a generated log (SIZE=512M)
	BUILD=$(BUILD) tests/bench/run.sh

# ---- installing -------------------------------------------------------------------------------

install: all ## install below PREFIX (default /usr/local), DESTDIR honoured
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include \
	    $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 755 $(BUILD)/smtplog $(DESTDIR)$(PREFIX)/bin/smtplog
	install -m 644 $(BUILD)/libsmtplog.a $(DESTDIR)$(PREFIX)/lib/libsmtplog.a
	install -m 755 $(BUILD)/libsmtplog.so $(DESTDIR)$(PREFIX)/lib/libsmtplog.so.0
	ln -sf libsmtplog.so.0 $(DESTDIR)$(PREFIX)/lib/libsmtplog.so
	install -m 644 include/smtplog.h $(DESTDIR)$(PREFIX)/include/smtplog.h
	install -d $(DESTDIR)$(PREFIX)/share/smtplog
	install -m 644 src/contrib/smtplog.* $(DESTDIR)$(PREFIX)/share/smtplog/
	chmod 755 $(DESTDIR)$(PREFIX)/share/smtplog/smtplog.cron.daily
	for page in $(MAN); do \
	    install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/ || exit 1; done

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/smtplog $(DESTDIR)$(PREFIX)/lib/libsmtplog.a \
	    $(DESTDIR)$(PREFIX)/lib/libsmtplog.so $(DESTDIR)$(PREFIX)/lib/libsmtplog.so.0 \
	    $(DESTDIR)$(PREFIX)/share/smtplog/smtplog.* \
	    $(DESTDIR)$(PREFIX)/include/smtplog.h
	for page in $(notdir $(MAN)); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page; done

dist: ## a source archive below build/
	@mkdir -p $(BUILD)
	git archive --prefix=smtplog/ -o $(BUILD)/smtplog.tar.gz HEAD

clean: ## remove everything that was built
	rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_BIN:=.d)
