// SPDX-License-Identifier: GPL-2.0-only
/* VF netdevs whose address is not the one the PF knows. */
#include "follow_mac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "change.h"
#include "clock.h"
#include "macaddr.h"

#define RETRY_NS  (20 * SVF_NS_PER_MS) /* after somebody had the lock */
#define PERIOD_NS SVF_NS_PER_S	       /* a look at all VFs */
#define REST	  1000		       /* times what that look cost, at least: 0.1 % of a CPU */
#define QUIET_NS  (60 * SVF_NS_PER_S)  /* between two lines about one VF */

struct subject {
	bool marked;
	uint8_t told[ETH_ALEN]; /* the foreign address that was told of; all zero: none */
	int64_t told_ns;
};

struct svf_mac_follower {
	struct svf_watch *watch;
	int64_t all_ns;	   /* when to look at all VFs */
	int64_t marked_ns; /* when to look at those that are marked; INT64_MAX: none is */
	struct subject subjects[];
};

int svf_mac_follower_new(struct svf_mac_follower **ret_follower, struct svf_watch *watch)
{
	struct svf_mac_follower *follower =
		calloc(1, sizeof(*follower) + watch->n_vfs * sizeof(follower->subjects[0]));

	if (!follower)
		return -ENOMEM;
	follower->watch = watch;
	follower->marked_ns = INT64_MAX;
	*ret_follower = follower;
	return 0;
}

struct svf_mac_follower *svf_mac_follower_free(struct svf_mac_follower *follower)
{
	free(follower);
	return NULL;
}

void svf_mac_follower_mark(struct svf_mac_follower *follower, unsigned int vf)
{
	follower->subjects[vf].marked = true;
	if (follower->marked_ns == INT64_MAX)
		follower->marked_ns = 0;
}

/* --- one VF --- */

/* The VF's configuration and the address its netdev has. */
static int look(struct svf_watch *watch, unsigned int vf, struct svf_vf_config *ret_config,
		uint8_t ret_mac[ETH_ALEN])
{
	struct svf_link link;
	int r = svf_watch_locate(watch, vf, ret_config);

	if (!r)
		r = svf_link_get(watch->nl, watch->vfs[vf].nsid, watch->vfs[vf].ifindex, &link,
				 NULL);
	if (!r)
		memcpy(ret_mac, link.mac, ETH_ALEN);
	return r;
}

/* One line for each new address, but not more than one in a while; then the latest's. */
static bool is_quiet(const struct subject *subject, const uint8_t mac[ETH_ALEN])
{
	return !memcmp(subject->told, mac, ETH_ALEN) ||
	       (subject->told_ns && svf_clock_now_ns() - subject->told_ns < QUIET_NS);
}

static void note_told(struct subject *subject, const uint8_t mac[ETH_ALEN])
{
	memcpy(subject->told, mac, ETH_ALEN);
	subject->told_ns = svf_clock_now_ns();
}

static void take_over(const struct svf_watch *watch, unsigned int vf, struct subject *subject,
		      const uint8_t mac[ETH_ALEN])
{
	char word[] = "mac", text[SVF_MAC_TEXT_MAX];
	char *const words[] = { word, text, NULL };
	struct svf_errmsg err = {}, warning = {};
	struct svf_change change;
	int r;

	svf_mac_format(text, mac);
	r = svf_change_parse(&change, watch->pf, vf, 2, words, &err);
	if (!r)
		r = svf_change_apply(watch->paths, &change, &warning, &err);
	if (!r) {
		svf_info("%s: vf %u: is trusted and has given itself the address %s", watch->pf, vf,
			 text);
	} else if (!is_quiet(subject, mac)) {
		note_told(subject, mac);
		svf_warning("%s: vf %u: is trusted, but cannot have the address %s: %s", watch->pf,
			    vf, text, err.text[0] ? err.text : strerror(-r));
	}
	if (warning.text[0])
		svf_warning("%s", warning.text);
}

static void tell(const struct svf_watch *watch, unsigned int vf, struct subject *subject,
		 const uint8_t old[ETH_ALEN], const uint8_t new[ETH_ALEN])
{
	char old_text[SVF_MAC_TEXT_MAX], new_text[SVF_MAC_TEXT_MAX];

	if (is_quiet(subject, new))
		return;
	note_told(subject, new);
	svf_mac_format(old_text, old);
	svf_mac_format(new_text, new);
	svf_warning("%s: vf %u: has changed its address from %s to %s and is not trusted: "
		    "its frames are dropped as spoof_mac; trust on allows it",
		    watch->pf, vf, old_text, new_text);
}

/* -EBUSY: somebody has the lock. */
static int check(struct svf_mac_follower *follower, unsigned int vf)
{
	struct subject *subject = &follower->subjects[vf];
	struct svf_vf_config config;
	uint8_t mac[ETH_ALEN];

	if (look(follower->watch, vf, &config, mac) < 0)
		return 0;
	if (!memcmp(config.mac, mac, ETH_ALEN)) {
		memset(subject->told, 0, ETH_ALEN);
		return 0;
	}
	if (!config.trust && is_quiet(subject, mac))
		return 0;
	svf_cleanup(fd) int lock_fd = -1;
	if (svf_watch_lock(follower->watch, &lock_fd) < 0)
		return -EBUSY;
	if (look(follower->watch, vf, &config, mac) < 0)
		return 0;
	if (!memcmp(config.mac, mac, ETH_ALEN))
		return 0;
	if (config.trust)
		take_over(follower->watch, vf, subject, mac);
	else
		tell(follower->watch, vf, subject, config.mac, mac);
	return 0;
}

/* --- all of them --- */

static void check_marked(struct svf_mac_follower *follower, int64_t now_ns)
{
	bool busy = false;

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++) {
		struct subject *subject = &follower->subjects[vf];

		if (!subject->marked)
			continue;
		subject->marked = check(follower, vf) == -EBUSY;
		busy = busy || subject->marked;
	}
	follower->marked_ns = busy ? now_ns + RETRY_NS : INT64_MAX;
}

static void check_all(struct svf_mac_follower *follower, int64_t now_ns)
{
	const int64_t before_ns = svf_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int64_t rest_ns;

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		follower->subjects[vf].marked = true;
	check_marked(follower, now_ns);
	rest_ns = REST * (svf_clock_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns);
	follower->all_ns = now_ns + (rest_ns > PERIOD_NS ? rest_ns : PERIOD_NS);
}

int64_t svf_mac_follower_run(struct svf_mac_follower *follower, int64_t now_ns)
{
	if (now_ns >= follower->all_ns)
		check_all(follower, now_ns);
	else if (now_ns >= follower->marked_ns)
		check_marked(follower, now_ns);
	return follower->all_ns < follower->marked_ns ? follower->all_ns : follower->marked_ns;
}
