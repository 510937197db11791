/* Build-host tool: writes the files named on its command line as a C table for data/embedded.h.
 * usage: embed PREFIX FILE... > embedded_files.c   (PREFIX is cut from the paths kept in the table)
 * Runs at build only; input is the project's own files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int embed_bytes(const char *path, int index)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        perror(path);
        return 1;
    }
    printf("static const unsigned char bytes_%d[] = {", index);
    long n = 0;
    for (int c = getc(in); c != EOF; c = getc(in)) {
        printf("%s%d,", n % 24 == 0 ? "\n" : "", c);
        n++;
    }
    printf("0};\n");
    int failed = ferror(in);
    fclose(in);
    return failed;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: embed PREFIX FILE...\n");
        return 2;
    }
    size_t prefix = strlen(argv[1]);
    printf("#include \"data/embedded.h\"\n");
    for (int i = 2; i < argc; i++) {
        if (embed_bytes(argv[i], i) != 0) {
            return 1;
        }
    }
    printf("static const struct embedded_file files[] = {\n");
    for (int i = 2; i < argc; i++) {
        const char *name = strncmp(argv[i], argv[1], prefix) == 0 ? argv[i] + prefix : argv[i];
        printf("    {\"%s\", bytes_%d, sizeof bytes_%d - 1},\n", name, i, i);
    }
    printf("};\nconst struct embedded_file *embedded_files(size_t *count)\n{\n"
           "    *count = sizeof files / sizeof files[0];\n    return files;\n}\n");
    return fflush(stdout) == 0 ? 0 : 1;
}
