/* codec.h -- what an Avro block's bytes are packed with: null, deflate (libdeflate), snappy with
 * its CRC (libsnappy, zlib), zstandard (libzstd). One object serves one thread. */
#ifndef AVRO_CODEC_H
#define AVRO_CODEC_H

#include "base/buf.h"
#include "base/err.h"

struct codec;

/* name as in avro.codec; "" is null. ERR_INPUT names the codecs there are. */
struct codec *codec_new(struct str name, struct err *);
void codec_free(struct codec *);
bool codec_is_null(const struct codec *);

void codec_pack(struct codec *, struct str plain, struct buf *out); /* replaces out */
/* Replaces out; never writes more than limit bytes. ERR_INPUT: damaged, or larger than that. */
int codec_unpack(struct codec *, struct str packed, size_t limit, struct buf *out, struct err *);

#endif
