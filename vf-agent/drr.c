// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deficit round robin over at most a few hundred VFs: a walk over an array of accounts
 * is cheaper than a list of the active ones, and cannot lose anybody.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "drr.h"

int svf_drr_init(struct svf_drr *drr, uint32_t n, uint32_t quantum)
{
	assert(n > 0 && quantum > 0);

	*drr = (struct svf_drr){ .n = n, .quantum = quantum };
	drr->accounts = calloc(n, sizeof(*drr->accounts));
	return drr->accounts ? 0 : -ENOMEM;
}

void svf_drr_done(struct svf_drr *drr)
{
	free(drr->accounts);
	*drr = (struct svf_drr){};
}

void svf_drr_set_active(struct svf_drr *drr, uint32_t vf)
{
	if (drr->accounts[vf].active)
		return;
	drr->accounts[vf].active = true;
	drr->n_active++;
}

static void end_turn(struct svf_drr *drr)
{
	drr->turn = (drr->turn + 1) % drr->n;
	drr->begun = false;
}

void svf_drr_set_idle(struct svf_drr *drr, uint32_t vf, bool keep_account)
{
	struct svf_drr_account *account = &drr->accounts[vf];

	if (!account->active)
		return;
	account->active = false;
	drr->n_active--;
	/* Credit is for the backlogged only; a debt stays. */
	if (!keep_account && account->deficit > 0)
		account->deficit = 0;
	if (drr->turn == vf)
		end_turn(drr);
}

int svf_drr_get_next(struct svf_drr *drr, uint32_t *ret_vf)
{
	if (drr->n_active == 0)
		return -ENOENT;

	for (;;) { /* ends: each full walk pays every active account a quantum */
		struct svf_drr_account *account = &drr->accounts[drr->turn];

		if (account->active && !drr->begun) {
			account->deficit += drr->quantum;
			/* A VF kept waiting for room saves no more than one turn. */
			if (account->deficit > (int64_t)drr->quantum)
				account->deficit = drr->quantum;
			drr->begun = true;
		}
		if (account->active && account->deficit > 0) {
			*ret_vf = drr->turn;
			return 0;
		}
		end_turn(drr);
	}
}

void svf_drr_charge(struct svf_drr *drr, uint32_t vf, uint64_t bytes)
{
	drr->accounts[vf].deficit -= (int64_t)bytes;
}
