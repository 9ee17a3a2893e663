/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of the kernel as path selectors use, in user space: the module and the
 * kernel's own selectors compile against it unchanged. Every <linux/...> header
 * that they name is this file. Memory is counted and can be made to fail, the CPU
 * is a variable of the thread, and the topology and the clock are set by the
 * program (dm-target/user/machine.h).
 *
 * Accesses that the kernel marks (READ_ONCE and the like) are relaxed atomics, so
 * that the thread sanitizer reports exactly those that are not marked.
 */
#ifndef USER_KERNEL_H
#define USER_KERNEL_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef CONFIG_64BIT
#define CONFIG_64BIT 1
#endif

/* ------------------------------------------------------------ types */

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef long long s64;
typedef unsigned int gfp_t;

#ifndef U32_MAX
#define U32_MAX ((u32)~0u)
#endif

#define static_assert(expression, ...) _Static_assert(expression, #expression)
#define ____cacheline_aligned __attribute__((aligned(64)))
#define noinline __attribute__((noinline))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __init
#define __exit
#define __percpu
#define __maybe_unused __attribute__((unused))
#define fallthrough __attribute__((fallthrough))
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))
#define min(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max(a, b) ({ __typeof__(a) _c = (a); __typeof__(b) _d = (b); _c > _d ? _c : _d; })
#define clamp(value, low, high) min(max(value, low), high)
#define swap(a, b) do { __typeof__(a) _s = (a); (a) = (b); (b) = _s; } while (0)

/* ------------------------------------------------------------ shared memory */

#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value) __atomic_store_n(&(x), (value), __ATOMIC_RELAXED)

#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;

#define atomic_read(v) __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_set(v, i) __atomic_store_n(&(v)->counter, (i), __ATOMIC_RELAXED)
#define atomic_add(i, v) ((void)__atomic_fetch_add(&(v)->counter, (int)(i), __ATOMIC_RELAXED))
#define atomic_sub(i, v) ((void)__atomic_fetch_sub(&(v)->counter, (int)(i), __ATOMIC_RELAXED))
#define atomic_inc(v) atomic_add(1, v)
#define atomic_dec(v) atomic_sub(1, v)
#define atomic64_read(v) __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic64_set(v, i) __atomic_store_n(&(v)->counter, (i), __ATOMIC_RELAXED)
#define atomic64_add(i, v) ((void)__atomic_fetch_add(&(v)->counter, (i), __ATOMIC_RELAXED))
#define atomic64_add_return_relaxed(i, v) __atomic_add_fetch(&(v)->counter, (i), __ATOMIC_RELAXED)
#define atomic64_fetch_add_relaxed(i, v) __atomic_fetch_add(&(v)->counter, (i), __ATOMIC_RELAXED)

static inline bool test_and_set_bit_lock(unsigned int bit, unsigned long *word)
{
	return __atomic_fetch_or(word, 1UL << bit, __ATOMIC_ACQUIRE) >> bit & 1;
}

static inline void clear_bit_unlock(unsigned int bit, unsigned long *word)
{
	__atomic_fetch_and(word, ~(1UL << bit), __ATOMIC_RELEASE);
}

typedef struct { int refs; } refcount_t;

#define refcount_set(r, n) ((r)->refs = (n))
#define refcount_inc(r) ((r)->refs++)
#define refcount_dec_and_test(r) (--(r)->refs == 0)

/* Interrupts do not exist here; the lock itself is a real one. */
typedef struct { int held; } spinlock_t;

#define spin_lock_init(lock) ((lock)->held = 0)
#define spin_lock_irqsave(lock, flags) do { (void)(flags); user_spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) do { (void)(flags); user_spin_unlock(lock); } while (0)

static inline void user_spin_lock(spinlock_t *lock)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			__builtin_ia32_pause();
	}
}

static inline void user_spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

#define preempt_disable() do { } while (0)
#define preempt_enable() do { } while (0)

/* ------------------------------------------------------------ bits, numbers, text */

#define __ffs64(x) ((unsigned int)__builtin_ctzll(x))
#define hweight64(x) ((unsigned int)__builtin_popcountll(x))
#define div64_u64(a, b) ((u64)(a) / (u64)(b))

int user_scnprintf(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
#define scnprintf user_scnprintf

/* ------------------------------------------------------------ lists */

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define INIT_LIST_HEAD(head) ((head)->next = (head)->prev = (head))
#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_empty(head) ((head)->next == (head))
#define list_for_each_entry(p, head, member) \
	for (p = list_entry((head)->next, __typeof__(*p), member); &p->member != (head); \
	     p = list_entry(p->member.next, __typeof__(*p), member))
#define list_for_each_entry_safe(p, n, head, member) \
	for (p = list_entry((head)->next, __typeof__(*p), member), \
	     n = list_entry(p->member.next, __typeof__(*p), member); &p->member != (head); \
	     p = n, n = list_entry(n->member.next, __typeof__(*n), member))

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	entry->prev = head->prev;
	entry->next = head;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	list_add_tail(entry, head->next);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add_tail(entry, head);
}

/* ------------------------------------------------------------ memory */

#define GFP_KERNEL 0u

void *user_alloc(size_t count, size_t size);
void user_free(void *memory);

#define kzalloc(size, gfp) user_alloc(1, size)
#define kzalloc_node(size, gfp, node) user_alloc(1, size)
#define kmalloc(size, gfp) user_alloc(1, size)
#define kcalloc(count, size, gfp) user_alloc(count, size)
#define kvcalloc(count, size, gfp) user_alloc(count, size)
#define kfree(memory) user_free(memory)
#define kvfree(memory) user_free(memory)

/* ------------------------------------------------------------ CPUs and nodes */

#define NUMA_NO_NODE (-1)
#define USER_CPUS 256
#define USER_NODES 64

extern __thread unsigned int user_cpu;
extern unsigned int nr_cpu_ids;
extern unsigned int nr_node_ids;
extern int user_node_of_cpu[USER_CPUS];
extern u64 user_possible_nodes;

int node_distance(int from, int to);

#define smp_processor_id() (user_cpu)
#define get_cpu() (user_cpu)
#define put_cpu() do { } while (0)
#define numa_node_id() (user_node_of_cpu[user_cpu])
#define cpu_to_node(cpu) (user_node_of_cpu[cpu])
#define node_possible(node) ((bool)(user_possible_nodes >> (node) & 1))
#define node_online(node) node_possible(node)

#define alloc_percpu(type) ((type *)user_alloc(USER_CPUS, sizeof(type)))
#define free_percpu(pointer) user_free(pointer)
#define per_cpu_ptr(pointer, cpu) (&(pointer)[cpu])
#define raw_cpu_ptr(pointer) (&(pointer)[user_cpu])
#define this_cpu_ptr(pointer) (&(pointer)[user_cpu])
/* The kernel's takes a lvalue behind a per-CPU pointer: s->cpu->member. */
#define this_cpu_inc(lvalue) user_this_cpu_inc(&(lvalue), sizeof(struct nps_cpu))

static inline void user_this_cpu_inc(u64 *counter, size_t stride)
{
	u64 *mine = (u64 *)((char *)counter + user_cpu * stride);

	__atomic_store_n(mine, __atomic_load_n(mine, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++)

struct cpumask { unsigned long bits[USER_CPUS / 64]; };
typedef struct cpumask *cpumask_var_t;

#define zalloc_cpumask_var(mask, gfp) ((*(mask) = user_alloc(1, sizeof(struct cpumask))) != NULL)
#define free_cpumask_var(mask) user_free(mask)
#define cpumask_set_cpu(cpu, mask) ((mask)->bits[(cpu) / 64] |= 1UL << ((cpu) % 64))
#define cpumask_clear_cpu(cpu, mask) ((mask)->bits[(cpu) / 64] &= ~(1UL << ((cpu) % 64)))
#define cpumask_test_cpu(cpu, mask) ((mask)->bits[(cpu) / 64] >> ((cpu) % 64) & 1)
#define cpumask_pr_args(mask) 0, (mask)
#define for_each_cpu(cpu, mask) \
	for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++) \
		if (cpumask_test_cpu(cpu, mask))

int cpumask_parse(const char *text, struct cpumask *mask);
const struct cpumask *cpumask_of_node(int node);

/* ------------------------------------------------------------ time */

extern u64 (*user_clock)(void);

#define ktime_get_ns() user_clock()
#define time_after64(a, b) ((s64)((b) - (a)) < 0)
#define time_before64(a, b) time_after64(b, a)

/* ------------------------------------------------------------ modules, device-mapper */

#define THIS_MODULE NULL
#define EXPORT_SYMBOL_GPL(symbol)
#define MODULE_DESCRIPTION(text)
#define MODULE_AUTHOR(text)
#define MODULE_VERSION(text)
#define MODULE_LICENSE(text)
#define MODULE_ALIAS(text)

/* USER_MODULE is the module's name; the program calls user_NAME_init and user_NAME_exit. */
#define USER_PASTE_(a, b, c) a##b##c
#define USER_PASTE(a, b, c) USER_PASTE_(a, b, c)
#define module_init(function) \
	int USER_PASTE(user_, USER_MODULE, _init)(void); \
	int USER_PASTE(user_, USER_MODULE, _init)(void) { return function(); }
#define module_exit(function) \
	void USER_PASTE(user_, USER_MODULE, _exit)(void); \
	void USER_PASTE(user_, USER_MODULE, _exit)(void) { function(); }

#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))
#ifndef LINUX_VERSION_CODE
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 1, 0)
#endif

#define DM_NAME "device-mapper"

struct device { int numa_node; };
struct gendisk { struct device device; };
struct block_device { struct gendisk *bd_disk; };
struct dm_dev { struct block_device *bdev; char name[16]; };

#define disk_to_dev(disk) (&(disk)->device)
#define dev_to_node(dev) ((dev)->numa_node)

typedef enum { STATUSTYPE_INFO, STATUSTYPE_TABLE, STATUSTYPE_IMA } status_type_t;

void user_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define DMERR(format, ...) user_log(DM_MSG_PREFIX ": " format, ##__VA_ARGS__)
#define DMWARN(format, ...) user_log(DM_MSG_PREFIX ": " format, ##__VA_ARGS__)
#define DMWARN_LIMIT(format, ...) user_log(DM_MSG_PREFIX ": " format, ##__VA_ARGS__)
#define DMINFO(format, ...) do { } while (0)
#define DMEMIT(...) \
	(sz += (unsigned int)sz >= maxlen ? 0 : scnprintf(result + sz, maxlen - (unsigned int)sz, \
							  __VA_ARGS__))

#endif /* USER_KERNEL_H */
