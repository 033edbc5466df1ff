/* limits.h -- how far anything that comes from outside may go. Beyond it is damage, said as such.
 */
#ifndef AVRO_LIMITS_H
#define AVRO_LIMITS_H

#define AVRO_MAX_DEPTH        64            /* of records, arrays, maps in schemas and in data */
#define AVRO_MAX_SCHEMA       (1024 * 1024) /* bytes of JSON; that of messages has 6 KiB */
#define AVRO_MAX_VALUES       65536 /* of it, keys too; a table of 5,000 columns has fewer */
#define AVRO_MAX_NAME         1024  /* bytes of a name, namespace included */
#define AVRO_MAX_FREE_PARTS   64    /* parts of one record that take no bytes */
#define AVRO_MAX_PARTS_A_BYTE 8     /* as many of them, records in it too, for each byte it takes */
#define AVRO_MAX_METADATA     (16 * 1024 * 1024) /* bytes of a header's metadata, schema included */
#define AVRO_MAX_ENTRIES      65536              /* of that metadata */
#define AVRO_MAX_BLOCK        (64 * 1024 * 1024) /* bytes, on either side of the codec */
#define AVRO_MAX_RECORDS      (4 * 1024 * 1024)  /* of a block; a thousand is usual */
#define AVRO_MAX_RATIO        1000 /* bytes unpacked for each of a file, beyond AVRO_MAX_BLOCK */
#define AVRO_MAX_CHECKED      (16 * 1024 * 1024)   /* values, and what they stand in, of a block */
#define AVRO_MAX_JSON         (2 * AVRO_MAX_BLOCK) /* bytes, of one datum */
#define AVRO_MAX_FREE_ITEMS   1000000              /* records or items that take no bytes */
#define AVRO_MAX_LIST         1000000              /* items of a list a stage reads */
#define AVRO_MAX_DECODED      (64 * 1024 * 1024)   /* bytes a record's decoded fields may take */

#endif
