/* Landlock and seccomp. */
#define _GNU_SOURCE /* O_PATH, syscall: Linux only, as all of this */
#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sanitizers need system calls of their own at the end of a run; -DUNCONFINED is for builds that
 * write counters then: all is prepared, and not put in force. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__linux__) && !defined(SANITIZED)
#define CONFINED 1
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#if defined(CONFINED) && defined(HAVE_LIBSECCOMP)
#include <seccomp.h>
#define CLONE_OF_THREAD 0x00010000 /* CLONE_THREAD of linux/sched.h */
#endif

#ifdef UNCONFINED
#define IN_FORCE false
#else
#define IN_FORCE true
#endif

enum right {
    RIGHT_READ,
    RIGHT_WRITE
};

void sandbox_init(struct sandbox *sandbox)
{
    *sandbox = (struct sandbox){.paths = NULL};
}

void sandbox_free(struct sandbox *sandbox)
{
    free(sandbox->paths);
    free(sandbox->rights);
    sandbox_init(sandbox);
}

static void add(struct sandbox *sandbox, const char *path, enum right right)
{
    if (sandbox->count == sandbox->room) {
        unsigned room = sandbox->room == 0 ? 64 : sandbox->room * 2;
        const char **paths = room > SANDBOX_PATHS ? NULL
                                                  : realloc(sandbox->paths, room * sizeof *paths);
        sandbox->paths = paths != NULL ? paths : sandbox->paths;
        unsigned char *rights = paths != NULL ? realloc(sandbox->rights, room) : NULL;
        sandbox->rights = rights != NULL ? rights : sandbox->rights;
        if (rights == NULL) {
            sandbox->overflow = true;
            return;
        }
        sandbox->room = room;
    }
    sandbox->paths[sandbox->count] = path;
    sandbox->rights[sandbox->count++] = (unsigned char)right;
}

void sandbox_read(struct sandbox *sandbox, const char *path)
{
    add(sandbox, path, RIGHT_READ);
}

void sandbox_write(struct sandbox *sandbox, const char *directory)
{
    add(sandbox, directory, RIGHT_WRITE);
}

/* ---- files: Landlock ------------------------------------------------------------------------- */

#if defined(CONFINED) && defined(SYS_landlock_create_ruleset)

/* The kernel's numbers (linux/landlock.h, Documentation/userspace-api/landlock.rst), by the version
 * of its interface they came with: headers may be older than the kernel. */
#define ACCESS_EXECUTE    (1ULL << 0)
#define ACCESS_WRITE_FILE (1ULL << 1)
#define ACCESS_READ_FILE  (1ULL << 2)
#define ACCESS_READ_DIR   (1ULL << 3)
#define ACCESS_REMOVE     (1ULL << 5)
#define ACCESS_MAKE_DIR   (1ULL << 7)
#define ACCESS_MAKE_REG   (1ULL << 8)
#define ACCESS_VERSION_1  ((1ULL << 13) - 1)
#define ACCESS_REFER      (1ULL << 13) /* 2 */
#define ACCESS_TRUNCATE   (1ULL << 14) /* 3 */
#define NETWORK_TCP       3ULL         /* 4: bind, connect */
#define SCOPE_ALL         3ULL         /* 6: abstract sockets, signals */
#define CREATE_VERSION    1U
#define RULE_PATH_BENEATH 1

struct ruleset {
    uint64_t files, network, scope;
};

struct path_rule {
    uint64_t access;
    int32_t parent;
} __attribute__((packed));

static uint64_t handled(long version)
{
    return ACCESS_VERSION_1 | (version >= 2 ? ACCESS_REFER : 0) |
           (version >= 3 ? ACCESS_TRUNCATE : 0);
}

static void allow(int ruleset, const char *path, enum right right, uint64_t handled_files)
{
    const uint64_t of_file = ACCESS_EXECUTE | ACCESS_WRITE_FILE | ACCESS_READ_FILE |
                             ACCESS_TRUNCATE;
    uint64_t access = ACCESS_READ_FILE | ACCESS_READ_DIR;
    struct stat st;
    if (right == RIGHT_WRITE) {
        access |= ACCESS_WRITE_FILE | ACCESS_REMOVE | ACCESS_MAKE_DIR | ACCESS_MAKE_REG |
                  ACCESS_TRUNCATE;
    }
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0) {
        struct path_rule rule = {access & handled_files, fd};
        rule.access &= S_ISDIR(st.st_mode) ? rule.access : of_file;
        /* What it refuses, such as the end of a pipe, is not confined either. */
        (void)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
}

static void confine_files(const struct sandbox *sandbox)
{
    static const size_t sizes[] = {8, 8, 8, 8, 16, 16, 24}; /* of struct ruleset, by version */
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION);
    if (version < 1 || sandbox->overflow) {
        return;
    }
    struct ruleset wanted = {handled(version), version >= 4 ? NETWORK_TCP : 0,
                             version >= 6 ? SCOPE_ALL : 0};
    long ruleset = syscall(SYS_landlock_create_ruleset, &wanted, sizes[version < 6 ? version : 6],
                           0);
    if (ruleset < 0) {
        return;
    }
    for (unsigned i = 0; i < sandbox->count; i++) {
        allow((int)ruleset, sandbox->paths[i], (enum right)sandbox->rights[i], wanted.files);
    }
    if (IN_FORCE) {
        (void)syscall(SYS_landlock_restrict_self, (int)ruleset, 0);
    }
    close((int)ruleset);
}
#else
static void confine_files(const struct sandbox *sandbox)
{
    (void)sandbox;
}
#endif

/* ---- system calls: seccomp ------------------------------------------------------------------- */

#if defined(CONFINED) && defined(HAVE_LIBSECCOMP)

/* What reading, counting and writing takes, also through libsystemd and ncurses. */
static const int needed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(close),
    SCMP_SYS(close_range),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(creat),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(stat),
    SCMP_SYS(stat64),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(lstat),
    SCMP_SYS(lstat64),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(statfs64),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fstatfs64),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(getdents),
    SCMP_SYS(getdents64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(flock),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(ftruncate64),
    SCMP_SYS(fallocate),
    SCMP_SYS(fadvise64),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(fchmod),
    SCMP_SYS(copy_file_range),
    SCMP_SYS(mmap),
    SCMP_SYS(mmap2),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_nanosleep_time64),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(select),
    SCMP_SYS(_newselect),
    SCMP_SYS(pselect6),
    SCMP_SYS(pselect6_time64),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(inotify_init1),
    SCMP_SYS(inotify_add_watch),
    SCMP_SYS(inotify_rm_watch),
    SCMP_SYS(eventfd2),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getgroups),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrlimit),
    SCMP_SYS(ugetrlimit),
    SCMP_SYS(wait4),
    SCMP_SYS(waitid),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(membarrier),
};

/* Asking a terminal for its size and modes, and setting them, but not typing for its user. */
static const unsigned long terminal[] = {TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGWINSZ, FIONREAD};

static void fill_filter(scmp_filter_ctx filter)
{
    static const int refused[] = {SCMP_SYS(socket),   SCMP_SYS(connect), SCMP_SYS(execve),
                                  SCMP_SYS(execveat), SCMP_SYS(fork),    SCMP_SYS(vfork)};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, needed[i], 0);
    }
    for (size_t i = 0; i < sizeof terminal / sizeof terminal[0]; i++) {
        (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                               SCMP_A1(SCMP_CMP_EQ, terminal[i], 0));
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        (void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
    }
    /* Threads, not processes: libpthread falls back to clone when clone3, whose flags cannot be
     * looked at, is not there. */
    (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_OF_THREAD, CLONE_OF_THREAD));
    /* Limits of its own are asked for, not set. */
    (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                           SCMP_A2(SCMP_CMP_EQ, 0, 0));
}

static void confine_calls(void)
{
    /* What is not known is not there: libraries then take an older way. */
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (filter != NULL) {
        fill_filter(filter);
        if (IN_FORCE) {
            (void)seccomp_load(filter);
        }
        seccomp_release(filter);
    }
}
#else
static void confine_calls(void)
{
}
#endif

void sandbox_enter(const struct sandbox *sandbox)
{
    /* 1, not 0: the kernel hands dumps to a program all the same but for this value (core(5)). */
    struct rlimit none = {1, 1};
    (void)setrlimit(RLIMIT_CORE, &none);
#ifdef CONFINED
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return;
    }
#endif
    confine_files(sandbox);
    confine_calls();
}
