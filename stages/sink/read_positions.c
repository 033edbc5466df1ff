#include "read_positions.h"

#include "base/map.h"
#include "base/mem.h"
#include "database_tables.h"

struct claim {
	char *input;
	int64_t epoch;
};
struct read_positions {
	struct map claims; /* ours, to struct claim */
};

struct read_positions *
read_positions_new(void)
{
	return mem_zero(1, sizeof(struct read_positions));
}

void
read_positions_free(struct read_positions *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->claims.used; i++) {
		struct claim *claim = p->claims.entries[i].value;
		free(claim->input);
		free(claim);
	}
	map_free(&p->claims);
	free(p);
}

static struct claim *
find_claim(struct read_positions *p, struct str input)
{
	struct claim *claim = map_get(&p->claims, input);

	if (claim == NULL) {
		claim = mem_zero(1, sizeof(*claim));
		claim->input = str_dup(input);
		*map_place(&p->claims, str_of(claim->input)) = claim;
	}
	return claim;
}

int
read_positions_claim(struct read_positions *p, struct database *db, struct str input,
		     struct buf *position, struct err *err)
{
	static const char sql[] = "INSERT INTO positions VALUES (?1, NULL, 1) ON CONFLICT DO UPDATE"
				  " SET epoch = epoch + 1 RETURNING position, epoch";
	sqlite3_stmt *stmt;
	int result = -1;

	if (database_run(db, database_positions, err) != 0)
		return -1;
	stmt = database_prepare(db, STR(sql), err);
	if (stmt == NULL)
		return -1;
	database_bind_text(stmt, 1, input);
	if (database_step(db, stmt, "write", err) == 1) {
		buf_add(position, (struct str){(const char *)sqlite3_column_text(stmt, 0),
					       (size_t)sqlite3_column_bytes(stmt, 0)});
		find_claim(p, input)->epoch = sqlite3_column_int64(stmt, 1);
		result = 0;
	}
	sqlite3_finalize(stmt);
	return result;
}

int
read_positions_store(struct read_positions *p, struct database *db, struct str input,
		     struct str position, struct err *err)
{
	static const char sql[] =
		"UPDATE positions SET position = ?2 WHERE input = ?1 AND epoch = ?3";
	sqlite3_stmt *stmt = database_prepare(db, STR(sql), err);
	int result = -1;

	if (stmt == NULL)
		return -1;
	database_bind_text(stmt, 1, input);
	database_bind_text(stmt, 2, position);
	sqlite3_bind_int64(stmt, 3, find_claim(p, input)->epoch);
	if (database_step(db, stmt, "write", err) == 0)
		result = sqlite3_changes(database_handle(db)) == 1
				 ? 0
				 : err_set(err, ERR_RETRY,
					   "another process has claimed \"%.*s\" and reads it now",
					   STR_ARG(input));
	sqlite3_finalize(stmt);
	return result;
}
