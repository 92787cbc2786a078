/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All of a PF that can be asked for: whether it is up and how, which VFs it has, every attribute.
 * Read from the kernel it is the present, from a file (document.h) what shall be; plan.h leads from
 * one to the other. svf.json(5) describes its JSON.
 */
#pragma once

#include <net/if.h>

#include <jansson.h>

#include <svf/abi.h>
#include <svf/cleanup.h>
#include <svf/errmsg.h>

#include "attribute.h"
#include "cli.h"
#include "state.h"

#define SVF_DOCUMENT_VERSION 1

struct svf_setup {
	char pf[IFNAMSIZ];
	char netdev[IFNAMSIZ]; /* what it is called now: it may have been renamed */
	bool up;
	bool remains;		   /* not up, but an `up` or a `down` that was killed left things */
	struct svf_up_args args;   /* has_*: what was asked for, or all that is known */
	unsigned int mtu;	   /* of VFs for which none is set */
	struct svf_vf_set vfs;	   /* none if it is not up */
	struct svf_policy policy;  /* of it only the attributes of the PF */
	struct svf_vf_config *all; /* owned, SVF_UP_MAX_VFS; zero mac: the stable one */
};

struct svf_setup *svf_setup_free(struct svf_setup *setup);
SVF_DEFINE_CLEANUP(setup, struct svf_setup *, svf_setup_free(val_), NULL)

/* A PF that is down, every VF with the defaults. -ENOMEM. */
int svf_setup_new(struct svf_setup **ret_setup, const char *pf, unsigned int mtu);
/* The present. -ENODEV: no such netdev. A change of VFs that was cut short is refused (exit 4). */
int svf_setup_read(struct svf_setup **ret_setup, const char *pf, struct svf_errmsg *err);
/* A VF that has nothing set. */
void svf_setup_default_vf(const struct svf_setup *setup, struct svf_vf_config *ret_config);

/* Its object in "pfs": what differs from the defaults. NULL: out of memory. */
json_t *svf_setup_to_json(const struct svf_setup *setup);
/* {"version": 1, "pfs": [...]} of this array, which it takes over. NULL: out of memory. */
json_t *svf_setups_to_json(json_t *pfs);

/* --- options of `up` as keys (setup_options.c) --- */

struct svf_setup_option {
	enum svf_option_id id;
	size_t offset;	   /* of the value in struct svf_up_args */
	uint8_t size;	   /* of it, in bytes */
	size_t has_offset; /* of its has_ flag */
	bool rings;	   /* of the afxdp lane only */
	bool inverted;	   /* the field is 1 for the first choice */
};

#define SVF_N_SETUP_OPTIONS 7
extern const struct svf_setup_option svf_setup_options[SVF_N_SETUP_OPTIONS];
#define SVF_SETUP_KEY_MAX 16
/* "ring_size": the option's name with underscores. Fills and returns buf. */
const char *svf_setup_option_key(const struct svf_setup_option *option,
				 char buf[SVF_SETUP_KEY_MAX]);
/* The value as JSON. */
json_t *svf_setup_option_json(const struct svf_setup_option *option,
			      const struct svf_up_args *args);
/* Takes a JSON value. -EINVAL, with what it must be in reterr_text. */
int svf_setup_option_set(const struct svf_setup_option *option, const json_t *value,
			 struct svf_up_args *args, char *reterr_text, size_t size);
/* -EINVAL (exit 2) if what is asked for can only be had by `down` and `up`. */
int svf_setup_options_compare(const char *pf, const struct svf_up_args *has,
			      const struct svf_up_args *asked, struct svf_errmsg *err);
/* Appends " --lane tc ..." with what was asked for. */
void svf_setup_options_say(const struct svf_up_args *args, FILE *out);
