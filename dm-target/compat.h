/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that differs between kernels, and nothing else.
 *
 * The interface of path selectors is private to drivers/md: most distributions do
 * not ship its header. Where it is there it is used; elsewhere this file states
 * the binary interface of dm-multipath.ko from 5.8 on:
 *
 *	5.8	end_io gets start_time
 *	5.19	features stands between module and table_args
 *	7.x	dm_unregister_path_selector() returns nothing; its value is not used here
 *
 * dm-multipath copies sizeof(its own structure) out of ours when the selector is
 * registered, and no symbol version covers that. A structure with another layout
 * would give it shifted function pointers. Hence the asserts below, the room that
 * is left behind the structure, and tools/check-layout, which compares with the
 * type information of the kernel at hand.
 */
#ifndef DM_NUMA_COMPAT_H
#define DM_NUMA_COMPAT_H

#include <linux/device-mapper.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
#error "dm-numa-distance needs Linux 5.8 or later"
#endif

#if defined(__has_include)
#if __has_include(<../drivers/md/dm-path-selector.h>)
#define NPS_KERNEL_HEADER 1
#endif
#endif

#ifdef NPS_KERNEL_HEADER

#include <../drivers/md/dm-path-selector.h>

#define NPS_SELECTOR(name)	struct path_selector_type name
#define NPS_SELECTOR_INIT(...)	{ __VA_ARGS__ }
#define NPS_SELECTOR_TYPE(name)	(&(name))

#else /* !NPS_KERNEL_HEADER */

/* Vendor kernels carry members back without a new version: they have to be asked. */
#ifndef NPS_HAS_FEATURES
#if defined(RHEL_RELEASE_CODE)
#error "vendor kernel: say HAS_FEATURES=0 or HAS_FEATURES=1 (tools/check-layout tells which)"
#endif
#define NPS_HAS_FEATURES (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0))
#endif

struct dm_path {
	struct dm_dev *dev;
	void *pscontext;	/* ours */
};

struct path_selector_type;

struct path_selector {
	struct path_selector_type *type;
	void *context;		/* ours */
};

struct path_selector_type {
	char *name;
	struct module *module;
#if NPS_HAS_FEATURES
	unsigned int features;
#endif
	unsigned int table_args;
	unsigned int info_args;

	int (*create)(struct path_selector *ps, unsigned int argc, char **argv);
	void (*destroy)(struct path_selector *ps);
	int (*add_path)(struct path_selector *ps, struct dm_path *path, int argc, char **argv,
			char **error);
	struct dm_path *(*select_path)(struct path_selector *ps, size_t nr_bytes);
	void (*fail_path)(struct path_selector *ps, struct dm_path *path);
	int (*reinstate_path)(struct path_selector *ps, struct dm_path *path);
	int (*status)(struct path_selector *ps, struct dm_path *path, status_type_t type,
		      char *result, unsigned int maxlen);
	int (*start_io)(struct path_selector *ps, struct dm_path *path, size_t nr_bytes);
	int (*end_io)(struct path_selector *ps, struct dm_path *path, size_t nr_bytes,
		      u64 start_time);
};

#ifdef CONFIG_64BIT
#if NPS_HAS_FEATURES
static_assert(sizeof(struct path_selector_type) == 104);
static_assert(offsetof(struct path_selector_type, create) == 32);
#else
static_assert(sizeof(struct path_selector_type) == 96);
static_assert(offsetof(struct path_selector_type, create) == 24);
#endif
#endif

int dm_register_path_selector(struct path_selector_type *type);
int dm_unregister_path_selector(struct path_selector_type *type);

/* A newer kernel may copy more than we know of: it finds NULL there, not our other data. */
struct nps_padded_type {
	struct path_selector_type type;
	unsigned long room[16];
};

#define NPS_SELECTOR(name)	struct nps_padded_type name
#define NPS_SELECTOR_INIT(...)	{ .type = { __VA_ARGS__ } }
#define NPS_SELECTOR_TYPE(name)	(&(name).type)

#endif /* !NPS_KERNEL_HEADER */

#endif /* DM_NUMA_COMPAT_H */
