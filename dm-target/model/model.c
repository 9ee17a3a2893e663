// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What does a choice of paths give in I/Os per second, latency and distance?
 *
 * A discrete-event model: two nodes with a number of I/Os each that are submitted
 * again as soon as they complete; paths that serve a number of I/Os at once and
 * queue the rest in order; a fixed delay for an I/O that comes from the other
 * node. numa-distance is the module's own code (user/); round-robin,
 * queue-length (which equals service-time here, as all I/Os have one size) and
 * the strict binding to the nearest path are stated below.
 *
 * The model knows no cost of computing, no locks and no cache lines: it compares
 * decisions, not implementations. Same arguments, same numbers.
 */
#include "model.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../user/machine.h"

#define PATHS MODEL_PATHS_MAX
#define IOS 4096
#define LATENCY_BINS 20000	/* of 1/4 us */

struct io {
	unsigned long long submitted;
	int node, cpu, path;
	bool served;
};

struct path {
	unsigned int slots, used;
	unsigned int in_flight;
	int node;
	double slowness;
	bool failed;
	int queue[IOS];
	unsigned int head, count;
	unsigned int order;	/* place in the list of queue-length */
};

struct event {
	unsigned long long time;
	int io;
};

struct world {
	const struct model_setup *setup;
	struct user_group *group;
	unsigned long long now;
	unsigned long long random;
	struct io io[IOS];
	struct path path[PATHS];
	struct event heap[IOS + 1];
	unsigned int events, cursor[2], stamp;
	unsigned long long done, remote;
	unsigned int latency[LATENCY_BINS];
};

/* xorshift64*, for the spread of service times */
static double draw(struct world *w)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (double)((w->random * 0x2545F4914F6CDD1DULL) >> 11) / 9007199254740992.0;
}

static void push(struct world *w, unsigned long long time, int io)
{
	unsigned int at = ++w->events;

	while (at > 1 && w->heap[at / 2].time > time) {
		w->heap[at] = w->heap[at / 2];
		at /= 2;
	}
	w->heap[at].time = time;
	w->heap[at].io = io;
}

static struct event pop(struct world *w)
{
	struct event first = w->heap[1], last = w->heap[w->events--];
	unsigned int at = 1, child;

	while ((child = 2 * at) <= w->events) {
		if (child < w->events && w->heap[child + 1].time < w->heap[child].time)
			child++;
		if (last.time <= w->heap[child].time)
			break;
		w->heap[at] = w->heap[child];
		at = child;
	}
	w->heap[at] = last;
	return first;
}

/* ------------------------------------------------------------ policies */

static int choose_round_robin(struct world *w)
{
	unsigned int i;

	for (i = 0; i < w->setup->paths; i++) {
		unsigned int at = (w->cursor[0] + i) % w->setup->paths;

		if (!w->path[at].failed) {
			w->cursor[0] = at + 1;
			return (int)at;
		}
	}
	return -1;
}

/* The least I/Os in flight; among equals the one that was used longest ago. */
static int choose_queue_length(struct world *w)
{
	unsigned int i;
	int best = -1;

	for (i = 0; i < w->setup->paths; i++) {
		if (w->path[i].failed)
			continue;
		if (best < 0 || w->path[i].in_flight < w->path[best].in_flight ||
		    (w->path[i].in_flight == w->path[best].in_flight &&
		     w->path[i].order < w->path[best].order))
			best = (int)i;
	}
	if (best >= 0)
		w->path[best].order = ++w->stamp;
	return best;
}

/* One path per CPU, from its node as long as one is there: what io-affinity is set up for. */
static int choose_nearest(struct world *w, int node, int cpu)
{
	int near[PATHS], all[PATHS];
	unsigned int i, nears = 0, alls = 0;

	for (i = 0; i < w->setup->paths; i++) {
		if (w->path[i].failed)
			continue;
		all[alls++] = (int)i;
		if (w->path[i].node == node)
			near[nears++] = (int)i;
	}
	if (nears)
		return near[(unsigned int)cpu % nears];
	return alls ? all[(unsigned int)cpu % alls] : -1;
}

/* ------------------------------------------------------------ running */

static void serve(struct world *w, int io)
{
	const struct model_setup *s = w->setup;
	struct path *p = &w->path[w->io[io].path];
	double us = s->service_us * p->slowness * (0.75 + 0.5 * draw(w));

	p->used++;
	push(w, w->now + (unsigned long long)(us * 1000), io);
}

/* The device is done: the next in its queue begins. From another node it is a longer way home. */
static bool leave(struct world *w, int io)
{
	struct path *p = &w->path[w->io[io].path];

	p->used--;
	if (p->count) {
		p->count--;
		p->head = (p->head + 1) % IOS;
		serve(w, p->queue[(p->head + IOS - 1) % IOS]);
	}
	w->io[io].served = true;
	if (w->io[io].node == p->node)
		return true;
	push(w, w->now + (unsigned long long)(w->setup->remote_us * 1000), io);
	return false;
}

static void submit(struct world *w, int io)
{
	struct io *i = &w->io[io];
	struct path *p;

	user_run_on((unsigned int)i->cpu);
	user_machine_set_clock(w->now);
	switch (w->setup->policy) {
	case MODEL_ROUND_ROBIN:
		i->path = choose_round_robin(w);
		break;
	case MODEL_QUEUE_LENGTH:
		i->path = choose_queue_length(w);
		break;
	case MODEL_NEAREST:
		i->path = choose_nearest(w, i->node, i->cpu);
		break;
	case MODEL_NUMA_DISTANCE:
		i->path = user_group_select(w->group, 4096);
		user_group_start(w->group, i->path, 4096);
		break;
	}
	i->submitted = w->now;
	i->served = false;
	p = &w->path[i->path];
	p->in_flight++;
	if (p->used < p->slots)
		serve(w, io);
	else
		p->queue[(p->head + p->count++) % IOS] = io;
}

static void complete(struct world *w, int io, bool measured)
{
	struct io *i = &w->io[io];
	struct path *p = &w->path[i->path];
	unsigned long long bin = (w->now - i->submitted) / 250;

	if (measured) {
		w->done++;
		w->remote += i->node != p->node;
		w->latency[bin < LATENCY_BINS ? bin : LATENCY_BINS - 1]++;
	}
	p->in_flight--;
	user_machine_set_clock(w->now);
	if (w->group)
		user_group_end(w->group, i->path, 4096);
}

static void load_group(struct world *w)
{
	char text[4096];
	const char *error;
	unsigned int i, at;

	at = (unsigned int)snprintf(text, sizeof(text), "numa-distance %s %u 3",
				    w->setup->selector_args, w->setup->paths);
	for (i = 0; i < w->setup->paths; i++)
		at += (unsigned int)snprintf(text + at, sizeof(text) - at, " 8:%u 1 %d %s", i,
					     w->path[i].node, w->setup->busy);
	w->group = user_group_load(text, &error);
	if (!w->group) {
		fprintf(stderr, "model: %s: %s\n", text, error);
		abort();
	}
	for (i = 0; i < w->setup->paths; i++) {
		if (w->path[i].failed)
			user_group_fail(w->group, (int)i);
	}
}

static void set_up(struct world *w, const struct model_setup *s)
{
	unsigned int i;

	w->setup = s;
	w->random = 88172645463325252ULL;
	user_machine_reset();
	user_machine_nodes(2, 2 * s->cpus_per_node);
	user_machine_distance(0, 1, 21);
	user_machine_distance(1, 0, 21);
	for (i = 0; i < s->paths; i++) {
		w->path[i].slots = s->slots;
		w->path[i].node = (int)(i * 2 / s->paths);
		w->path[i].slowness = i < s->slow_paths ? s->slowness : 1;
		w->path[i].failed = i < s->failed_paths;
	}
	if (s->policy == MODEL_NUMA_DISTANCE)
		load_group(w);
}

struct model_result model_run(const struct model_setup *s)
{
	struct world *w = calloc(1, sizeof(*w));
	unsigned long long total = s->ios, warm = s->ios / 3, n, since = 0, sum = 0;
	struct model_result result = { 0 };
	unsigned int i;

	set_up(w, s);
	for (i = 0; i < s->load[0] + s->load[1]; i++) {
		unsigned int within = i < s->load[0] ? i : i - s->load[0];

		w->io[i].node = i >= s->load[0];
		w->io[i].cpu = (int)(within % s->cpus_per_node);
		w->io[i].cpu += w->io[i].node * (int)s->cpus_per_node;
		submit(w, (int)i);
	}
	for (n = 0; n < total;) {
		struct event e = pop(w);

		w->now = e.time;
		if (!w->io[e.io].served && !leave(w, e.io))
			continue;
		if (n++ == warm)
			since = w->now;
		complete(w, e.io, n > warm);
		submit(w, e.io);
	}
	result.kiops = (double)w->done * 1e6 / (double)(w->now - since);
	result.remote = (double)w->remote / (double)w->done;
	for (i = 0; i < LATENCY_BINS && sum * 100 < w->done * 99; i++)
		sum += w->latency[i];
	result.p99_us = i / 4.0;
	if (w->group) {
		user_group_info(w->group, result.info, sizeof(result.info));
		user_group_free(w->group);
	}
	free(w);
	return result;
}
