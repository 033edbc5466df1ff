#include "base/map.h"
#include "check.h"
#include <stdio.h>
#include <stdlib.h>

enum { KEYS = 5000 };
static char names[KEYS][16];
static int values[KEYS];

static struct str
key(size_t i)
{
	snprintf(names[i], sizeof(names[i]), "key %zu", i);
	return str_of(names[i]);
}

static void
an_empty_map_holds_nothing(void **state)
{
	struct map m = {0};

	(void)state;
	assert_null(map_get(&m, STR("a")));
	map_remove(&m, STR("a"));
	map_free(&m);
}

static void
what_was_placed_is_found_and_nothing_else(void **state)
{
	struct map m = {0};

	(void)state;
	for (size_t i = 0; i < KEYS; i++) {
		assert_null(map_get(&m, key(i)));
		void **place = map_place(&m, key(i));
		assert_null(*place);
		*place = &values[i];
	}
	assert_int_equal(m.count, KEYS);
	for (size_t i = 0; i < KEYS; i++)
		assert_ptr_equal(map_get(&m, key(i)), &values[i]);
	assert_ptr_equal(*map_place(&m, key(17)), &values[17]);
	assert_int_equal(m.count, KEYS);
	assert_null(map_get(&m, STR("key")));
	assert_null(map_get(&m, STR("")));
	map_free(&m);
}

static void
the_empty_key_and_keys_with_nul_are_keys(void **state)
{
	struct map m = {0};

	(void)state;
	*map_place(&m, STR("")) = &values[0];
	*map_place(&m, STR("a\0b")) = &values[1];
	assert_ptr_equal(map_get(&m, (struct str){0}), &values[0]);
	assert_ptr_equal(map_get(&m, STR("a\0b")), &values[1]);
	assert_null(map_get(&m, STR("a")));
	map_free(&m);
}

static void
removed_keys_are_gone_and_may_come_back(void **state)
{
	struct map m = {0};

	(void)state;
	for (size_t i = 0; i < KEYS; i++)
		*map_place(&m, key(i)) = &values[i];
	for (size_t i = 0; i < KEYS; i += 2)
		map_remove(&m, key(i));
	assert_int_equal(m.count, KEYS / 2);
	for (size_t i = 0; i < KEYS; i++)
		assert_ptr_equal(map_get(&m, key(i)), i % 2 == 0 ? NULL : &values[i]);
	map_remove(&m, key(0));
	assert_int_equal(m.count, KEYS / 2);
	assert_null(*map_place(&m, key(0)));
	assert_int_equal(m.count, KEYS / 2 + 1);
	map_free(&m);
}

static void
keys_that_come_and_go_do_not_fill_the_table(void **state)
{
	struct map m = {0};

	(void)state;
	for (int round = 0; round < 100; round++)
		for (size_t i = 0; i < 100; i++) {
			*map_place(&m, key(i)) = &values[i];
			map_remove(&m, key(i));
		}
	assert_int_equal(m.count, 0);
	assert_true(m.slot_count <= 64);
	map_free(&m);
}

static void
entries_stand_in_the_order_of_insertion(void **state)
{
	struct map m = {0};
	size_t next = 0;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		*map_place(&m, key(i)) = &values[i];
	map_remove(&m, key(50));
	for (size_t i = 0; i < m.used; i++) {
		if (!m.entries[i].live)
			continue;
		next += next == 50;
		assert_ptr_equal(m.entries[i].value, &values[next++]);
	}
	assert_int_equal(next, 100);
	map_free(&m);
}

RUN_TESTS(TEST(an_empty_map_holds_nothing), TEST(what_was_placed_is_found_and_nothing_else),
	  TEST(the_empty_key_and_keys_with_nul_are_keys),
	  TEST(removed_keys_are_gone_and_may_come_back),
	  TEST(keys_that_come_and_go_do_not_fill_the_table),
	  TEST(entries_stand_in_the_order_of_insertion))
