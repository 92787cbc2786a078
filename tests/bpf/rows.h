/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Abbreviations for the tables of rows.
 */
#pragma once

#include "row.h"

#include "../../bpf/mark.bpf.h"

#define Q(id)                                                                                      \
	{                                                                                          \
		.tpid = ETH_P_8021Q, .vid = (id)                                                   \
	}
#define QP(id, prio)                                                                               \
	{                                                                                          \
		.tpid = ETH_P_8021Q, .vid = (id), .pcp = (prio)                                    \
	}
#define OLD(type, id)                                                                              \
	{                                                                                          \
		.tpid = (type), .vid = (id)                                                        \
	}
#define AD(id)                                                                                     \
	{                                                                                          \
		.tpid = ETH_P_8021AD, .vid = (id)                                                  \
	}

#define TABLE(table_name)                                                                          \
	const struct row_table table_name##_rows = {                                               \
		.rows = rows,                                                                      \
		.n_rows = sizeof(rows) / sizeof(rows[0]),                                          \
	}

#define UNSPEC	 ((uint32_t)TC_ACT_UNSPEC)
#define STOLEN	 TC_ACT_STOLEN
#define SHOT	 TC_ACT_SHOT
#define REDIRECT TC_ACT_REDIRECT

#define MARK_HOST (SVF_MARK_MAGIC | SVF_MARK_HOST)
#define MARK_FLOOD(block, source)                                                                  \
	(SVF_MARK_MAGIC | SVF_MARK_FLOOD | (block) << SVF_MARK_BLOCK_SHIFT | (source))
#define MARK_SHAPED(source) (SVF_MARK_MAGIC | SVF_MARK_SHAPED | (source))
#define MARK_SHAPED_HOST    MARK_SHAPED(SVF_PF_ID &SVF_MARK_SOURCE_MASK)
