/* file_name.h -- what the name of an attachment says. */
#ifndef FILE_NAME_H
#define FILE_NAME_H

#include "message.h"

bool file_name_has_extension(struct str name); /* a dot, one to five letters or digits */
bool file_name_is_whatsapp(struct str name);   /* IMG-20220323-WA0002.jpg, 00000035-PHOTO-... */
enum message_kind file_name_kind(struct str name);

/* As the sender called it: without the number that an iPhone puts in front. */
struct str file_name_original(struct str name);
/* The name on a contact card: without number and extension. No bytes: it has none. */
struct str file_name_of_contact(struct str name);

#endif
