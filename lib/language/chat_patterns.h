/* chat_patterns.h -- what is written in chats and is no word: links, addresses, numbers of phones.
 * Each function says how many bytes of a valid text, from `at` on, are one; 0: none begins there.
 */
#ifndef LANGUAGE_CHAT_PATTERNS_H
#define LANGUAGE_CHAT_PATTERNS_H

#include "base/str.h"

/* With a scheme or www., or a domain of a well-known top level; without the sentence's own
 * punctuation at its end. */
size_t chat_url_size(struct str text, size_t at);
size_t chat_email_size(struct str text, size_t at);
size_t chat_hashtag_size(struct str text, size_t at); /* at the #; one of digits alone is none */
/* At the @: a name without spaces, or any between the marks U+2068 and U+2069 that WhatsApp puts.
 */
size_t chat_mention_size(struct str text, size_t at);
size_t chat_phone_size(struct str text, size_t at); /* at a digit, a + or a ( */
size_t chat_time_size(struct str text, size_t at);  /* at a digit: 18:30, 6:30pm, 18h30 */
/* At a digit of whatever script: ٥:٣٠. */
size_t chat_native_time_size(struct str text, size_t at);
size_t chat_number_size(struct str text, size_t at); /* at a digit; dates, fractions, 1.000,50 */
bool chat_unit_at(struct str text, size_t at);       /* behind a number: cm, GB, min */

#endif
