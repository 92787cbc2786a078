/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of VF numbers: which VFs a PF has, or is to have. Numbers are 0 to SVF_UP_MAX_VFS - 1 and
 * may have holes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <svf/abi.h>
#include <svf/errmsg.h>

#define SVF_VF_SET_WORDS (SVF_UP_MAX_VFS / 64)
_Static_assert(SVF_UP_MAX_VFS % 64 == 0, "words are full");

struct svf_vf_set {
	uint64_t words[SVF_VF_SET_WORDS]; /* bit VF % 64 of word VF / 64 */
};

static inline bool svf_vf_set_has(const struct svf_vf_set *set, unsigned int vf)
{
	return vf < SVF_UP_MAX_VFS && set->words[vf / 64] >> vf % 64 & 1;
}

static inline void svf_vf_set_add(struct svf_vf_set *set, unsigned int vf)
{
	set->words[vf / 64] |= UINT64_C(1) << vf % 64;
}

static inline void svf_vf_set_remove(struct svf_vf_set *set, unsigned int vf)
{
	set->words[vf / 64] &= ~(UINT64_C(1) << vf % 64);
}

static inline unsigned int svf_vf_set_count(const struct svf_vf_set *set)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < SVF_VF_SET_WORDS; i++)
		count += (unsigned int)__builtin_popcountll(set->words[i]);
	return count;
}

/* The number that all members are below; 0 for an empty set. */
static inline unsigned int svf_vf_set_limit(const struct svf_vf_set *set)
{
	unsigned int limit = SVF_UP_MAX_VFS;

	while (limit && !svf_vf_set_has(set, limit - 1))
		limit--;
	return limit;
}

/* The lowest number that is not in it; SVF_UP_MAX_VFS if all are. */
static inline unsigned int svf_vf_set_first_free(const struct svf_vf_set *set)
{
	unsigned int vf = 0;

	while (svf_vf_set_has(set, vf))
		vf++;
	return vf;
}

/* Members of `a` that are not in `b`. */
static inline struct svf_vf_set svf_vf_set_minus(const struct svf_vf_set *a,
						 const struct svf_vf_set *b)
{
	struct svf_vf_set result;

	for (unsigned int i = 0; i < SVF_VF_SET_WORDS; i++)
		result.words[i] = a->words[i] & ~b->words[i];
	return result;
}

/* Fills or empties it up to `count`: added are the lowest free numbers, removed the highest ones.
 */
static inline void svf_vf_set_resize(struct svf_vf_set *set, unsigned int count)
{
	while (svf_vf_set_count(set) < count)
		svf_vf_set_add(set, svf_vf_set_first_free(set));
	while (svf_vf_set_count(set) > count)
		svf_vf_set_remove(set, svf_vf_set_limit(set) - 1);
}

#define SVF_VF_SET_TEXT_MAX 1024 /* every other number */
/* "0-3, 5"; "none" for an empty set. */
void svf_vf_set_format(char buf[SVF_VF_SET_TEXT_MAX], const struct svf_vf_set *set);
/* -ENOENT (exit 3): the PF has no such VF, it has these. */
int svf_vf_set_refuse(const struct svf_vf_set *set, const char *pf, unsigned int vf,
		      struct svf_errmsg *err);
