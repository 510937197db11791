/* Loaded into smtplog by LD_PRELOAD: once the process has given up its rights it tries to use them
 * all the same, and says on standard error what came of it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int tried;

static void say(const char *what, int good)
{
    char line[256];
    int n = snprintf(line, sizeof line, "TRY %s %s\n", what, good ? "done" : "refused");
    if (write(STDERR_FILENO, line, (size_t)n) != n) {
        abort();
    }
}

static int can_open(const char *variable, int flags)
{
    const char *path = getenv(variable);
    int fd = path != NULL ? open(path, flags, 0600) : -1;
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

/* Whether a new process comes to be; it ends at once. */
static int can_fork(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

/* A program that is not there: only the refusal is told from the search. */
static int can_execute(void)
{
    char *const arguments[] = {"nothing", NULL};
    execve("/nonexistent/program", arguments, arguments);
    return errno == ENOENT;
}

static int can_connect(int family)
{
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static int can_type(void)
{
    char c = 'x';
    return ioctl(STDERR_FILENO, TIOCSTI, &c) == 0 || errno != ENOSYS;
}

static void try_everything(void)
{
    struct rlimit core = {0, 0};
    if (tried || prctl(PR_GET_DUMPABLE) >= 0 /* still allowed: too early, or no sandbox */) {
        if (tried || getenv("TRY_ANYWAY") == NULL) {
            return;
        }
    }
    tried = 1;
    int saved = errno;
    say("socket", can_connect(AF_INET));
    say("unix-socket", can_connect(AF_UNIX));
    say("execute", can_execute());
    say("fork", can_fork());
    say("trace", ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
    say("kill", kill(getppid(), 0) == 0);
    say("type", can_type());
    say("read-input", can_open("TRY_INPUT", O_RDONLY));
    say("write-input", can_open("TRY_INPUT", O_WRONLY));
    say("read-other", can_open("TRY_OTHER", O_RDONLY));
    say("make-other", can_open("TRY_MAKE", O_WRONLY | O_CREAT | O_EXCL));
    say("make-output", can_open("TRY_OUTPUT", O_WRONLY | O_CREAT | O_EXCL));
    say("chmod", chmod(getenv("TRY_OTHER") != NULL ? getenv("TRY_OTHER") : "", 0600) == 0);
    getrlimit(RLIMIT_CORE, &core);
    say("dump-core", core.rlim_cur > 1);
    errno = saved;
}

ssize_t read(int fd, void *bytes, size_t n)
{
    ssize_t (*next)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
    try_everything();
    return next(fd, bytes, n);
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file)
{
    size_t (*next)(const void *, size_t, size_t, FILE *) = dlsym(RTLD_NEXT, "fwrite");
    try_everything();
    return next(bytes, size, count, file);
}
