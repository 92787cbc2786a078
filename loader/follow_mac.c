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
#include "pace.h"

#define RETRY_NS  (20 * SVF_NS_PER_MS) /* after somebody had the lock */
#define PERIOD_NS SVF_NS_PER_S	       /* a look at all VFs */
#define REST	  1000		       /* times what that look cost, at least: 0.1 % of a CPU */
#define QUIET_NS  (60 * SVF_NS_PER_S)  /* between two lines about one VF */
#define BATCH_NS  (10 * SVF_NS_PER_MS) /* of looking, then others have their turn */
/* A trusted VF may change its address in a loop, and each time it is followed takes the PF's lock
 * and some ms: 4 times at once, then once in a second. The last address is followed in the end. */
#define FOLLOW_BURST 4
#define FOLLOW_NS    SVF_NS_PER_S

struct subject {
	bool marked;
	int64_t not_before_ns;	 /* when to look at it, if marked */
	struct svf_pace follows; /* of its address */
	uint8_t told[ETH_ALEN];	 /* the foreign address that was told of; all zero: none */
	int64_t told_ns;
	int64_t followed_told_ns; /* when the log said that it was followed */
};

struct svf_mac_follower {
	struct svf_watch *watch;
	int64_t all_ns; /* when to look at all VFs */
	struct subject subjects[];
};

int svf_mac_follower_new(struct svf_mac_follower **ret_follower, struct svf_watch *watch)
{
	struct svf_mac_follower *follower =
		calloc(1, sizeof(*follower) + watch->n_vfs * sizeof(follower->subjects[0]));

	if (!follower)
		return -ENOMEM;
	follower->watch = watch;
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

static void tell_followed(const struct svf_watch *watch, unsigned int vf, struct subject *subject,
			  const char *mac, const struct svf_errmsg *warning)
{
	if (!svf_clock_allow(&subject->followed_told_ns, svf_clock_now_ns(), QUIET_NS))
		return;
	svf_info("%s: vf %u: is trusted and has given itself the address %s", watch->pf, vf, mac);
	if (warning->text[0])
		svf_warning("%s", warning->text);
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
		tell_followed(watch, vf, subject, text, &warning);
	} else if (!is_quiet(subject, mac)) {
		note_told(subject, mac);
		svf_warning("%s: vf %u: is trusted, but cannot have the address %s: %s", watch->pf,
			    vf, text, err.text[0] ? err.text : strerror(-r));
	}
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

static bool may_change(const struct svf_vf_config *config)
{
	return config->trust & 1U << SVF_TRUST_MAC;
}

/* Returns when to look again; 0: when it is marked again. */
static int64_t check(struct svf_watch *watch, unsigned int vf, struct subject *subject,
		     int64_t now_ns)
{
	const int64_t allowed_ns = svf_pace_when(&subject->follows, FOLLOW_NS, FOLLOW_BURST);
	struct svf_vf_config config;
	uint8_t mac[ETH_ALEN];

	if (look(watch, vf, &config, mac) < 0)
		return 0;
	if (!memcmp(config.mac, mac, ETH_ALEN)) {
		memset(subject->told, 0, ETH_ALEN);
		return 0;
	}
	if (!may_change(&config) && is_quiet(subject, mac))
		return 0;
	if (may_change(&config) && now_ns < allowed_ns)
		return allowed_ns;
	svf_cleanup(fd) int lock_fd = -1;
	if (svf_watch_lock(watch, &lock_fd) < 0)
		return now_ns + RETRY_NS;
	if (look(watch, vf, &config, mac) < 0 || !memcmp(config.mac, mac, ETH_ALEN))
		return 0;
	if (!may_change(&config)) {
		tell(watch, vf, subject, config.mac, mac);
		return 0;
	}
	svf_pace_take(&subject->follows, now_ns, FOLLOW_NS);
	take_over(watch, vf, subject, mac);
	return 0;
}

/* --- all of them --- */

static bool is_due(const struct subject *subject, int64_t now_ns)
{
	return subject->marked && now_ns >= subject->not_before_ns;
}

static void check_marked(struct svf_mac_follower *follower, int64_t now_ns)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++) {
		struct subject *subject = &follower->subjects[vf];

		if (!is_due(subject, now_ns))
			continue;
		subject->not_before_ns = check(follower->watch, vf, subject, now_ns);
		subject->marked = subject->not_before_ns > 0;
		if (svf_clock_now_ns() - now_ns > BATCH_NS)
			return;
	}
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
	int64_t next_ns;

	if (now_ns >= follower->all_ns)
		check_all(follower, now_ns);
	else
		check_marked(follower, now_ns);
	next_ns = follower->all_ns;
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (follower->subjects[vf].marked && follower->subjects[vf].not_before_ns < next_ns)
			next_ns = follower->subjects[vf].not_before_ns;
	return next_ns;
}
