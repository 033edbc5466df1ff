/* database_tables.h -- the tables, indexes and views of a chat database, as SQL. What they mean is
 * told in chatmill-sink(1). */
#ifndef SINK_DATABASE_TABLES_H
#define SINK_DATABASE_TABLES_H

extern const char database_tables[], database_indexes[];
/* Of how far inputs were read; made when one is claimed. */
extern const char database_positions[];

#endif
