/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The discrete-event model of paths on two nodes; model.c says what it is. */
#ifndef MODEL_H
#define MODEL_H

#ifdef __cplusplus
extern "C" {
#endif

#define MODEL_PATHS_MAX 16

enum model_policy {
	MODEL_ROUND_ROBIN,
	MODEL_QUEUE_LENGTH,	/* and service-time */
	MODEL_NEAREST,		/* io-affinity */
	MODEL_NUMA_DISTANCE,
};

/**
 * struct model_setup - one run
 * @policy: who chooses
 * @selector_args: of numa-distance: "0" or "2 penalty N"
 * @busy: of numa-distance: "auto" or a number
 * @cpus_per_node: CPUs of each of the two nodes
 * @load: I/Os kept in flight by each node
 * @paths: number of paths; the first half is on node 0
 * @slots: I/Os that a path serves at once
 * @service_us: mean time of an I/O, +-25 %
 * @remote_us: added when the path is on the other node
 * @slow_paths: so many, from the first, take @slowness times as long
 * @failed_paths: so many, from the first, are failed
 * @ios: I/Os to run; the first third is not measured
 */
struct model_setup {
	enum model_policy policy;
	const char *selector_args;
	const char *busy;
	unsigned int cpus_per_node;
	unsigned int load[2];
	unsigned int paths;
	unsigned int slots;
	double service_us;
	double remote_us;
	unsigned int slow_paths;
	double slowness;
	unsigned int failed_paths;
	unsigned long ios;
};

struct model_result {
	double kiops;
	double p99_us;
	double remote;		/* share of I/Os that took a path of the other node */
	char info[512];		/* status of numa-distance at the end */
};

struct model_result model_run(const struct model_setup *setup);

#ifdef __cplusplus
}
#endif

#endif /* MODEL_H */
