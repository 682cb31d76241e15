/* Reads its row to the end and says in its result what it runs in. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __GLIBC__
#define LIBRARY "glibc"
#else
#define LIBRARY "musl"
#endif

static const char *truth(int value) { return value ? "true" : "false"; }

int main(void) {
  long bytes = 0;
  while (getchar() != EOF) bytes++;
  FILE *root = fopen("/written", "w");
  FILE *result = fopen(getenv("BATCH_RESULT_FILE"), "w");
  if (result == NULL) return 1;
  fprintf(result, "{\"library\": \"%s\", \"uid\": %lu, \"shell\": %s, \"writableRoot\": %s, \"row\": %s}", LIBRARY,
          (unsigned long)getuid(), truth(access("/bin/sh", F_OK) == 0), truth(root != NULL), truth(bytes > 0));
  puts("worked");
  return fclose(result) == 0 ? 0 : 1;
}
