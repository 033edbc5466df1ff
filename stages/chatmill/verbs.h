/* verbs.h -- what chatmill itself can do with several stages. Each takes argv[0], its own name, and
 * what follows, and returns the exit status: 0 ended well, 1 failed (or refused), 2 wrong usage. */
#ifndef CHATMILL_VERBS_H
#define CHATMILL_VERBS_H

int verb_stages(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_cat(int argc, char **argv);
int verb_run(int argc, char **argv);
int verb_topics(int argc, char **argv);
int verb_status(int argc, char **argv);
int verb_replay(int argc, char **argv);

#endif
