/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine around a path selector in user space, and a path group on it, for
 * tests, the model, the fuzzer and measurements. No type of the kernel appears
 * here, so C++ can include it.
 *
 * A machine has CPUs on nodes, distances between nodes, disks "8:N" with a node
 * each, a clock, and memory that is counted. A group is loaded from the part of a
 * multipath table that describes one path group, in the way dm-mpath does it.
 */
#ifndef USER_MACHINE_H
#define USER_MACHINE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------ the machine */

/* Two nodes at distance 21 with four CPUs (0 1 on node 0), disks without node, clock 0. */
void user_machine_reset(void);

/* CPUs are spread evenly and in order over the nodes; distances are 10 and 20. */
void user_machine_nodes(unsigned int nodes, unsigned int cpus);
void user_machine_distance(int from, int to, int distance);
void user_machine_cpu_node(unsigned int cpu, int node);
void user_machine_node_possible(int node, int possible);
void user_machine_disk_node(unsigned int disk, int node);
void user_machine_set_clock(unsigned long long ns);

/* The CPU that this thread runs on from now on. */
void user_run_on(unsigned int cpu);

/* The allocation after so many good ones fails, once; 0 is the next; -1 is none. */
void user_fail_allocation(long after);
long user_live_allocations(void);

/* What the last call that complained logged; empty when nothing. Cleared by reading. */
const char *user_last_log(void);

/* ------------------------------------------------------------ a path group */

struct user_group;

/* numa-distance is there from the start; the module's own init and exit run here. */
int user_load_module(void);
void user_unload_module(void);

/*
 * "SELECTOR #ARGS [ARG].. #PATHS #PATHARGS [DEV [ARG]..]..". Returns NULL and the
 * error text of the selector or of the parser when it does not like it.
 */
struct user_group *user_group_load(const char *text, const char **error);
void user_group_free(struct user_group *group);

/* The index of a path, or -1. */
int user_group_select(struct user_group *group, size_t bytes);
void user_group_start(struct user_group *group, int path, size_t bytes);
void user_group_end(struct user_group *group, int path, size_t bytes);
void user_group_fail(struct user_group *group, int path);
void user_group_reinstate(struct user_group *group, int path);
int user_group_paths(const struct user_group *group);

/* What `dmsetup table` and `dmsetup status` print for the group. */
int user_group_table(struct user_group *group, char *text, size_t size);
int user_group_info(struct user_group *group, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* USER_MACHINE_H */
