// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * selector_model [table|check|curve]: prints the table of the documentation, or
 * fails when numa-distance is not within 5 % of the best policy in one of its
 * rows, or prints throughput and remote share against load for the plot.
 */
#include <stdio.h>
#include <string.h>

#include "../user/machine.h"
#include "model.h"

struct row {
	const char *name;
	unsigned int load[2];
	unsigned int slots;
	unsigned int slow_paths, failed_paths;
	double remote_us;
};

static const struct row rows[] = {
	{ "24 / 24", { 24, 24 }, 16, 0, 0, 5 },
	{ "64 / 0", { 64, 0 }, 16, 0, 0, 5 },
	{ "128 / 0", { 128, 0 }, 16, 0, 0, 5 },
	{ "128 / 16", { 128, 16 }, 16, 0, 0, 5 },
	{ "24 / 24, a near path failed", { 24, 24 }, 16, 0, 1, 5 },
	{ "24 / 24, a path 4x slow", { 24, 24 }, 16, 1, 0, 5 },
	{ "4 / 0, 1 slot", { 4, 0 }, 1, 0, 0, 5 },
	{ "16 / 0, 4 slots", { 16, 0 }, 4, 0, 0, 5 },
	{ "64 / 0, 64 slots", { 64, 0 }, 64, 0, 0, 5 },
	{ "256 / 0, 64 slots", { 256, 0 }, 64, 0, 0, 5 },
	{ "256 / 64, 256 slots", { 256, 64 }, 256, 0, 0, 5 },
	{ "64 / 0, 64 slots, remote +20 us", { 64, 0 }, 64, 0, 0, 20 },
};

struct column {
	const char *name;
	enum model_policy policy;
	const char *selector_args, *busy;
};

static const struct column columns[] = {
	{ "round-robin", MODEL_ROUND_ROBIN, "0", "auto" },
	{ "queue-length", MODEL_QUEUE_LENGTH, "0", "auto" },
	{ "nearest", MODEL_NEAREST, "0", "auto" },
	{ "raw SLIT, busy 24", MODEL_NUMA_DISTANCE, "2 penalty 100", "24" },
	{ "busy 8", MODEL_NUMA_DISTANCE, "0", "8" },
	{ "numa-distance", MODEL_NUMA_DISTANCE, "0", "auto" },
};

#define ROWS (sizeof(rows) / sizeof(*rows))
#define COLUMNS (sizeof(columns) / sizeof(*columns))

static struct model_result run(const struct row *row, const struct column *column)
{
	struct model_setup setup = {
		.policy = column->policy, .selector_args = column->selector_args,
		.busy = column->busy, .cpus_per_node = 8,
		.load = { row->load[0], row->load[1] }, .paths = 4, .slots = row->slots,
		.service_us = 50, .remote_us = row->remote_us, .slow_paths = row->slow_paths,
		.slowness = 4, .failed_paths = row->failed_paths, .ios = 1200000,
	};

	return model_run(&setup);
}

static int table(int verbose)
{
	unsigned int r, c;

	printf("| load node 0 / node 1 |");
	for (c = 0; c < COLUMNS; c++)
		printf(" %s |", columns[c].name);
	printf("\n|---|");
	for (c = 0; c < COLUMNS; c++)
		printf("---|");
	printf("\n");
	for (r = 0; r < ROWS; r++) {
		printf("| %s |", rows[r].name);
		for (c = 0; c < COLUMNS; c++) {
			struct model_result x = run(&rows[r], &columns[c]);

			printf(" %.0f (%.0f) %.0f%% |", x.kiops, x.p99_us, x.remote * 100);
			if (verbose && *x.info && c == COLUMNS - 1)
				printf(" [%s]", x.info);
			fflush(stdout);
		}
		printf("\n");
	}
	return 0;
}

static int check(void)
{
	unsigned int r, c;
	int bad = 0;

	for (r = 0; r < ROWS; r++) {
		double best = 0, ours;

		for (c = 0; c < 3; c++) {
			double kiops = run(&rows[r], &columns[c]).kiops;

			best = kiops > best ? kiops : best;
		}
		ours = run(&rows[r], &columns[COLUMNS - 1]).kiops;
		printf("%-32s best %6.0f, numa-distance %6.0f, %.1f %%\n", rows[r].name, best,
		       ours, ours * 100 / best);
		bad += ours < best * 0.95;
	}
	return bad ? 1 : 0;
}

/* One node under growing load: load, then kIOPS and remote share per policy. */
static int curve(void)
{
	static const unsigned int wanted[] = { 0, 1, 2, COLUMNS - 1 };
	unsigned int load, c;

	printf("load");
	for (c = 0; c < 4; c++)
		printf(" %s", columns[wanted[c]].name);
	printf("\n");
	for (load = 4; load <= 160; load += load < 64 ? 4 : 8) {
		struct row row = { "", { load, 0 }, 16, 0, 0, 5 };

		printf("%u", load);
		for (c = 0; c < 4; c++) {
			struct model_result x = run(&row, &columns[wanted[c]]);

			printf(" %.1f %.3f", x.kiops, x.remote);
		}
		printf("\n");
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "table";

	user_machine_reset();
	user_load_module();
	if (!strcmp(what, "check"))
		return check();
	if (!strcmp(what, "curve"))
		return curve();
	return table(!strcmp(what, "verbose"));
}
