/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Puts VFs into what ip(8) printed of one or many netdevs, where ip itself would have printed them:
 * behind a netdev's statistics, before its alternative names. A netdev is known by its number,
 * which names and altnames cannot make wrong.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/* What belongs to the netdev: whole lines to add, the caller's to free; NULL: nothing. */
typedef char *(*svf_ip_lines_fn)(void *arg, int ifindex);
/* Its vfinfo_list (a reference for the caller); NULL: none. */
typedef json_t *(*svf_ip_list_fn)(void *arg, int ifindex);

/* text: of `ip link show`, with or without -s, -d, -c; oneline: with -o, and lines that are added
 * are joined to it in ip's manner. */
void svf_ip_merge_text(FILE *out, const char *text, bool oneline, svf_ip_lines_fn lines, void *arg);

/* What `ip -j` printed. Aliases may have any bytes, and ip prints them as they are: where that is
 * no UTF-8, and so no JSON, "?" stands for each such byte. NULL: no JSON. */
json_t *svf_ip_parse(const char *text);

/* links: of `ip -j link show`, an array of objects. A new array (ip's own {} for netdevs it left
 * out stay); NULL if memory ran out. */
json_t *svf_ip_merge_json(const json_t *links, svf_ip_list_fn list, void *arg);
/* One element. list is taken over. */
json_t *svf_ip_merge_object(json_t *link, json_t *list);
