/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of KUnit as the suite uses; the program that includes it runs the suite. */
#ifndef USER_KUNIT_TEST_H
#define USER_KUNIT_TEST_H

#include <user/kernel.h>

struct kunit {
	const char *name;
	unsigned int failures;
	void *memory[64];
	unsigned int memories;
};

struct kunit_case {
	void (*run)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(function) { function, #function }

static inline void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	void *memory = kzalloc(size, gfp);

	if (test->memories < 64)
		test->memory[test->memories++] = memory;
	return memory;
}

#define USER_KUNIT_CHECK(test, good, text, then) do { \
	if (!(good)) { \
		printf("# %s: %s:%d: %s\n", (test)->name, __FILE__, __LINE__, text); \
		(test)->failures++; \
		then; \
	} \
} while (0)

#define KUNIT_EXPECT_EQ(test, a, b) USER_KUNIT_CHECK(test, (a) == (b), #a " == " #b, )
#define KUNIT_EXPECT_GE(test, a, b) USER_KUNIT_CHECK(test, (a) >= (b), #a " >= " #b, )
#define KUNIT_EXPECT_LE(test, a, b) USER_KUNIT_CHECK(test, (a) <= (b), #a " <= " #b, )
#define KUNIT_EXPECT_TRUE(test, a) USER_KUNIT_CHECK(test, a, #a, )
#define KUNIT_EXPECT_FALSE(test, a) USER_KUNIT_CHECK(test, !(a), "!(" #a ")", )
#define KUNIT_ASSERT_TRUE(test, a) USER_KUNIT_CHECK(test, a, #a, exit(1))
#define KUNIT_ASSERT_NOT_NULL(test, a) USER_KUNIT_CHECK(test, (a) != NULL, #a, exit(1))

static inline int user_kunit_run(const struct kunit_suite *suite)
{
	unsigned int failed = 0, n = 0;
	struct kunit_case *c;

	for (c = suite->test_cases; c->run; c++) {
		struct kunit test = { .name = c->name };

		c->run(&test);
		while (test.memories)
			kfree(test.memory[--test.memories]);
		failed += !!test.failures;
		printf("%s %u %s\n", test.failures ? "not ok" : "ok", ++n, c->name);
	}
	printf("# %s: %u of %u cases failed\n", suite->name, failed, n);
	return failed ? 1 : 0;
}

#define kunit_test_suite(suite) int main(void) { return user_kunit_run(&(suite)); }

#endif /* USER_KUNIT_TEST_H */
