// SPDX-License-Identifier: GPL-2.0-or-later
/* A selector that always takes its first path: what the harness costs without one. */
#include "../compat.h"

#include <linux/module.h>

static int nothing_create(struct path_selector *ps, unsigned int argc, char **argv)
{
	ps->context = NULL;
	return 0;
}

static void nothing_destroy(struct path_selector *ps)
{
}

static int nothing_add_path(struct path_selector *ps, struct dm_path *path, int argc, char **argv,
			    char **error)
{
	if (!ps->context)
		ps->context = path;
	return 0;
}

static struct dm_path *nothing_select_path(struct path_selector *ps, size_t nr_bytes)
{
	return ps->context;
}

static void nothing_fail_path(struct path_selector *ps, struct dm_path *path)
{
}

static int nothing_reinstate_path(struct path_selector *ps, struct dm_path *path)
{
	return 0;
}

static int nothing_status(struct path_selector *ps, struct dm_path *path, status_type_t type,
			  char *result, unsigned int maxlen)
{
	return 0;
}

static NPS_SELECTOR(nothing_selector) = NPS_SELECTOR_INIT(
	.name		= "nothing",
	.module		= THIS_MODULE,
	.create		= nothing_create,
	.destroy	= nothing_destroy,
	.add_path	= nothing_add_path,
	.select_path	= nothing_select_path,
	.fail_path	= nothing_fail_path,
	.reinstate_path	= nothing_reinstate_path,
	.status		= nothing_status,
);

static int __init nothing_init(void)
{
	return dm_register_path_selector(NPS_SELECTOR_TYPE(nothing_selector));
}

module_init(nothing_init);
