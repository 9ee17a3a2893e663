/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which path does an I/O take when paths are near or far from the CPU that
 * submits it, and busy or idle?
 *
 * This header is the whole answer of the numa-distance path selector. It calls
 * nothing of the kernel, so the same lines run in the module, in KUnit, in the
 * user-space tests, in the discrete-event model and in the fuzzer.
 *
 * In short:
 *
 * - For each node the paths stand in up to four tiers of equal distance.
 * - Each CPU has a home path in the nearest tier of its node; the CPUs of a node
 *   are dealt round over that tier. As long as the home path is active and not
 *   busy, it is taken: nothing is compared and nothing shared is written.
 * - A busy or failed home path sends the CPU to the better of two paths of the
 *   nearest tier that has an active one; when that is busy too, to a farther
 *   tier whose load, weighted by its distance, is lower. Such a choice serves
 *   the next few I/Os of the CPU as well, because looking at the load of other
 *   paths costs cache lines that other CPUs are writing.
 * - One 64-bit word per path holds the load in flight and the work completed.
 *   Both change in one atomic operation per start and end of an I/O. From that
 *   word and a clock that is read once in many I/Os, a path learns how much
 *   load it serves at once before I/Os begin to wait: its busy threshold.
 *
 * The includer provides: u8 u16 u32 u64 s64 bool, READ_ONCE, WRITE_ONCE,
 * smp_load_acquire, smp_store_release, likely, unlikely, min, min_t, max, clamp, swap,
 * atomic64_t with atomic64_read, atomic64_set, atomic64_add,
 * atomic64_add_return_relaxed and atomic64_fetch_add_relaxed,
 * test_and_set_bit_lock, clear_bit_unlock, div64_u64, __ffs64, hweight64, U32_MAX,
 * ____cacheline_aligned.
 */
#ifndef DM_NUMA_CORE_H
#define DM_NUMA_CORE_H

#define NPS_MAX_PATHS		64	/* one bit of a u64 each */
#define NPS_MAX_TIERS		4	/* farther ones are merged into the last */
#define NPS_STAY		7	/* I/Os that follow a choice without another look */
#define NPS_STAY_PART		4	/* and at most this part of the busy threshold */

#define NPS_BUSY_MIN		1
#define NPS_BUSY_MAX		4096
#define NPS_BUSY_DEFAULT	8	/* where learning starts */

#define NPS_PENALTY_DEFAULT	15	/* percent of the distance above 10 that counts */
#define NPS_PENALTY_MAX		400

#define NPS_DISTANCE_LOCAL	10	/* as in the ACPI SLIT */
#define NPS_DISTANCE_MAX	255

#define NPS_NODE_NONE		(-1)	/* equally near to every node */
#define NPS_UNSETTLED		(-2)	/* a CPU without a home path */

/*
 * The flow word: load in flight in the low bits, work completed above. 24 bits
 * hold almost a million I/Os of the largest unit in flight on one path.
 */
#define NPS_LOAD_BITS		24
#define NPS_LOAD_MASK		((1ULL << NPS_LOAD_BITS) - 1)
#define NPS_DONE_MASK		((1ULL << (64 - NPS_LOAD_BITS)) - 1)
#define NPS_SAMPLE_SHIFT	6	/* the load is sampled once in 64 completed units */

enum nps_kind {
	NPS_LOCAL,	/* the nearest tier */
	NPS_SPILLED,	/* a farther tier, because the nearest usable one was busy */
	NPS_REMOTE,	/* a farther tier, because no nearer path was usable */
	NPS_KINDS
};

enum nps_trial {
	NPS_TRIAL_NONE,
	NPS_TRIAL_UP,
	NPS_TRIAL_DOWN,
};

/**
 * struct nps_learn - how a path finds its busy threshold
 * @lock: bit 0 is set while a CPU works on the rest; the others pass by
 * @since: time at which this window began, in ns; 0: no window yet
 * @done: completed units at that time
 * @load_sum: sum of the sampled loads
 * @samples: their number
 * @kept: threshold outside of trials
 * @ref_load: mean load of the last window outside of a trial, in 1/16 units
 * @ref_wait: time that a unit spent on the path in that window, in ns
 * @hold: windows to wait before the next trial
 * @pause: windows to wait after the next trial that teaches nothing
 * @trial: what the running window tries
 * @up: direction of the last trial
 */
struct nps_learn {
	unsigned long lock;
	u64 since;
	u64 done;
	u32 load_sum;
	u16 samples;
	u16 kept;
	u32 ref_load;
	u32 ref_wait;
	u8 hold;
	u8 pause;
	u8 trial;
	bool up;
};

/**
 * struct nps_path - a path; two cache lines, one that is read and one that is written
 * @owner: what the includer wants back
 * @bit: this path in the masks
 * @index: number of that bit
 * @busy: load from which the path is busy, in units; a trial may move it
 * @capacity: what the load is measured against when paths are compared
 * @learning: @busy follows what is learnt
 * @node: node of the path, or NPS_NODE_NONE
 * @vector: distance from each node, or NULL when @node decides
 * @flow: load in flight and work completed
 * @learn: only touched by a CPU that has just written @flow
 */
struct nps_path {
	void *owner;
	u64 bit;
	u32 index;
	u32 busy;
	u32 capacity;
	bool learning;
	int node;
	u8 *vector;

	atomic64_t flow ____cacheline_aligned;
	struct nps_learn learn;
} ____cacheline_aligned;

/**
 * struct nps_tiers - the paths as one node sees them, nearest tier first
 * @mask: paths of each tier
 * @weight: cost of a unit of load in that tier, 100 at the local distance
 * @count: tiers in use
 * @dealt: CPUs of the node that have a home path
 */
struct nps_tiers {
	u64 mask[NPS_MAX_TIERS];
	u16 weight[NPS_MAX_TIERS];
	u32 count;
	atomic64_t dealt;
} ____cacheline_aligned;

/**
 * struct nps_cpu - what a CPU knows; nobody else writes it
 * @home: its path in the nearest tier of @node
 * @pick: path of the last choice
 * @node: node for which @home was dealt; NPS_UNSETTLED before the first I/O
 * @seen: the active paths at that choice
 * @stay: I/Os that may still take @pick without a look
 * @kind: what @pick counts as
 * @cursor: the last candidate of each tier
 * @count: I/Os by kind
 */
struct nps_cpu {
	struct nps_path *home;
	struct nps_path *pick;
	u64 seen;
	int node;
	u8 stay;
	u8 kind;
	u8 cursor[NPS_MAX_TIERS];
	u64 count[NPS_KINDS];
} ____cacheline_aligned;

/**
 * struct nps_group - the paths among which one selector chooses
 * @active: paths that may be used
 * @paths: number of paths
 * @nodes: number of @tiers
 * @penalty: percent of the distance above 10 that counts
 * @tiers: one per node
 * @path: the paths, by index
 */
struct nps_group {
	u64 active;
	u32 paths;
	u32 nodes;
	u32 penalty;
	struct nps_tiers *tiers;
	struct nps_path *path[NPS_MAX_PATHS];
};

/* ------------------------------------------------------------ arguments */

/**
 * nps_parse_number() - read an unsigned decimal number, digits only
 * @text: what to read
 * @end: where to leave the first character behind it
 * @most: largest value allowed
 * @value: where to leave the value
 *
 * Return: whether there was a number up to @most.
 */
static inline bool nps_parse_number(const char *text, const char **end, u32 most, u32 *value)
{
	u64 number = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		number = number * 10 + (u64)(*text - '0');
		if (number > most)
			return false;
	}
	*value = (u32)number;
	*end = text;
	return true;
}

/* The same for a whole word. */
static inline bool nps_parse_word(const char *text, u32 most, u32 *value)
{
	const char *end;
	u32 number;

	if (!nps_parse_number(text, &end, most, &number) || *end)
		return false;
	*value = number;
	return true;
}

/**
 * nps_parse_vector() - read "10,21,31": the distance from node 0, 1, 2
 * @text: what to read
 * @nodes: how many distances there must be
 * @vector: where to leave them
 *
 * Return: whether all of it was right.
 */
static inline bool nps_parse_vector(const char *text, u32 nodes, u8 *vector)
{
	u32 node, distance;

	for (node = 0; node < nodes; node++) {
		if (node && *text++ != ',')
			return false;
		if (!nps_parse_number(text, &text, NPS_DISTANCE_MAX, &distance) ||
		    distance < NPS_DISTANCE_LOCAL)
			return false;
		vector[node] = (u8)distance;
	}
	return !*text;
}

/* ------------------------------------------------------------ load */

/* An I/O counts as one unit and one more per 64 KiB; a huge discard cannot swamp that. */
static inline u64 nps_unit(size_t bytes)
{
	return 1 + ((bytes < (1u << 20) ? (u64)bytes : 1u << 20) >> 16);
}

static inline u32 nps_flow_load(u64 flow)
{
	return (u32)(flow & NPS_LOAD_MASK);
}

static inline u32 nps_load(const struct nps_path *p)
{
	return nps_flow_load((u64)atomic64_read(&p->flow));
}

static inline void nps_start(struct nps_path *p, size_t bytes)
{
	atomic64_add((s64)nps_unit(bytes), &p->flow);
}

/**
 * nps_end() - an I/O has left the path
 * @p: the path
 * @bytes: the size that nps_start() was told
 * @flow: where to leave the flow word
 *
 * Return: whether the path wants nps_sample() to be called now.
 */
static inline bool nps_end(struct nps_path *p, size_t bytes, u64 *flow)
{
	/* Takes a unit out of the load and adds it to the work completed. */
	u64 change = nps_unit(bytes) * NPS_LOAD_MASK;
	u64 after = (u64)atomic64_add_return_relaxed((s64)change, &p->flow);

	*flow = after;
	return (after ^ (after - change)) >> (NPS_LOAD_BITS + NPS_SAMPLE_SHIFT);
}

/* ------------------------------------------------------------ learning */

/*
 * How much load can a path carry before I/Os begin to wait for each other?
 *
 * By Little's law the time that a unit of work spends on the path is the mean
 * load divided by the work completed per time. Below the threshold that is
 * searched, this time does not depend on the load; above it, the work per time
 * does not. So two windows with different loads are enough: what is carried per
 * time at the higher load, multiplied by the time spent at the lower one, is
 * the threshold:
 *
 *	higher load * time at the lower load / time at the higher load
 *
 * Every now and then a window is a trial: the threshold is raised by half, to
 * see whether the path can do more of what spills over now, or halved, to see
 * whether I/Os wait. Nothing is concluded from a trial that did not move the
 * load. A threshold that is too low costs no throughput, one that is too high
 * does; hence learning starts low and asks for evidence.
 */
#define NPS_WINDOW_SAMPLES	32
#define NPS_WINDOW_NS_MIN	1000000ULL	/* shorter windows see bursts, not load */
#define NPS_WINDOW_NS_MAX	1000000000ULL	/* longer ones contain pauses */
#define NPS_PAUSE_MIN		2
#define NPS_PAUSE_MAX		64

static inline void nps_learn_init(struct nps_path *p)
{
	struct nps_learn *l = &p->learn;

	l->kept = (u16)p->busy;
	l->hold = NPS_PAUSE_MIN;
	l->pause = NPS_PAUSE_MIN;
}

/* Begins a trial, if one can tell anything at this load. */
static inline void nps_learn_try(struct nps_path *p, struct nps_learn *l, u32 load)
{
	u32 busy = l->kept;

	if (l->hold) {
		l->hold--;
		return;
	}
	/* Nothing spills over below the threshold: there is nothing to gain by raising it. */
	l->up = !l->up && load >= busy * 12;
	if (l->up) {
		busy = min(max(busy, load / 16) * 3 / 2 + 1, (u32)NPS_BUSY_MAX);
		l->trial = NPS_TRIAL_UP;
	} else {
		busy = min(busy, load / 16) / 2;
		if (!busy)
			return;
		l->trial = NPS_TRIAL_DOWN;
	}
	WRITE_ONCE(p->busy, busy);
}

/* Ends a trial and draws the conclusion. */
static inline void nps_learn_end(struct nps_path *p, struct nps_learn *l, u32 load, u32 wait)
{
	u64 high = max(load, l->ref_load), low = min(load, l->ref_load);
	u64 long_wait = l->ref_wait, short_wait = wait;
	u32 tried = p->busy, kept = l->kept, knee = kept;

	if (l->trial == NPS_TRIAL_UP)
		swap(long_wait, short_wait);
	/*
	 * The load has to differ by a quarter. To lower the threshold, the time has to
	 * fall by at least half of what it falls by on a path that is fully busy.
	 */
	if (high * 4 >= low * 5 &&
	    (l->trial == NPS_TRIAL_UP ? load == high :
	     load == low && long_wait * 2 * low >= short_wait * (high + low))) {
		knee = (u32)min_t(u64, NPS_BUSY_MAX,
				  div64_u64(high * short_wait + 8 * long_wait, long_wait * 16));
		knee = l->trial == NPS_TRIAL_UP ? clamp(knee, kept, max(kept, tried)) :
						  clamp(knee, tried, kept);
	}
	if (knee != kept) {
		l->pause = NPS_PAUSE_MIN;
		l->up = !l->up;		/* go on in this direction */
	} else if (l->pause < NPS_PAUSE_MAX) {
		l->pause *= 2;
	}
	l->hold = l->pause;
	l->kept = (u16)knee;
	l->trial = NPS_TRIAL_NONE;
	WRITE_ONCE(p->busy, knee);
}

/* Takes a finished window: mean load in 1/16 units, time per unit in ns. */
static inline void nps_learn_window(struct nps_path *p, u32 load, u32 wait)
{
	struct nps_learn *l = &p->learn;

	if (l->trial != NPS_TRIAL_NONE) {
		nps_learn_end(p, l, load, wait);
		return;
	}
	l->ref_load = load;
	l->ref_wait = wait;
	nps_learn_try(p, l, load);
}

/**
 * nps_sample() - note the load of a path, once in 64 completed units
 * @p: the path
 * @flow: its flow word as nps_end() left it
 * @clock: reads a clock in ns; called once in NPS_WINDOW_SAMPLES samples
 */
static inline void nps_sample(struct nps_path *p, u64 flow, u64 (*clock)(void))
{
	struct nps_learn *l = &p->learn;
	u64 now, time, done, load, wait;

	if (!p->learning || test_and_set_bit_lock(0, &l->lock))
		return;
	l->load_sum += nps_flow_load(flow) + 1;	/* and the I/O that has just left */
	if (++l->samples < NPS_WINDOW_SAMPLES)
		goto out;

	now = clock();
	time = now - l->since;
	if (l->since && time < NPS_WINDOW_NS_MIN && l->samples < 4 * NPS_WINDOW_SAMPLES)
		goto out;
	done = ((flow >> NPS_LOAD_BITS) - l->done) & NPS_DONE_MASK;
	if (l->since && time <= NPS_WINDOW_NS_MAX && done) {
		load = (u64)l->load_sum * 16 / l->samples;
		wait = div64_u64(load * time, done * 16);
		if (load && wait)
			nps_learn_window(p, (u32)load, (u32)min_t(u64, wait, U32_MAX));
	}
	l->since = now;
	l->done = flow >> NPS_LOAD_BITS;
	l->load_sum = 0;
	l->samples = 0;
out:
	clear_bit_unlock(0, &l->lock);
}

/* ------------------------------------------------------------ tiers */

/**
 * nps_distance() - how far a path is from a node
 * @p: the path
 * @node: the node
 * @distance: distance between two nodes, as in the ACPI SLIT
 *
 * Return: 10 (local) to 255. A path that belongs nowhere is local to everybody:
 * calling it far would send its share of the I/O away for no reason.
 */
static inline u32 nps_distance(const struct nps_path *p, u32 node, int (*distance)(int, int))
{
	int value = NPS_DISTANCE_LOCAL;

	if (p->vector)
		value = p->vector[node];
	else if (p->node != NPS_NODE_NONE)
		value = distance((int)node, p->node);
	return (u32)clamp(value, NPS_DISTANCE_LOCAL, NPS_DISTANCE_MAX);
}

/* Cost of a unit of load at this distance. */
static inline u16 nps_weight(u32 distance, u32 penalty)
{
	return (u16)(100 + (distance - NPS_DISTANCE_LOCAL) * penalty / 10);
}

/**
 * nps_build() - sort the paths into tiers for each node
 * @g: the group; no I/O may be using it
 * @distance: distance between two nodes
 */
static inline void nps_build(struct nps_group *g, int (*distance)(int, int))
{
	u32 node, i, count, last, nearest, d;
	struct nps_tiers *t;
	u64 left, mask;

	for (node = 0; node < g->nodes; node++) {
		t = &g->tiers[node];
		left = g->paths < NPS_MAX_PATHS ? (1ULL << g->paths) - 1 : ~0ULL;
		count = 0;
		while (left) {
			mask = 0;
			nearest = NPS_DISTANCE_MAX + 1;
			for (i = 0; i < g->paths; i++) {
				if (!(left & g->path[i]->bit))
					continue;
				d = nps_distance(g->path[i], node, distance);
				if (d < nearest) {
					nearest = d;
					mask = 0;
				}
				if (d == nearest)
					mask |= g->path[i]->bit;
			}
			left &= ~mask;
			last = min(count, (u32)NPS_MAX_TIERS - 1);
			if (last == count) {
				t->mask[last] = 0;
				t->weight[last] = nps_weight(nearest, g->penalty);
				count++;
			}
			t->mask[last] |= mask;
		}
		t->count = count;
		/* Nodes that see the same tier begin at different paths. */
		if (count)
			atomic64_set(&t->dealt, node * hweight64(t->mask[0]) / g->nodes);
	}
}

/**
 * nps_add() - give a path its place in the group
 * @g: the group; no I/O may be using it
 * @p: the path; owner, busy, capacity, learning, node and vector are set
 *
 * Return: whether there was room.
 */
static inline bool nps_add(struct nps_group *g, struct nps_path *p)
{
	if (g->paths == NPS_MAX_PATHS)
		return false;
	p->index = g->paths++;
	p->bit = 1ULL << p->index;
	g->path[p->index] = p;
	g->active |= p->bit;
	nps_learn_init(p);
	return true;
}

/* The caller makes sure that these two do not run at the same time. */
static inline void nps_fail(struct nps_group *g, const struct nps_path *p)
{
	WRITE_ONCE(g->active, g->active & ~p->bit);
}

static inline void nps_reinstate(struct nps_group *g, const struct nps_path *p)
{
	WRITE_ONCE(g->active, g->active | p->bit);
}

/* ------------------------------------------------------------ choice */

/* The first path of the mask at or after this index, cyclic; the mask is not empty. */
static inline struct nps_path *nps_next(const struct nps_group *g, u64 mask, u32 index)
{
	u64 after = mask & (~0ULL << (index % NPS_MAX_PATHS));

	return g->path[__ffs64(after ? after : mask)];
}

/* The n-th path of the mask, counted from 0, cyclic. */
static inline struct nps_path *nps_nth(const struct nps_group *g, u64 mask, u64 n)
{
	u32 skip = (u32)(n & U32_MAX) % (u32)hweight64(mask);

	while (skip--)
		mask &= mask - 1;
	return g->path[__ffs64(mask)];
}

/**
 * struct nps_look - a path and its load when it was looked at
 * @path: the path
 * @load: its load, in units; read once, because the line may be dirty elsewhere
 */
struct nps_look {
	struct nps_path *path;
	u64 load;
};

static inline struct nps_look nps_look_at(struct nps_path *p)
{
	struct nps_look look = { p, nps_load(p) };

	return look;
}

static inline bool nps_is_busy(struct nps_look look)
{
	return look.load >= READ_ONCE(look.path->busy);
}

/* Would one more unit cost less on path b than on path a? A tie is no reason to move. */
static inline bool nps_cheaper(struct nps_look b, u32 weight_b, struct nps_look a, u32 weight_a)
{
	return (b.load + 1) * weight_b * a.path->capacity <
	       (a.load + 1) * weight_a * b.path->capacity;
}

/**
 * nps_home() - the path of this CPU, if nothing speaks against it
 * @g: the group
 * @c: what this CPU knows
 * @node: its node
 *
 * This is the common path of every I/O: loads and compares, no store, no loop.
 *
 * Return: the path, or NULL when nps_choose() has to decide.
 */
static inline struct nps_path *nps_home(const struct nps_group *g, const struct nps_cpu *c,
					int node)
{
	struct nps_path *home;

	/* Another thread may settle this CPU right now: the home is there before the node. */
	if (unlikely(smp_load_acquire(&c->node) != node))
		return NULL;
	home = READ_ONCE(c->home);
	if (unlikely(!(READ_ONCE(g->active) & home->bit) || nps_is_busy(nps_look_at(home))))
		return NULL;
	return home;
}

/* The first I/O of a CPU, or of a CPU that was moved to another node. */
static inline void nps_settle(struct nps_tiers *t, const struct nps_group *g, struct nps_cpu *c,
			      int node)
{
	u64 turn = (u64)atomic64_fetch_add_relaxed(1, &t->dealt);

	WRITE_ONCE(c->home, nps_nth(g, t->mask[0], turn));
	c->cursor[0] = (u8)c->home->index;
	c->stay = 0;
	/* Pairs with nps_home(): who sees the node sees the home path. */
	smp_store_release(&c->node, node);
}

/* The cheaper of the next two paths of the mask after the cursor. */
static inline struct nps_look nps_better_of_two(const struct nps_group *g, u64 mask, u8 *cursor)
{
	struct nps_look a = nps_look_at(nps_next(g, mask, *cursor + 1u));
	struct nps_look b;

	*cursor = (u8)a.path->index;
	if (mask == a.path->bit)
		return a;
	b = nps_look_at(nps_next(g, mask, a.path->index + 1));
	return nps_cheaper(b, 1, a, 1) ? b : a;
}

/**
 * nps_choose() - decide when the home path will not do
 * @g: the group
 * @c: what this CPU knows; the caller stays on this CPU
 * @node: its node
 *
 * Leaves in @c->kind what the choice counts as.
 *
 * Return: the path, or NULL when none is active.
 */
static inline struct nps_path *nps_choose(struct nps_group *g, struct nps_cpu *c, int node)
{
	struct nps_tiers *t = &g->tiers[(u32)node < g->nodes ? node : 0];
	u64 active = READ_ONCE(g->active);
	u32 tier = 0, nearest, chosen;
	struct nps_look a, b;
	u64 mask;

	if (!active)
		return NULL;
	if (c->node != node)
		nps_settle(t, g, c, node);
	if (c->stay && c->seen == active) {
		c->stay--;
		return c->pick;
	}

	while (!(t->mask[tier] & active))
		tier++;
	nearest = tier;
	chosen = tier;

	mask = t->mask[tier] & active;
	a = nps_look_at(nps_next(g, mask, c->home->index));
	if (nps_is_busy(a) && mask != a.path->bit) {
		b = nps_better_of_two(g, mask, &c->cursor[tier]);
		/* A little more load at home is cheaper than a path shared with other CPUs. */
		if (nps_cheaper(b, 9, a, 8))
			a = b;
	}
	if (nps_is_busy(a)) {
		while (++tier < t->count) {
			mask = t->mask[tier] & active;
			if (!mask)
				continue;
			b = nps_better_of_two(g, mask, &c->cursor[tier]);
			if (nps_cheaper(b, t->weight[tier], a, t->weight[chosen])) {
				a = b;
				chosen = tier;
			}
		}
	}

	c->kind = !chosen ? NPS_LOCAL : chosen == nearest ? NPS_REMOTE : NPS_SPILLED;
	c->pick = a.path;
	c->seen = active;
	c->stay = (u8)min(READ_ONCE(a.path->busy) / NPS_STAY_PART, (u32)NPS_STAY);
	return a.path;
}

#endif /* DM_NUMA_CORE_H */
