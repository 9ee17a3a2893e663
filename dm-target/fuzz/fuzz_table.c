// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any text as the path group of a table: it is refused with a reason or loaded;
 * what is loaded prints a table that loads again and prints the same; a few I/Os
 * and failures end with no load; nothing stays in memory, also when an allocation
 * fails. The first two bytes choose the topology and the allocation that fails.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../user/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good, const char *what)
{
	if (!good) {
		fprintf(stderr, "fuzz_table: %s\n", what);
		abort();
	}
}

static void use(struct user_group *group)
{
	int paths = user_group_paths(group), taken[64], i;
	unsigned int cpu;

	for (i = 0; i < 64; i++) {
		user_run_on((unsigned int)i % 8);
		taken[i] = user_group_select(group, 4096);
		must((taken[i] >= 0) == (paths > 0), "a path if and only if there is one");
		if (taken[i] >= 0)
			user_group_start(group, taken[i], 4096);
	}
	for (i = 0; i < paths; i++)
		user_group_fail(group, i);
	for (cpu = 0; cpu < 8; cpu++) {
		user_run_on(cpu);
		must(user_group_select(group, 0) == -1, "no path when all have failed");
	}
	for (i = 0; i < 64; i++) {
		if (taken[i] >= 0)
			user_group_end(group, taken[i], 4096);
	}
}

static void load(const char *text, int again)
{
	static char table[65536];
	const char *error = NULL;
	struct user_group *group = user_group_load(text, &error);

	must(!group == !!error, "a reason if and only if it is refused");
	if (!group)
		return;
	use(group);
	user_group_table(group, table, sizeof(table));
	user_group_free(group);
	if (again) {
		char *copy = strdup(table);

		group = user_group_load(copy, &error);
		must(group != NULL, "a table that is shown can be loaded");
		user_group_table(group, table, sizeof(table));
		must(!strcmp(copy, table), "and shows the same again");
		user_group_free(group);
		free(copy);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size < 2)
		return 0;
	user_machine_reset();
	user_load_module();
	user_machine_nodes(1u + data[0] % 8, 8);
	text = malloc(size - 1);
	memcpy(text, data + 2, size - 2);
	text[size - 2] = '\0';
	load(text, 1);
	user_fail_allocation(data[1] % 16);
	load(text, 0);
	user_fail_allocation(-1);
	free(text);
	user_unload_module();
	must(!user_live_allocations(), "all memory is given back");
	return 0;
}
