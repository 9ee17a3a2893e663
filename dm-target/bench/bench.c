// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What does a path selector cost per I/O?
 *
 * selector_bench times [--json]: ns per I/O (select, start, end) with one thread,
 * two threads on two nodes and two threads on one node, for 4, 32 and 256 I/Os
 * in flight per thread over eight paths; the selectors take turns within each of
 * five rounds, and the median counts. Compare the columns of one run: the
 * absolute numbers belong to the machine.
 *
 * selector_bench run SELECTOR PATHS IN_FLIGHT IOS: does just that many I/Os on
 * one thread, to be counted by an instruction-level tool; the selector "nothing"
 * is the harness alone, to be subtracted.
 *
 * The selectors of the kernel are built from its own source against the same
 * user-space kernel (user/). Disabling interrupts costs nothing there, which
 * flatters those that take a lock.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../user/machine.h"

#define ROUNDS 5
#define IN_FLIGHT_MAX 256

extern unsigned long long (*user_clock)(void);

int user_nothing_init(void);
int user_round_robin_init(void);
int user_queue_length_init(void);
int user_service_time_init(void);
int user_historical_service_time_init(void);
int user_io_affinity_init(void);

struct candidate {
	const char *name;	/* in the table */
	const char *selector;	/* its table words, without paths */
	const char *args;	/* per path; %x becomes the CPU mask */
};

static const struct candidate candidates[] = {
	{ "round-robin", "round-robin 0", "1" },
	{ "queue-length", "queue-length 0", "1" },
	{ "service-time", "service-time 0", "1" },
	{ "historical-service-time", "historical-service-time 0", "1" },
	{ "io-affinity", "io-affinity 0", "%x" },
	{ "numa-distance", "numa-distance 0", "1" },
	{ "numa-distance, busy 8", "numa-distance 0", "1 auto 8" },
	{ "nothing", "nothing 0", "1" },
};

#define CANDIDATES (sizeof(candidates) / sizeof(*candidates))

static unsigned long long read_clock(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (unsigned long long)now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec;
}

static unsigned long long real_clock(void)
{
	return read_clock(CLOCK_MONOTONIC);
}


static struct user_group *load(const struct candidate *candidate, unsigned int paths)
{
	char text[4096], args[32];
	const char *error;
	struct user_group *group;
	unsigned int i, words = 1, at;

	for (i = 0; candidate->args[i]; i++)
		words += candidate->args[i] == ' ';
	at = (unsigned int)snprintf(text, sizeof(text), "%s %u %u", candidate->selector, paths,
				    words);
	for (i = 0; i < paths; i++) {
		if (candidate->args[0] == '%')
			snprintf(args, sizeof(args), "%x", 1u << i);
		else
			snprintf(args, sizeof(args), "%s", candidate->args);
		at += (unsigned int)snprintf(text + at, sizeof(text) - at, " 8:%u %s", i, args);
		user_machine_disk_node(i, i >= paths / 2);
	}
	group = user_group_load(text, &error);
	if (!group) {
		fprintf(stderr, "bench: %s: %s\n", text, error);
		exit(1);
	}
	return group;
}

/* ------------------------------------------------------------ one thread */

struct worker {
	struct user_group *group;
	unsigned int cpu, in_flight;
	unsigned long ios;
	pthread_barrier_t *start;
	unsigned long long ns;
};

static void do_ios(struct user_group *group, unsigned int in_flight, unsigned long ios)
{
	int ring[IN_FLIGHT_MAX];
	unsigned long n;
	unsigned int at = 0, used = 0;

	for (n = 0; n < ios; n++) {
		if (used == in_flight)
			user_group_end(group, ring[at], 4096);
		else
			used++;
		ring[at] = user_group_select(group, 4096);
		user_group_start(group, ring[at], 4096);
		at = at + 1 == in_flight ? 0 : at + 1;
	}
	while (used--) {
		at = at ? at - 1 : in_flight - 1;
		user_group_end(group, ring[at], 4096);
	}
}

static void *work(void *argument)
{
	struct worker *w = argument;
	unsigned long long begin;

	user_run_on(w->cpu);
	do_ios(w->group, w->in_flight, 20000);
	pthread_barrier_wait(w->start);
	begin = read_clock(CLOCK_THREAD_CPUTIME_ID);
	do_ios(w->group, w->in_flight, w->ios);
	w->ns = read_clock(CLOCK_THREAD_CPUTIME_ID) - begin;
	return NULL;
}

static double measure(const struct candidate *candidate, unsigned int threads,
		      unsigned int second_cpu, unsigned int in_flight)
{
	struct user_group *group = load(candidate, 8);
	struct worker worker[2];
	pthread_barrier_t start;
	pthread_t thread[2];
	/* A run has to be longer than what the machine does to it; this one is slow enough. */
	unsigned long ios = strstr(candidate->name, "historical") ? 50000 : 300000;
	double ns = 0;
	unsigned int i;

	pthread_barrier_init(&start, NULL, threads);
	for (i = 0; i < threads; i++) {
		worker[i] = (struct worker){ group, i ? second_cpu : 0, in_flight, ios, &start,
					     0 };
		pthread_create(&thread[i], NULL, work, &worker[i]);
	}
	for (i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
		ns += (double)worker[i].ns / (double)worker[i].ios / threads;
	}
	pthread_barrier_destroy(&start);
	user_group_free(group);
	return ns;
}

/* ------------------------------------------------------------ the table */

struct setting {
	const char *name;
	unsigned int threads, second_cpu, in_flight;
};

static const struct setting settings[] = {
	{ "1 thread", 1, 0, 32 },
	{ "two nodes, 4", 2, 4, 4 },
	{ "two nodes, 32", 2, 4, 32 },
	{ "two nodes, 256", 2, 4, 256 },
	{ "one node, 4", 2, 1, 4 },
	{ "one node, 32", 2, 1, 32 },
	{ "one node, 256", 2, 1, 256 },
};

#define SETTINGS (sizeof(settings) / sizeof(*settings))

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double results[CANDIDATES][SETTINGS][ROUNDS];

static int times(int json)
{
	unsigned int r, s, c;

	for (r = 0; r < ROUNDS; r++) {
		for (s = 0; s < SETTINGS; s++) {
			for (c = 0; c < CANDIDATES; c++)
				results[c][s][r] = measure(&candidates[c], settings[s].threads,
							   settings[s].second_cpu,
							   settings[s].in_flight);
		}
	}
	if (json)
		printf("{\"unit\": \"ns per I/O\", \"figures\": [");
	else
		printf("| selector |");
	for (s = 0; s < SETTINGS && !json; s++)
		printf(" %s |", settings[s].name);
	for (s = 0; s <= SETTINGS && !json; s++)
		printf("%s", s ? "---|" : "\n|---|");
	for (c = 0; c < CANDIDATES; c++) {
		printf(json ? "%s" : "%s\n| %s |", json && c ? "," : "", candidates[c].name);
		for (s = 0; s < SETTINGS; s++) {
			qsort(results[c][s], ROUNDS, sizeof(double), compare);
			if (json)
				printf("%s{\"selector\": \"%s\", \"setting\": \"%s\", \"value\": %.1f}",
				       s ? "," : "", candidates[c].name, settings[s].name,
				       results[c][s][ROUNDS / 2]);
			else
				printf(" %.0f |", results[c][s][ROUNDS / 2]);
		}
	}
	printf(json ? "]}\n" : "\n");
	return 0;
}

static int run(const char *name, unsigned int paths, unsigned int in_flight, unsigned long ios)
{
	unsigned int c;

	if (!in_flight || in_flight > IN_FLIGHT_MAX || !paths || paths > 32)
		return 2;
	for (c = 0; c < CANDIDATES; c++) {
		if (!strcmp(candidates[c].name, name)) {
			struct user_group *group = load(&candidates[c], paths);

			do_ios(group, in_flight, ios);
			user_group_free(group);
			return 0;
		}
	}
	fprintf(stderr, "bench: no selector '%s'\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	user_machine_reset();
	user_machine_nodes(2, 8);
	user_machine_distance(0, 1, 21);
	user_machine_distance(1, 0, 21);
	user_clock = real_clock;
	user_load_module();
	user_nothing_init();
	user_round_robin_init();
	user_queue_length_init();
	user_service_time_init();
	user_historical_service_time_init();
	user_io_affinity_init();
	if (argc == 6 && !strcmp(argv[1], "run"))
		return run(argv[2], (unsigned int)atoi(argv[3]), (unsigned int)atoi(argv[4]),
			   (unsigned long)atol(argv[5]));
	if (argc >= 2 && !strcmp(argv[1], "times"))
		return times(argc > 2 && !strcmp(argv[2], "--json"));
	fprintf(stderr, "usage: selector_bench times [--json] | run SELECTOR PATHS IN_FLIGHT IOS\n");
	return 2;
}
