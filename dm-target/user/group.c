// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A path group as dm-mpath makes one: the registry of selectors, and the part of
 * the table parser that hands arguments to them. It keeps dm-mpath's promises and
 * no more: create sees all selector arguments at once, add_path exactly the
 * announced number, fail_path only active paths, status with a short buffer.
 */
#include "../compat.h"

#include "machine.h"

#define GROUP_WORDS_MAX 1024
#define GROUP_PATHS_MAX 1024

extern struct gendisk user_disks[128];

struct group_path {
	struct dm_path path;
	struct dm_dev dev;
	struct block_device bdev;
	bool failed;
};

struct user_group {
	struct path_selector ps;
	bool created;
	int paths;
	struct group_path *path;
};

static struct path_selector_type *types[16];

int dm_register_path_selector(struct path_selector_type *type)
{
	unsigned int i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!types[i]) {
			types[i] = type;
			return 0;
		}
		if (!strcmp(types[i]->name, type->name))
			return -EEXIST;
	}
	return -ENOMEM;
}

int dm_unregister_path_selector(struct path_selector_type *type)
{
	unsigned int i, last = 0;

	while (last < sizeof(types) / sizeof(*types) && types[last])
		last++;
	for (i = 0; i < last; i++) {
		if (types[i] == type) {
			types[i] = types[last - 1];
			types[last - 1] = NULL;
			return 0;
		}
	}
	return -ENODEV;
}

int user_numa_distance_init(void);
void user_numa_distance_exit(void);

int user_load_module(void)
{
	return user_numa_distance_init();
}

void user_unload_module(void)
{
	user_numa_distance_exit();
}

static struct path_selector_type *find_type(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(types) / sizeof(*types) && types[i]; i++) {
		if (!strcmp(types[i]->name, name))
			return types[i];
	}
	return NULL;
}

/* ------------------------------------------------------------ loading */

struct words {
	char *word[GROUP_WORDS_MAX];
	int count, at;
};

static bool take_number(struct words *words, unsigned long most, unsigned long *number)
{
	char *end;

	if (words->at == words->count)
		return false;
	*number = strtoul(words->word[words->at], &end, 10);
	if (*end || end == words->word[words->at] || *number > most)
		return false;
	words->at++;
	return true;
}

static const char *load_path(struct user_group *group, struct words *words, int args)
{
	struct group_path *path = &group->path[group->paths];
	const char *word = words->word[words->at++];
	char *error = NULL;
	unsigned long disk;
	char *end;

	if (strncmp(word, "8:", 2))
		return "device is not 8:N";
	disk = strtoul(word + 2, &end, 10);
	if (*end || end == word + 2 || disk >= sizeof(user_disks) / sizeof(*user_disks))
		return "no such device";
	path->bdev.bd_disk = &user_disks[disk];
	path->dev.bdev = &path->bdev;
	snprintf(path->dev.name, sizeof(path->dev.name), "%s", word);
	path->path.dev = &path->dev;
	if (group->ps.type->add_path(&group->ps, &path->path, args, words->word + words->at,
				     &error))
		return error ? error : "error attaching path";
	words->at += args;
	group->paths++;
	return NULL;
}

static const char *load_words(struct user_group *group, struct words *words)
{
	unsigned long args, paths, i;
	const char *error;

	if (words->at == words->count)
		return "no selector";
	group->ps.type = find_type(words->word[words->at++]);
	if (!group->ps.type)
		return "unknown path selector type";
	if (!take_number(words, 1024, &args) || (int)args > words->count - words->at)
		return "invalid number of path selector args";
	if (group->ps.type->create(&group->ps, (unsigned int)args, words->word + words->at))
		return "path selector constructor failed";
	group->created = true;
	words->at += (int)args;
	if (!take_number(words, GROUP_PATHS_MAX, &paths))
		return "invalid number of paths";
	if (!take_number(words, 1024, &args))
		return "invalid number of path args";
	for (i = 0; i < paths; i++) {
		if (words->count - words->at < (int)args + 1)
			return "not enough path parameters";
		error = load_path(group, words, (int)args);
		if (error)
			return error;
	}
	return words->at == words->count ? NULL : "too many words";
}

struct user_group *user_group_load(const char *text, const char **error)
{
	struct user_group *group = calloc(1, sizeof(*group));
	struct words *words = calloc(1, sizeof(*words));
	char *copy = strdup(text), *rest = NULL, *word;

	group->path = calloc(GROUP_PATHS_MAX, sizeof(*group->path));
	for (word = strtok_r(copy, " \t\n", &rest); word && words->count < GROUP_WORDS_MAX;
	     word = strtok_r(NULL, " \t\n", &rest))
		words->word[words->count++] = word;
	*error = load_words(group, words);
	free(words);
	free(copy);
	if (!*error)
		return group;
	user_group_free(group);
	return NULL;
}

void user_group_free(struct user_group *group)
{
	if (group->created)
		group->ps.type->destroy(&group->ps);
	free(group->path);
	free(group);
}

/* ------------------------------------------------------------ use */

int user_group_paths(const struct user_group *group)
{
	return group->paths;
}

int user_group_select(struct user_group *group, size_t bytes)
{
	struct dm_path *path = group->ps.type->select_path(&group->ps, bytes);

	return path ? (int)(container_of(path, struct group_path, path) - group->path) : -1;
}

void user_group_start(struct user_group *group, int path, size_t bytes)
{
	if (group->ps.type->start_io)
		group->ps.type->start_io(&group->ps, &group->path[path].path, bytes);
}

void user_group_end(struct user_group *group, int path, size_t bytes)
{
	if (group->ps.type->end_io)
		group->ps.type->end_io(&group->ps, &group->path[path].path, bytes, 0);
}

void user_group_fail(struct user_group *group, int path)
{
	if (group->path[path].failed)
		return;
	group->path[path].failed = true;
	group->ps.type->fail_path(&group->ps, &group->path[path].path);
}

void user_group_reinstate(struct user_group *group, int path)
{
	if (!group->path[path].failed)
		return;
	group->path[path].failed = false;
	group->ps.type->reinstate_path(&group->ps, &group->path[path].path);
}

static int print(struct user_group *group, status_type_t type, char *result, size_t size)
{
	unsigned int maxlen = (unsigned int)size;
	struct path_selector_type *t = group->ps.type;
	int i, sz = 0;

	if (!size)
		return 0;
	result[0] = '\0';
	if (type == STATUSTYPE_TABLE)
		DMEMIT("%s ", t->name);
	sz += t->status(&group->ps, NULL, type, result + sz, maxlen - (unsigned int)sz);
	DMEMIT("%d %u ", group->paths, type == STATUSTYPE_TABLE ? t->table_args : t->info_args);
	for (i = 0; i < group->paths; i++) {
		DMEMIT("%s ", group->path[i].dev.name);
		if (type == STATUSTYPE_INFO)
			DMEMIT("%s 0 ", group->path[i].failed ? "F" : "A");
		sz += t->status(&group->ps, &group->path[i].path, type, result + sz,
				maxlen - (unsigned int)sz);
	}
	while (sz > 0 && result[sz - 1] == ' ')
		result[--sz] = '\0';
	return sz;
}

int user_group_table(struct user_group *group, char *text, size_t size)
{
	return print(group, STATUSTYPE_TABLE, text, size);
}

int user_group_info(struct user_group *group, char *text, size_t size)
{
	return print(group, STATUSTYPE_INFO, text, size);
}
