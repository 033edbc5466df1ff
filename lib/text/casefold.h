/* casefold.h -- texts that differ only in case, width or composition made equal. */
#ifndef TEXT_CASEFOLD_H
#define TEXT_CASEFOLD_H

#include "base/buf.h"

/* What a letter with UNICODE_FOLDS_TO_LOWER becomes. */
uint32_t casefold_letter(uint32_t);

/* Appends NFKC_Casefold of valid text (what is ignorable by default, is left out). */
void casefold_add(struct buf *, struct str text);

#endif
