// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KUnit suite of numa_core.h: the algorithm alone, with distances and CPUs of its
 * own, so that it needs neither device-mapper nor a NUMA machine. Built as
 * dm-numa-distance-kunit.ko with make NPS_KUNIT=1 where the kernel has CONFIG_KUNIT;
 * the user-space build runs the same cases.
 */
#include <kunit/test.h>

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include "numa_core.h"

#define NODES 4

struct world {
	struct nps_group group;
	struct nps_tiers tiers[NODES];
	struct nps_path path[NPS_MAX_PATHS];
	struct nps_cpu cpu[NODES];
	u8 vector[NODES];
};

/* 10, 16, 22, 32: near, beside, across, far. */
static int test_distance(int from, int to)
{
	static const int distance[NODES] = { 10, 16, 22, 32 };
	int apart = from > to ? from - to : to - from;

	return distance[apart];
}

static u64 test_time;

static u64 test_clock(void)
{
	return test_time;
}

/* Paths in turn on nodes 0 to nodes - 1, with a threshold that stays. */
static struct world *make_world(struct kunit *test, u32 paths, u32 nodes)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->group.tiers = w->tiers;
	w->group.nodes = NODES;
	w->group.penalty = NPS_PENALTY_DEFAULT;
	for (i = 0; i < NODES; i++)
		w->cpu[i].node = NPS_UNSETTLED;
	for (i = 0; i < paths; i++) {
		w->path[i].node = (int)(i % nodes);
		w->path[i].busy = 8;
		w->path[i].capacity = 8;
		KUNIT_ASSERT_TRUE(test, nps_add(&w->group, &w->path[i]));
	}
	nps_build(&w->group, test_distance);
	return w;
}

/* As the module does it; the index of the path, or -1. */
static int take(struct world *w, int node)
{
	struct nps_path *p = nps_home(&w->group, &w->cpu[node], node);

	if (!p)
		p = nps_choose(&w->group, &w->cpu[node], node);
	return p ? (int)p->index : -1;
}

static void tiers_follow_the_distance(struct kunit *test)
{
	struct world *w = make_world(test, 8, 4);

	KUNIT_EXPECT_EQ(test, w->tiers[0].count, 4u);
	KUNIT_EXPECT_EQ(test, w->tiers[0].mask[0], 0x11ULL);
	KUNIT_EXPECT_EQ(test, w->tiers[0].mask[3], 0x88ULL);
	KUNIT_EXPECT_EQ(test, (u32)w->tiers[0].weight[0], 100u);
	KUNIT_EXPECT_EQ(test, (u32)w->tiers[0].weight[3], 133u);
	KUNIT_EXPECT_EQ(test, w->tiers[1].count, 3u);
	KUNIT_EXPECT_EQ(test, w->tiers[1].mask[1], 0x55ULL);
}

static void each_node_takes_its_path(struct kunit *test)
{
	struct world *w = make_world(test, 4, 4);
	int node;

	for (node = 0; node < NODES; node++)
		KUNIT_EXPECT_EQ(test, take(w, node), node);
}

static void failures_lead_outwards_and_back(struct kunit *test)
{
	struct world *w = make_world(test, 4, 4);
	int i;

	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, take(w, 0), i);
		nps_fail(&w->group, &w->path[i]);
	}
	KUNIT_EXPECT_EQ(test, take(w, 0), -1);
	for (i = 3; i >= 0; i--) {
		nps_reinstate(&w->group, &w->path[i]);
		KUNIT_EXPECT_EQ(test, take(w, 0), i);
	}
}

static void a_busy_path_spills(struct kunit *test)
{
	struct world *w = make_world(test, 2, 2);
	int i, far = 0;

	for (i = 0; i < 1000; i++) {
		int path = take(w, 0);

		far += path;
		nps_start(&w->path[path], 4096);
	}
	/* weights 100 and 109 */
	KUNIT_EXPECT_GE(test, far, 470);
	KUNIT_EXPECT_LE(test, far, 485);
}

static void the_load_is_bytes_and_counts(struct kunit *test)
{
	struct world *w = make_world(test, 1, 1);
	u64 flow;

	nps_start(&w->path[0], 0);
	nps_start(&w->path[0], 65536);
	nps_start(&w->path[0], (size_t)1 << 30);
	KUNIT_EXPECT_EQ(test, nps_load(&w->path[0]), 20u);
	nps_end(&w->path[0], (size_t)1 << 30, &flow);
	nps_end(&w->path[0], 65536, &flow);
	nps_end(&w->path[0], 0, &flow);
	KUNIT_EXPECT_EQ(test, nps_load(&w->path[0]), 0u);
	KUNIT_EXPECT_EQ(test, flow >> NPS_LOAD_BITS, 20ULL);
}

static void sixty_four_paths_fit(struct kunit *test)
{
	struct world *w = make_world(test, 64, 4);
	struct nps_path more = { 0 };

	KUNIT_EXPECT_FALSE(test, nps_add(&w->group, &more));
	KUNIT_EXPECT_EQ(test, w->group.active, ~0ULL);
}

static void distances_can_be_given(struct kunit *test)
{
	struct world *w = make_world(test, 2, 1);

	KUNIT_EXPECT_TRUE(test, nps_parse_vector("30,10,20,40", NODES, w->vector));
	w->path[0].vector = w->vector;
	nps_build(&w->group, test_distance);
	KUNIT_EXPECT_EQ(test, take(w, 0), 1);
	KUNIT_EXPECT_EQ(test, take(w, 1), 0);
	KUNIT_EXPECT_FALSE(test, nps_parse_vector("30,10,20", NODES, w->vector));
	KUNIT_EXPECT_FALSE(test, nps_parse_vector("30,10,20,40,50", NODES, w->vector));
	KUNIT_EXPECT_FALSE(test, nps_parse_vector("30,10,20,400", NODES, w->vector));
	KUNIT_EXPECT_FALSE(test, nps_parse_vector("", NODES, w->vector));
}

static void numbers_are_digits(struct kunit *test)
{
	u32 value = 7;

	KUNIT_EXPECT_TRUE(test, nps_parse_word("4096", 4096, &value));
	KUNIT_EXPECT_EQ(test, value, 4096u);
	KUNIT_EXPECT_FALSE(test, nps_parse_word("4097", 4096, &value));
	KUNIT_EXPECT_FALSE(test, nps_parse_word("", 4096, &value));
	KUNIT_EXPECT_FALSE(test, nps_parse_word("+1", 4096, &value));
	KUNIT_EXPECT_FALSE(test, nps_parse_word("1 ", 4096, &value));
	KUNIT_EXPECT_FALSE(test, nps_parse_word("99999999999999999999999", U32_MAX, &value));
	KUNIT_EXPECT_EQ(test, value, 4096u);
}

/* A path that serves so many I/Os at once, in 50 us each, with this load for so many windows. */
static void serve(struct nps_path *p, u32 load, u32 slots, u32 windows)
{
	u32 n = windows * (NPS_WINDOW_SAMPLES << NPS_SAMPLE_SHIFT);
	u64 flow;

	while (nps_load(p) < load)
		nps_start(p, 4096);
	while (n--) {
		test_time += 50000 / min(load, slots);
		if (nps_end(p, 4096, &flow))
			nps_sample(p, flow, test_clock);
		nps_start(p, 4096);
	}
	while (nps_load(p))
		nps_end(p, 4096, &flow);
}

/* The load follows the threshold: that is what spilling over does. */
static void the_threshold_is_learnt(struct kunit *test)
{
	static const u32 slots[] = { 2, 16, 100 };
	u32 i, window;

	for (i = 0; i < 3; i++) {
		struct world *w = make_world(test, 1, 1);

		test_time = 1;
		w->path[0].learning = true;
		for (window = 0; window < 600; window++)
			serve(&w->path[0], w->path[0].busy, slots[i], 1);
		KUNIT_EXPECT_GE(test, w->path[0].learn.kept, slots[i] / 2);
		KUNIT_EXPECT_LE(test, w->path[0].learn.kept, slots[i] * 3 / 2);
	}
}

static struct kunit_case numa_core_cases[] = {
	KUNIT_CASE(tiers_follow_the_distance),
	KUNIT_CASE(each_node_takes_its_path),
	KUNIT_CASE(failures_lead_outwards_and_back),
	KUNIT_CASE(a_busy_path_spills),
	KUNIT_CASE(the_load_is_bytes_and_counts),
	KUNIT_CASE(sixty_four_paths_fit),
	KUNIT_CASE(distances_can_be_given),
	KUNIT_CASE(numbers_are_digits),
	KUNIT_CASE(the_threshold_is_learnt),
	{}
};

static struct kunit_suite numa_core_suite = {
	.name = "dm-numa-distance",
	.test_cases = numa_core_cases,
};

kunit_test_suite(numa_core_suite);

MODULE_DESCRIPTION("KUnit suite of the numa-distance path selector");
MODULE_LICENSE("GPL");
