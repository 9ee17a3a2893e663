// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Path selector numa-distance: each I/O takes a path that is near to the CPU it
 * is submitted on, as long as the near paths are not busier than far ones.
 *
 * numa_core.h decides; this file is what device-mapper talks to: it reads the
 * arguments of a table, keeps the memory, and prints the status.
 *
 * Table: numa-distance <#selector args> [penalty <0..400>]
 *	  <#paths> <#path args> [<dev> [<repeat_count> [<node> [<busy>]]]]+
 */
#include "compat.h"

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/blkdev.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>

#include "numa_core.h"

#define DM_MSG_PREFIX "multipath numa-distance"
#define NPS_VERSION "1.0.0"

#define NPS_TABLE_ARGS 3	/* repeat_count, node, busy */
#define NPS_INFO_ARGS 3		/* node, load, busy */

enum nps_form {
	NPS_FORM_AUTO,
	NPS_FORM_NONE,
	NPS_FORM_NUMBER,
	NPS_FORM_VECTOR,
};

/**
 * struct path_info - a path and the arguments it was given
 * @core: what the algorithm knows of it
 * @repeat_count: read and printed, without effect
 * @busy: threshold given, 0 when it is learnt
 * @form: how the node was given
 */
struct path_info {
	struct nps_path core;
	u32 repeat_count;
	u32 busy;
	enum nps_form form;
};

/**
 * struct selector - one path group of a map
 * @group: what the algorithm knows of it
 * @cpu: what each CPU knows
 * @penalty_given: the table names the penalty, so the status has to
 */
struct selector {
	struct nps_group group;
	struct nps_cpu __percpu *cpu;
	bool penalty_given;
};

static int nps_node_distance(int from, int to)
{
	return node_distance(from, to);
}

static u64 nps_clock(void)
{
	return ktime_get_ns();
}

/* ------------------------------------------------------------ arguments */

static int nps_read_selector_args(struct selector *s, unsigned int argc, char **argv)
{
	if (!argc)
		return 0;
	if (argc != 2) {
		DMERR("%u selector arguments: expected none, or penalty and its value", argc);
		return -EINVAL;
	}
	if (strcmp(argv[0], "penalty")) {
		DMERR("unknown selector argument '%.32s': expected penalty", argv[0]);
		return -EINVAL;
	}
	if (!nps_parse_word(argv[1], NPS_PENALTY_MAX, &s->group.penalty)) {
		DMERR("penalty '%.32s': expected a number from 0 to %d", argv[1],
		      NPS_PENALTY_MAX);
		return -EINVAL;
	}
	s->penalty_given = true;
	return 0;
}

static int nps_read_node(struct path_info *pi, const char *text, const char *dev, char **error)
{
	u32 node;

	if (!strcmp(text, "auto")) {
		pi->form = NPS_FORM_AUTO;
		return 0;
	}
	if (!strcmp(text, "-")) {
		pi->form = NPS_FORM_NONE;
		pi->core.node = NPS_NODE_NONE;
		return 0;
	}
	if (strchr(text, ',')) {
		pi->core.vector = kcalloc(nr_node_ids, sizeof(u8), GFP_KERNEL);
		if (!pi->core.vector) {
			*error = "numa-distance ps: no memory for the distances of a path";
			return -ENOMEM;
		}
		if (!nps_parse_vector(text, nr_node_ids, pi->core.vector)) {
			DMERR("path %s: node '%.64s': expected %u distances from %d to %d", dev,
			      text, nr_node_ids, NPS_DISTANCE_LOCAL, NPS_DISTANCE_MAX);
			*error = "numa-distance ps: invalid node: not one distance per node";
			return -EINVAL;
		}
		pi->form = NPS_FORM_VECTOR;
		return 0;
	}
	if (!nps_parse_word(text, INT_MAX, &node)) {
		DMERR("path %s: node '%.32s': expected auto, -, a node, or distances", dev, text);
		*error = "numa-distance ps: invalid node: not auto, -, number, distances";
		return -EINVAL;
	}
	if (node >= nr_node_ids || !node_possible(node)) {
		DMERR("path %s: node %u: this machine has nodes 0 to %u", dev, node,
		      nr_node_ids - 1);
		*error = "numa-distance ps: invalid node: no such node";
		return -EINVAL;
	}
	pi->form = NPS_FORM_NUMBER;
	pi->core.node = node;
	return 0;
}

static int nps_read_path_args(struct path_info *pi, int argc, char **argv, const char *dev,
			      char **error)
{
	int r;

	if (argc < 0 || argc > NPS_TABLE_ARGS) {
		*error = "numa-distance ps: invalid number of path arguments";
		return -EINVAL;
	}
	pi->repeat_count = 1;
	if (argc > 0 && !nps_parse_word(argv[0], U32_MAX, &pi->repeat_count)) {
		DMERR("path %s: repeat_count '%.32s': expected a number", dev, argv[0]);
		*error = "numa-distance ps: invalid repeat_count";
		return -EINVAL;
	}
	if (argc > 1) {
		r = nps_read_node(pi, argv[1], dev, error);
		if (r)
			return r;
	}
	if (argc > 2 && strcmp(argv[2], "auto") &&
	    (!nps_parse_word(argv[2], NPS_BUSY_MAX, &pi->busy) || pi->busy < NPS_BUSY_MIN)) {
		DMERR("path %s: busy '%.32s': expected auto or a number from %d to %d", dev,
		      argv[2], NPS_BUSY_MIN, NPS_BUSY_MAX);
		*error = "numa-distance ps: invalid busy";
		return -EINVAL;
	}
	pi->core.learning = !pi->busy;
	pi->core.busy = pi->busy ? pi->busy : NPS_BUSY_DEFAULT;
	pi->core.capacity = pi->core.busy;
	return 0;
}

/* ------------------------------------------------------------ life */

static void nps_free(struct selector *s)
{
	free_percpu(s->cpu);
	kvfree(s->group.tiers);
	kfree(s);
}

static int nps_create(struct path_selector *ps, unsigned int argc, char **argv)
{
	struct selector *s;
	unsigned int cpu;
	int r;

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->group.penalty = NPS_PENALTY_DEFAULT;
	s->group.nodes = nr_node_ids;

	r = nps_read_selector_args(s, argc, argv);
	if (r)
		goto bad;
	r = -ENOMEM;
	s->group.tiers = kvcalloc(nr_node_ids, sizeof(*s->group.tiers), GFP_KERNEL);
	if (!s->group.tiers)
		goto bad;
	s->cpu = alloc_percpu(struct nps_cpu);
	if (!s->cpu)
		goto bad;
	for_each_possible_cpu(cpu)
		per_cpu_ptr(s->cpu, cpu)->node = NPS_UNSETTLED;

	ps->context = s;
	return 0;
bad:
	nps_free(s);
	return r;
}

static void nps_free_path(struct path_info *pi)
{
	kfree(pi->core.vector);
	kfree(pi);
}

static void nps_destroy(struct path_selector *ps)
{
	struct selector *s = ps->context;
	u32 i;

	for (i = 0; i < s->group.paths; i++)
		nps_free_path(container_of(s->group.path[i], struct path_info, core));
	nps_free(s);
	ps->context = NULL;
}

static int nps_add_path(struct path_selector *ps, struct dm_path *path, int argc, char **argv,
			char **error)
{
	int near = dev_to_node(disk_to_dev(path->dev->bdev->bd_disk));
	struct selector *s = ps->context;
	struct path_info *pi;
	int r;

	if (near != NUMA_NO_NODE && (near < 0 || near >= nr_node_ids || !node_online(near)))
		near = NUMA_NO_NODE;
	pi = kzalloc_node(sizeof(*pi), GFP_KERNEL, near);
	if (!pi) {
		*error = "numa-distance ps: no memory for a path";
		return -ENOMEM;
	}
	pi->core.owner = path;
	pi->core.node = near == NUMA_NO_NODE ? NPS_NODE_NONE : near;
	r = nps_read_path_args(pi, argc, argv, path->dev->name, error);
	if (r)
		goto bad;
	if (!nps_add(&s->group, &pi->core)) {
		*error = "numa-distance ps: more than 64 paths in a path group";
		r = -EINVAL;
		goto bad;
	}
	path->pscontext = &pi->core;
	nps_build(&s->group, nps_node_distance);
	return 0;
bad:
	nps_free_path(pi);
	return r;
}

/* ------------------------------------------------------------ I/O */

static noinline struct dm_path *nps_select_slow(struct selector *s)
{
	struct nps_cpu *c;
	struct nps_path *p;

	preempt_disable();
	c = this_cpu_ptr(s->cpu);
	p = nps_choose(&s->group, c, numa_node_id());
	if (p)
		this_cpu_inc(s->cpu->count[c->kind]);
	preempt_enable();
	return p ? p->owner : NULL;
}

static struct dm_path *nps_select_path(struct path_selector *ps, size_t nr_bytes)
{
	struct selector *s = ps->context;
	struct nps_path *p;

	/* A move to another CPU between the two reads ends in the slow path or does no harm. */
	p = nps_home(&s->group, raw_cpu_ptr(s->cpu), numa_node_id());
	if (unlikely(!p))
		return nps_select_slow(s);
	this_cpu_inc(s->cpu->count[NPS_LOCAL]);
	return p->owner;
}

static int nps_start_io(struct path_selector *ps, struct dm_path *path, size_t nr_bytes)
{
	nps_start(path->pscontext, nr_bytes);
	return 0;
}

static noinline void nps_learn_more(struct nps_path *p, u64 flow)
{
	nps_sample(p, flow, nps_clock);
}

static int nps_end_io(struct path_selector *ps, struct dm_path *path, size_t nr_bytes,
		      u64 start_time)
{
	u64 flow;

	if (unlikely(nps_end(path->pscontext, nr_bytes, &flow)))
		nps_learn_more(path->pscontext, flow);
	return 0;
}

static void nps_fail_path(struct path_selector *ps, struct dm_path *path)
{
	struct selector *s = ps->context;

	nps_fail(&s->group, path->pscontext);
}

static int nps_reinstate_path(struct path_selector *ps, struct dm_path *path)
{
	struct selector *s = ps->context;

	nps_reinstate(&s->group, path->pscontext);
	return 0;
}

/* ------------------------------------------------------------ status */

static int nps_status_group(struct selector *s, status_type_t type, char *result,
			    unsigned int maxlen)
{
	u64 count[NPS_KINDS] = { 0 };
	unsigned int cpu, kind;
	int sz = 0;

	switch (type) {
	case STATUSTYPE_INFO:
		for_each_possible_cpu(cpu) {
			for (kind = 0; kind < NPS_KINDS; kind++)
				count[kind] += READ_ONCE(per_cpu_ptr(s->cpu, cpu)->count[kind]);
		}
		DMEMIT("3 %llu %llu %llu ", count[NPS_LOCAL], count[NPS_SPILLED],
		       count[NPS_REMOTE]);
		break;
	case STATUSTYPE_TABLE:
		if (s->penalty_given)
			DMEMIT("2 penalty %u ", s->group.penalty);
		else
			DMEMIT("0 ");
		break;
	default:
		*result = '\0';
		break;
	}
	return sz;
}

static int nps_status_path(struct path_info *pi, status_type_t type, char *result,
			   unsigned int maxlen)
{
	u32 node;
	int sz = 0;

	switch (type) {
	case STATUSTYPE_INFO:
		if (pi->form == NPS_FORM_VECTOR)
			DMEMIT("vector ");
		else if (pi->core.node == NPS_NODE_NONE)
			DMEMIT("- ");
		else
			DMEMIT("%d ", pi->core.node);
		DMEMIT("%u %u ", nps_load(&pi->core), READ_ONCE(pi->core.busy));
		break;
	case STATUSTYPE_TABLE:
		DMEMIT("%u ", pi->repeat_count);
		switch (pi->form) {
		case NPS_FORM_AUTO:
			DMEMIT("auto ");
			break;
		case NPS_FORM_NONE:
			DMEMIT("- ");
			break;
		case NPS_FORM_NUMBER:
			DMEMIT("%d ", pi->core.node);
			break;
		case NPS_FORM_VECTOR:
			for (node = 0; node < nr_node_ids; node++)
				DMEMIT("%s%u", node ? "," : "", pi->core.vector[node]);
			DMEMIT(" ");
			break;
		}
		if (pi->busy)
			DMEMIT("%u ", pi->busy);
		else
			DMEMIT("auto ");
		break;
	default:
		*result = '\0';
		break;
	}
	return sz;
}

static int nps_status(struct path_selector *ps, struct dm_path *path, status_type_t type,
		      char *result, unsigned int maxlen)
{
	struct nps_path *p;

	if (!path)
		return nps_status_group(ps->context, type, result, maxlen);
	p = path->pscontext;
	return nps_status_path(container_of(p, struct path_info, core), type, result, maxlen);
}

/* ------------------------------------------------------------ module */

static NPS_SELECTOR(nps_selector) = NPS_SELECTOR_INIT(
	.name		= "numa-distance",
	.module		= THIS_MODULE,
	.table_args	= NPS_TABLE_ARGS,
	.info_args	= NPS_INFO_ARGS,
	.create		= nps_create,
	.destroy	= nps_destroy,
	.add_path	= nps_add_path,
	.select_path	= nps_select_path,
	.fail_path	= nps_fail_path,
	.reinstate_path	= nps_reinstate_path,
	.status		= nps_status,
	.start_io	= nps_start_io,
	.end_io		= nps_end_io,
);

static int __init dm_numa_distance_init(void)
{
	int r = dm_register_path_selector(NPS_SELECTOR_TYPE(nps_selector));

	if (r == -EEXIST)
		DMERR("the kernel has a selector of this name already: not loaded");
	else if (r < 0)
		DMERR("register failed %d", r);
	else
		DMINFO("version " NPS_VERSION " loaded");
	return r;
}

static void __exit dm_numa_distance_exit(void)
{
	dm_unregister_path_selector(NPS_SELECTOR_TYPE(nps_selector));
}

module_init(dm_numa_distance_init);
module_exit(dm_numa_distance_exit);

MODULE_DESCRIPTION(DM_NAME " path selector by NUMA distance and load");
MODULE_AUTHOR("The Shortpath authors");
MODULE_VERSION(NPS_VERSION);
MODULE_LICENSE("GPL");
