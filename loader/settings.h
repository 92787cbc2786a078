/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the PF that VFs need: VLAN tags left in the data and not filtered, all multicast
 * groups and the VFs' addresses let through. What is changed is written into state.before first.
 */
#pragma once

#include <stddef.h>

#include "link.h"
#include "state.h"

struct svf_settings_text {
	char text[512]; /* phrases with "; " between */
};

/* Appends a phrase (printf format); what does not fit is left out. */
void svf_settings_say(struct svf_settings_text *said, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads the PF and fills state->before with what has to change; changes nothing. */
int svf_settings_plan(const struct svf_link *pf, struct svf_state *state, struct svf_errmsg *err);

/* Makes the planned changes (state is saved already) and says each. What the driver cannot
 * change, and rings can do without, leaves state->before: the next save is the caller's. */
int svf_settings_apply(struct svf_nl *nl, const struct svf_link *pf, struct svf_state *state,
		       struct svf_settings_text *said, struct svf_errmsg *err);

/* Lets the addresses in state->filters through: a unicast filter for each, or promiscuous mode
 * where the driver has no room. Those that were there before leave the list; state is saved
 * before and after. */
int svf_settings_add_filters(struct svf_nl *nl, const struct svf_link *pf,
			     const struct svf_paths *paths, struct svf_state *state,
			     struct svf_settings_text *said, struct svf_errmsg *err);

/* The same for one more address. The state is saved before, with it in the list: what is there
 * then, and was not before, is ours. */
int svf_settings_add_filter(struct svf_nl *nl, const struct svf_link *pf,
			    const struct svf_paths *paths, struct svf_state *state,
			    const uint8_t mac[ETH_ALEN], struct svf_errmsg *err);
/* Takes an address off the list and off the PF; success if it is not there. */
int svf_settings_del_filter(struct svf_nl *nl, const struct svf_link *pf, struct svf_state *state,
			    const uint8_t mac[ETH_ALEN], struct svf_errmsg *err);

/* Puts everything in state->before and state->filters back; goes on after errors and
 * returns the first. */
int svf_settings_restore(struct svf_nl *nl, const struct svf_link *pf,
			 const struct svf_state *state, struct svf_errmsg *err);
