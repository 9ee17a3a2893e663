// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine: topology, memory, clock and log, as user/machine.h describes them. */
#include <user/kernel.h>

#include "machine.h"

__thread unsigned int user_cpu;
unsigned int nr_cpu_ids;
unsigned int nr_node_ids;
int user_node_of_cpu[USER_CPUS];
u64 user_possible_nodes;
struct gendisk user_disks[128];

static int distances[USER_NODES][USER_NODES];
static u64 clock_ns;
static long live, fail_after = -1;
static char log_text[256];

static u64 machine_clock(void)
{
	return __atomic_load_n(&clock_ns, __ATOMIC_RELAXED);
}

u64 (*user_clock)(void) = machine_clock;

void user_machine_set_clock(unsigned long long ns)
{
	__atomic_store_n(&clock_ns, ns, __ATOMIC_RELAXED);
}

void user_machine_nodes(unsigned int nodes, unsigned int cpus)
{
	unsigned int i, j;

	nr_node_ids = nodes;
	nr_cpu_ids = cpus;
	user_possible_nodes = nodes < 64 ? (1ULL << nodes) - 1 : ~0ULL;
	for (i = 0; i < cpus; i++)
		user_node_of_cpu[i] = (int)(i * nodes / cpus);
	for (i = 0; i < nodes; i++) {
		for (j = 0; j < nodes; j++)
			distances[i][j] = i == j ? 10 : 20;
	}
}

void user_machine_reset(void)
{
	unsigned int i;

	user_machine_nodes(2, 4);
	user_machine_distance(0, 1, 21);
	user_machine_distance(1, 0, 21);
	for (i = 0; i < sizeof(user_disks) / sizeof(*user_disks); i++)
		user_disks[i].device.numa_node = NUMA_NO_NODE;
	user_machine_set_clock(0);
	user_fail_allocation(-1);
	user_run_on(0);
	log_text[0] = '\0';
}

void user_machine_distance(int from, int to, int distance)
{
	distances[from][to] = distance;
}

void user_machine_cpu_node(unsigned int cpu, int node)
{
	user_node_of_cpu[cpu] = node;
}

void user_machine_node_possible(int node, int possible)
{
	user_possible_nodes &= ~(1ULL << node);
	user_possible_nodes |= (u64)!!possible << node;
}

void user_machine_disk_node(unsigned int disk, int node)
{
	user_disks[disk].device.numa_node = node;
}

void user_run_on(unsigned int cpu)
{
	user_cpu = cpu;
}

int node_distance(int from, int to)
{
	if (from < 0 || to < 0 || from >= (int)nr_node_ids || to >= (int)nr_node_ids)
		return from == to ? 10 : 20;
	return distances[from][to];
}

/* ------------------------------------------------------------ memory */

void user_fail_allocation(long after)
{
	fail_after = after;
}

long user_live_allocations(void)
{
	return __atomic_load_n(&live, __ATOMIC_RELAXED);
}

void *user_alloc(size_t count, size_t size)
{
	void *memory;

	if (fail_after >= 0 && fail_after-- == 0)
		return NULL;
	if (size && count > SIZE_MAX / 2 / size)
		return NULL;
	/* The size is rounded up: that is what aligned_alloc asks for. */
	memory = aligned_alloc(64, (count * size + 63) / 64 * 64 + 64);
	if (!memory)
		return NULL;
	memset(memory, 0, count * size);
	__atomic_fetch_add(&live, 1, __ATOMIC_RELAXED);
	return memory;
}

void user_free(void *memory)
{
	if (!memory)
		return;
	__atomic_fetch_sub(&live, 1, __ATOMIC_RELAXED);
	free(memory);
}

/* ------------------------------------------------------------ text */

int user_scnprintf(char *text, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, size, format, arguments);
	va_end(arguments);
	if (length < 0 || !size)
		return 0;
	return (size_t)length < size ? length : (int)size - 1;
}

void user_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(log_text, sizeof(log_text), format, arguments);
	va_end(arguments);
}

const char *user_last_log(void)
{
	static char text[sizeof(log_text)];

	memcpy(text, log_text, sizeof(text));
	log_text[0] = '\0';
	return text;
}

/* ------------------------------------------------------------ CPU masks */

int cpumask_parse(const char *text, struct cpumask *mask)
{
	char *end;

	memset(mask, 0, sizeof(*mask));
	mask->bits[0] = strtoul(text, &end, 16);
	return *end ? -EINVAL : 0;
}

const struct cpumask *cpumask_of_node(int node)
{
	static __thread struct cpumask mask;
	unsigned int cpu;

	memset(&mask, 0, sizeof(mask));
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (user_node_of_cpu[cpu] == node)
			cpumask_set_cpu(cpu, &mask);
	}
	return &mask;
}
