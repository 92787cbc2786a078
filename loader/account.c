// SPDX-License-Identifier: GPL-2.0-only
/*
 * The equations. Kernel counters are buffers ("skbs"), the sorter's are both: a superframe of n
 * frames is 1 or n, as the netdev counts it. What a kernel counter cannot tell is slack: on the PF
 * whether it counted superframes or frames, of a dead agent's frames whether the kernel sent them.
 */
#include <errno.h>
#include <stdlib.h>

#include "account.h"
#include "account_facts.h"

#define LEAST_HEADERS_BYTES (14 + 20 + 8) /* Ethernet, IPv4, UDP */
#define TAG_BYTES	    4
#define MOST_HEADERS_BYTES  (14 + 60 + 60) /* Ethernet, IPv4 and TCP with options */

/* An account being written. */
struct book {
	struct svf_facts facts;
	struct svf_account *account;
};

/* --- equations as such --- */

static uint64_t sum(const struct svf_term *terms, unsigned int n)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < n; i++)
		total += terms[i].value;
	return total;
}

uint64_t svf_equation_left(const struct svf_equation *equation)
{
	return sum(equation->left, equation->n_left);
}

uint64_t svf_equation_right(const struct svf_equation *equation)
{
	return sum(equation->right, equation->n_right);
}

int64_t svf_equation_difference(const struct svf_equation *equation)
{
	/* modulo 2^64, as the PF's base is */
	int64_t difference = (int64_t)(svf_equation_left(equation) - svf_equation_right(equation));

	if (difference <= 0)
		return difference;
	return (uint64_t)difference > equation->slack ? difference - (int64_t)equation->slack : 0;
}

/* A new equation at the end of the account; there is room (take() saw to it). */
static struct svf_equation *begin(struct book *book, uint16_t station, const char *name)
{
	struct svf_equation *e = &book->account->equations[book->account->n++];

	*e = (struct svf_equation){ .station = station, .name = name };
	return e;
}

static void left(struct svf_equation *e, const char *source, uint64_t value)
{
	e->left[e->n_left++] = (struct svf_term){ source, value };
}

static void right(struct svf_equation *e, const char *source, uint64_t value)
{
	e->right[e->n_right++] = (struct svf_term){ source, value };
}

/* What netdevs had counted that were deleted and made anew. */
static void left_before(struct svf_equation *e, uint64_t value)
{
	if (value)
		left(e, "before its netdevs were made anew", value);
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* --- a VF --- */

static void tell_vf_out(struct book *book, uint16_t vf, const struct svf_vf_facts *f)
{
	const struct svf_stats *tx = &f->stats[SVF_DIRECTION_TX];
	struct svf_equation *e = begin(book, vf, "vf-out");

	left(e, "representor rx_packets", f->sources.representor.rx_packets);
	left(e, "host at its ring port (foreign)", f->drops[SVF_DIRECTION_TX].foreign);
	left_before(e, f->former.out);
	right(e, "sent", tx->skbs);
	right(e, "dropped", tx->dropped_skbs);
	right(e, "rate limit dropped", f->losses[SVF_DIRECTION_TX].rate);
	right(e, "rate limit waiting", f->sources.tx_limit.backlog);
	if (book->facts.policy.shaper_near) /* lost between the shaper's ends: by anybody */
		e->slack = book->facts.pf.shaper_near.tx_dropped;
}

/* Whether it is known of every byte whether the representor sent it. */
static bool lost_nothing(const struct svf_vf_facts *f)
{
	return !f->sources.representor.tx_dropped && !f->losses[SVF_DIRECTION_RX].rate &&
	       !f->losses[SVF_DIRECTION_RX].vf_down && !f->sources.rx_limit.backlog;
}

/*
 * A TBF cuts superframes that its burst cannot hold, into packets that nobody counts; each has
 * headers of its own, so the bytes tell how many there can be at most.
 */
static uint64_t count_cut(const struct svf_vf_facts *f)
{
	const struct svf_stats *rx = &f->stats[SVF_DIRECTION_RX];
	const uint64_t most = minus(rx->packets, rx->skbs);
	const uint64_t headers =
		minus(f->sources.representor.tx_bytes + f->former.in_bytes, rx->bytes) /
		LEAST_HEADERS_BYTES;

	return lost_nothing(f) && headers < most ? headers : most;
}

static void tell_vf_in(struct book *book, uint16_t vf, const struct svf_vf_facts *f)
{
	const struct svf_stats *rx = &f->stats[SVF_DIRECTION_RX];
	struct svf_equation *e = begin(book, vf, "vf-in");

	left(e, "representor tx_packets", f->sources.representor.tx_packets);
	left(e, "representor tx_dropped", f->sources.representor.tx_dropped);
	left(e, "rate limit dropped",
	     f->sources.rx_limit.dropped + f->sources.kept[SVF_DIRECTION_RX].rate);
	left(e, "rate limit waiting", f->sources.rx_limit.backlog);
	left_before(e, f->former.in);
	if (f->sources.silent)
		left(e, "vf_down, not counted by this kernel",
		     minus(rx->skbs, svf_equation_left(e)));
	right(e, "delivered", rx->skbs);
	/* Refused clones are drops of the sorter, and the representor's. */
	e->slack = f->drops[SVF_DIRECTION_RX].clone + count_cut(f);
}

static void tell_vf_bytes(struct book *book, uint16_t vf, const struct svf_vf_facts *f)
{
	struct svf_equation *e;

	if (!lost_nothing(f))
		return;
	e = begin(book, vf, "vf-in-bytes");
	left(e, "representor tx_bytes", f->sources.representor.tx_bytes);
	left_before(e, f->former.in_bytes);
	right(e, "bytes delivered", f->stats[SVF_DIRECTION_RX].bytes);
	e->slack = count_cut(f) * MOST_HEADERS_BYTES;
	/* A tag can be in the frame for one counter and beside it for the other: 4 bytes a frame,
	 * either way. */
	left(e, "tags beside frames, at most", TAG_BYTES * f->stats[SVF_DIRECTION_RX].skbs);
	e->slack += 2 * TAG_BYTES * f->stats[SVF_DIRECTION_RX].skbs;
}

static void tell_netdev(struct book *book, uint16_t vf, const struct svf_vf_facts *f)
{
	struct svf_equation *e;

	if (!f->has_netdev)
		return;
	e = begin(book, vf, "netdev-out");
	left(e, "VF netdev tx_packets", f->netdev.tx_packets);
	right(e, "representor rx_packets", f->sources.representor.rx_packets);
	e = begin(book, vf, "netdev-in");
	left(e, "representor tx_packets", f->sources.representor.tx_packets);
	right(e, "VF netdev rx_packets", f->netdev.rx_packets);
}

static void tell_rings(struct book *book, uint16_t vf, const struct svf_vf_facts *f)
{
	const struct svf_losses *rx = &f->losses[SVF_DIRECTION_RX];
	const struct svf_losses *tx = &f->losses[SVF_DIRECTION_TX];
	struct svf_equation *e;

	if (!f->config.ring_port)
		return;
	e = begin(book, vf, "ring-in");
	left(e, "redirected into its rings", f->redirects);
	right(e, "ring port rx_packets", f->sources.ring_port.rx_packets);
	right(e, "merged into superframes", f->ring.rx_merged);
	right(e, "before its ring port was made anew", f->former.ring_in);
	right(e, "ring_full", rx->ring_full);
	right(e, "no_buffer", rx->no_buffer);
	right(e, "port", rx->port);
	right(e, "agent", rx->agent);

	e = begin(book, vf, "ring-back");
	left(e, "ring port rx_packets", f->sources.ring_port.rx_packets);
	left(e, "merged into superframes", f->ring.rx_merged);
	left(e, "host at its ring port (foreign)", f->drops[SVF_DIRECTION_TX].foreign);
	left_before(e, f->former.ring_back);
	right(e, "delivered from its rings", f->stats[SVF_DIRECTION_RX].ring);
	right(e, "ring port's filters dropped", f->port_tc.drops);
	if (f->port_tc.drops) /* superframes are one each there */
		e->slack = minus(f->stats[SVF_DIRECTION_RX].dropped,
				 f->stats[SVF_DIRECTION_RX].dropped_skbs);

	e = begin(book, vf, "ring-out");
	left(e, "handed to the ring port", f->stats[SVF_DIRECTION_TX].ring);
	right(e, "sent by its rings", f->ring.tx_packets);
	right(e, "oversize", tx->oversize);
	right(e, "port", tx->port); /* a superframe is one there, and what its frames were */
	right(e, "agent", tx->agent);
	if (f->sources.ring_port.tx_dropped || f->ring.tx_unsegmented)
		e->slack =
			minus(f->stats[SVF_DIRECTION_TX].packets, f->stats[SVF_DIRECTION_TX].skbs);
	if (!book->facts.pf.carrier)
		e->slack = svf_equation_left(e);
}

/* --- sums of the sorter's own counters --- */

static void tell_sums(struct book *book, uint16_t station, const struct svf_stats stats[],
		      const struct svf_drops drops[])
{
	static const char *const verdicts[] = { "rx-verdicts", "tx-verdicts" };
	static const char *const reasons[] = { "rx-reasons", "tx-reasons" };

	for (int d = 0; d < SVF_N_DIRECTIONS; d++) {
		struct svf_equation *e = begin(book, station, verdicts[d]);

		left(e, "packets", stats[d].packets);
#define SVF_X(name, field, help) right(e, #field, stats[d].field);
		SVF_VERDICTS(SVF_X)
#undef SVF_X
		e = begin(book, station, reasons[d]);
		left(e, "dropped", stats[d].dropped);
#define SVF_X(name, field, help) right(e, #field, drops[d].field);
		SVF_DROPS(SVF_X)
#undef SVF_X
	}
}

/* --- the wire and the host --- */

static void tell_wire_in(struct book *book, const struct svf_account_base *base)
{
	const struct svf_stats *rx = &book->facts.pf.wire[SVF_DIRECTION_RX];
	struct svf_equation *e = begin(book, SVF_WIRE_ID, "wire-in");
	uint64_t redirects = 0;

	for (unsigned int vf = 0; vf < book->facts.n_vfs; vf++)
		redirects += book->facts.vfs[vf].flows.redirects;
	left(e, "PF rx_packets", book->facts.pf.link.rx_packets - base->rx);
	right(e, "taken", rx->skbs);
	right(e, "dropped", rx->dropped_skbs);
	right(e, "redirected into rings", redirects);
	/* GRO merges behind the driver's count, which is of frames then */
	e->slack = minus(rx->packets, rx->skbs) + minus(rx->dropped, rx->dropped_skbs);
}

static void tell_wire_out(struct book *book, const struct svf_account_base *base)
{
	const struct svf_stats *tx = &book->facts.pf.wire[SVF_DIRECTION_TX];
	/* what took no ring: buffers at least, frames at most */
	const uint64_t least = minus(tx->skbs, tx->ring), most = minus(tx->packets, tx->ring);
	const struct svf_qdisc_stats *qdisc = &book->facts.pf.qdisc;
	const struct svf_link_stats *link = &book->facts.pf.link;
	struct svf_equation *e;
	uint64_t rings = 0, lost = 0;

	for (unsigned int vf = 0; vf < book->facts.n_vfs; vf++) {
		rings += book->facts.vfs[vf].flows.rings;
		lost += book->facts.vfs[vf].flows.agent;
	}
	e = begin(book, SVF_WIRE_ID, "wire-out");
	/* The base is one of all four. */
	left(e, "PF sent, dropped, qdisc dropped, waiting",
	     link->tx_packets + link->tx_dropped + qdisc->drops + qdisc->backlog - base->tx);
	right(e, "sent by tc", least);
	right(e, "sent by rings", rings);
	/* A dead agent's frames may have been sent before it could know; a refused clone is the
	 * sorter's drop, and the PF's. */
	e->slack = minus(most, least) + lost + book->facts.pf.wire_drops[SVF_DIRECTION_TX].clone;
}

/* Frames that several sources count as sent under a verdict, and their receivers as received. */
static void tell_flow(struct book *book, const char *name, uint64_t sent, uint64_t received,
		      uint64_t dropped)
{
	struct svf_equation *e = begin(book, SVF_PF_ID, name);

	left(e, "counted by senders", sent);
	right(e, "counted by receivers", received);
	e->slack = dropped; /* by receivers, which count their own reasons only */
}

static void tell_flows(struct book *book)
{
	const struct svf_pf_facts *pf = &book->facts.pf;
	uint64_t veb_out = 0, veb_in = 0, dropped = 0;
	uint64_t host_out = pf->host[SVF_DIRECTION_TX].host;
	uint64_t host_in = pf->host[SVF_DIRECTION_RX].host;

	for (unsigned int vf = 0; vf < book->facts.n_vfs; vf++) {
		const struct svf_flows *flows = &book->facts.vfs[vf].flows;

		veb_out += flows->veb[SVF_DIRECTION_TX];
		veb_in += flows->veb[SVF_DIRECTION_RX];
		host_out += flows->host[SVF_DIRECTION_TX];
		host_in += flows->host[SVF_DIRECTION_RX];
		dropped += flows->rx_dropped;
	}
	tell_flow(book, "veb", veb_out, veb_in, dropped);
	tell_flow(book, "host", host_out, host_in, dropped + pf->host[SVF_DIRECTION_RX].dropped);
	tell_flow(book, "pass-in", pf->wire[SVF_DIRECTION_RX].pass, pf->host[SVF_DIRECTION_RX].pass,
		  pf->host[SVF_DIRECTION_RX].dropped);
	tell_flow(book, "pass-out", pf->host[SVF_DIRECTION_TX].pass,
		  pf->wire[SVF_DIRECTION_TX].pass, pf->wire[SVF_DIRECTION_TX].dropped);
}

static void tell_all(struct book *book, const struct svf_account_base *base)
{
	tell_wire_in(book, base);
	tell_wire_out(book, base);
	tell_sums(book, SVF_WIRE_ID, book->facts.pf.wire, book->facts.pf.wire_drops);
	tell_sums(book, SVF_PF_ID, book->facts.pf.host, book->facts.pf.host_drops);
	tell_flows(book);
	for (unsigned int vf = 0; vf < book->facts.n_vfs; vf++) {
		const struct svf_vf_facts *f = &book->facts.vfs[vf];

		if (f->absent)
			continue;
		tell_sums(book, (uint16_t)vf, f->stats, f->drops);
		if (f->gone)
			continue;
		tell_vf_out(book, (uint16_t)vf, f);
		tell_vf_in(book, (uint16_t)vf, f);
		tell_vf_bytes(book, (uint16_t)vf, f);
		tell_netdev(book, (uint16_t)vf, f);
		tell_rings(book, (uint16_t)vf, f);
	}
}

#define EQUATIONS_PF 16 /* at least as many as tell_all() begins, for the PF and for a VF */
#define EQUATIONS_VF 16

int svf_account_take(struct svf_account *ret_account, struct svf_nl *nl,
		     const struct svf_sorter *sorter, const struct svf_state *state,
		     const struct svf_account_base *base)
{
	struct svf_account account = {};
	struct book book = { .account = &account };
	int r = svf_facts_read(&book.facts, nl, sorter, state);

	if (!r) {
		account.capacity = EQUATIONS_PF + EQUATIONS_VF * book.facts.n_vfs;
		account.equations = calloc(account.capacity, sizeof(*account.equations));
		r = account.equations ? 0 : -ENOMEM;
	}
	if (!r)
		tell_all(&book, base);
	svf_facts_done(&book.facts);
	if (!r)
		*ret_account = account;
	return r;
}

void svf_account_done(struct svf_account *account)
{
	free(account->equations);
	*account = (struct svf_account){};
}
