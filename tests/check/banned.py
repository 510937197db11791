"""Functions that no source may call, by place. Prints every breach as FILE:LINE: what; exit 1 when there is one.

usage: banned.py [DIRECTORY]    (default: the project)
"""

import os
import re
import sys

sys.dont_write_bytecode = True
import source

# Without bounds, without errors, or through a shell: nowhere.
EVERYWHERE = """strcpy strcat sprintf vsprintf gets strtok strncpy strncat atoi atol atoll atof scanf fscanf sscanf vscanf
    vfscanf vsscanf system popen alloca tmpnam mktemp tempnam rand srand
    setlocale setenv putenv unsetenv clearenv tzset localtime localtime_r gmtime gmtime_r mktime timegm strftime ctime
    asctime longjmp""".split()

# Printing and ending the process are the roof's: cli/, and the build-host programs in tools/.
BELOW_THE_ROOF = """exit _exit _Exit quick_exit abort assert raise kill printf vprintf fprintf vfprintf dprintf puts fputs putc
    fputc putchar fwrite perror syslog signal sigaction sigprocmask fork execve execl execlp execvp""".split()

# A stream by name is printing too.
STREAMS = ["stdout", "stderr"]

# The one place that may: a screen needs to know how wide characters are.
EXCEPT = {"src/cli/watch_screen.c": ["setlocale"]}


def breaches(top):
    for path in source.files(top, "src", "include"):
        names = [name for name in EVERYWHERE if name not in EXCEPT.get(path, ())]
        streams = []
        if not path.startswith(("src/cli/", "src/tools/")):
            names += BELOW_THE_ROOF
            streams = STREAMS
        call = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(names))
        stream = re.compile(r"(?<![\w.>])(%s)\b" % "|".join(streams)) if streams else None
        for number, line in enumerate(source.bare(source.read(top, path)).split("\n"), 1):
            for found in call.finditer(line):
                yield "%s:%d: %s() is banned here" % (path, number, found.group(1))
            for found in stream.finditer(line) if stream else ():
                yield "%s:%d: %s is the command line's" % (path, number, found.group(1))


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    said = list(breaches(sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../..")))
    print("\n".join(said) + "\n" * bool(said), end="")
    sys.exit(1 if said else 0)
