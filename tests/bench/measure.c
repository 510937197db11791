/* Runs a command and says what it cost: wall time, CPU time, peak resident memory.
 * A program of its own because ru_maxrss keeps what a process had before exec: a child of python
 * shows python's 10 MiB. usage: measure OUTPUT COMMAND [ARGUMENT...]   (the command's standard
 * output goes to OUTPUT; result as JSON on our own) */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int count, char **argument)
{
    if (count < 3) {
        fputs("usage: measure OUTPUT COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    int output = open(argument[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (output < 0) {
        perror(argument[1]);
        return 2;
    }
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t child = fork();
    if (child == 0) {
        dup2(output, STDOUT_FILENO);
        close(output);
        execvp(argument[2], argument + 2);
        perror(argument[2]);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("measure");
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double wall = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("{\"wall\": %.6f, \"user\": %.6f, \"sys\": %.6f, \"rss_kib\": %ld, \"status\": %d}\n",
           wall, seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
