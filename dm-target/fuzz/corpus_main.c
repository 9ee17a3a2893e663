// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs a fuzz target over the files that are named, where libFuzzer is not there to do it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		uint8_t *data = malloc(1 << 16);
		size_t size;

		if (!file || !data) {
			fprintf(stderr, "cannot read %s\n", argv[i]);
			return 1;
		}
		size = fread(data, 1, 1 << 16, file);
		fclose(file);
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	printf("%d inputs\n", argc - 1);
	return argc > 1 ? 0 : 1;
}
