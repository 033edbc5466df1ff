/* wide.h -- functions whose vectors are as wide as the processor's, which is found out when the
 * program starts. They are the same C; only what the compiler makes of it differs. */
#ifndef BASE_WIDE_H
#define BASE_WIDE_H

/* Sanitizers look into what chooses, before they can. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) &&   \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define WIDE
#endif

#endif
