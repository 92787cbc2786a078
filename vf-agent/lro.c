// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of merging are those of the kernel's GRO, and stricter where that would not
 * give the same frames back when a superframe is cut again: IPv4 identifications must count up,
 * and a FIN goes on alone.
 *
 * A superframe takes the place of its first segment in the batch. So that no frame overtakes
 * another of its flow, whatever may belong to a flow and does not fit closes the flow's chain,
 * and what may belong to any flow closes all.
 */
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <svf/abi.h>

#include "csum.h"
#include "headers.h"
#include "lro.h"

#define FLOW_BYTES_TCP 4     /* both ports */
#define LENGTH_MAX     65535 /* of an IP packet */
#define RESERVED_FLAGS 0x0f  /* beside the data offset: accurate ECN's, and three of nobody */

/* A flow's segments that follow each other. */
struct chain {
	struct svf_headers headers; /* of the first */
	uint32_t hash;		    /* of the flow */
	uint32_t first, last;	    /* buffers */
	uint32_t next_seq;
	uint32_t length;  /* of the IP packet so far */
	uint16_t segment; /* payload of each but the last */
	uint16_t next_id; /* IPv4 */
	bool open;	  /* the flow has sent nothing since that does not fit */
	bool verified;	  /* the first's checksums have been looked at, and are right */
};

struct batch {
	struct svf_port_buffer *buffers;
	struct chain chains[SVF_LRO_BATCH];
	uint32_t n_chains;
};

/* A segment on its way into a chain. */
struct segment {
	const uint8_t *frame;
	struct svf_headers headers;
	uint32_t hash;
	uint32_t buffer;
	uint32_t payload; /* bytes */
};

static uint32_t flow_at(const struct svf_headers *headers)
{
	return headers->l3 + (headers->version == 4 ? SVF_IP4_ADDRESSES : SVF_IP6_ADDRESSES);
}

/* Addresses and ports lie side by side: no options are between them. */
static uint32_t flow_bytes(const struct svf_headers *headers)
{
	return headers->l4 + FLOW_BYTES_TCP - flow_at(headers);
}

/* Only tells most flows apart; who shares one is compared. */
static uint32_t hash_flow(const uint8_t *frame, const struct svf_headers *headers)
{
	return svf_headers_get32(frame + headers->l4) ^
	       svf_headers_get32(frame + flow_at(headers)) ^
	       svf_headers_get32(frame + headers->l4 - sizeof(uint32_t));
}

static bool is_same_flow(const struct batch *batch, const struct chain *chain,
			 const struct segment *segment)
{
	const uint8_t *first = batch->buffers[chain->first].data;

	return chain->hash == segment->hash && chain->headers.l3 == segment->headers.l3 &&
	       chain->headers.version == segment->headers.version &&
	       memcmp(first, segment->frame, segment->headers.l3) == 0 &&
	       memcmp(first + flow_at(&segment->headers),
		      segment->frame + flow_at(&segment->headers),
		      flow_bytes(&segment->headers)) == 0;
}

static bool is_same(const uint8_t *a, const uint8_t *b, uint32_t from, uint32_t to)
{
	return memcmp(a + from, b + from, to - from) == 0;
}

/* Everything but addresses, lengths, identification and checksum. */
static bool is_same_ip(const uint8_t *a, const uint8_t *b, const struct svf_headers *headers)
{
	a += headers->l3;
	b += headers->l3;
	if (headers->version == 4)
		return is_same(a, b, 0, SVF_IP4_LENGTH) &&
		       is_same(a, b, SVF_IP4_FRAGMENT, SVF_IP4_CHECK);
	return is_same(a, b, 0, SVF_IP6_LENGTH) && is_same(a, b, SVF_IP6_NEXT, SVF_IP6_ADDRESSES);
}

/* Everything but ports, sequence number, flags (looked at before) and checksum. The urgent pointer
 * means nothing without its flag, but would have to be given back. */
static bool is_same_tcp(const uint8_t *a, const uint8_t *b, const struct svf_headers *headers)
{
	uint32_t length = headers->payload - headers->l4;

	a += headers->l4;
	b += headers->l4;
	return is_same(a, b, SVF_TCP_ACK, SVF_TCP_FLAGS) &&
	       is_same(a, b, SVF_TCP_WINDOW, SVF_TCP_CHECK) &&
	       is_same(a, b, SVF_TCP_URGENT, length);
}

static uint8_t get_flags(const struct segment *segment)
{
	return segment->frame[segment->headers.l4 + SVF_TCP_FLAGS];
}

/* Whether a segment can be part of any superframe: data, no flag but ACK and PSH, and no padding
 * behind it. */
static bool is_mergeable(const struct segment *segment, const struct svf_port_buffer *buffer)
{
	uint8_t offset = segment->frame[segment->headers.l4 + SVF_TCP_OFFSET];

	return (get_flags(segment) | SVF_TCP_PSH) == (SVF_TCP_ACKED | SVF_TCP_PSH) &&
	       (offset & RESERVED_FLAGS) == 0 && segment->payload > 0 &&
	       segment->headers.end == buffer->length;
}

static uint16_t get_id(const struct segment *segment)
{
	if (segment->headers.version != 4)
		return 0;
	return svf_headers_get16(segment->frame + segment->headers.l3 + SVF_IP4_ID);
}

/* Whether the segment goes on where the chain ends, and looks like what is in it. */
static bool is_next(const struct batch *batch, const struct chain *chain,
		    const struct segment *segment)
{
	const uint8_t *first = batch->buffers[chain->first].data;
	const struct svf_headers *headers = &segment->headers;

	return headers->payload == chain->headers.payload &&
	       svf_headers_get32(segment->frame + headers->l4 + SVF_TCP_SEQ) == chain->next_seq &&
	       get_id(segment) == chain->next_id && segment->payload <= chain->segment &&
	       chain->length + segment->payload <= LENGTH_MAX &&
	       is_same_ip(first, segment->frame, headers) &&
	       is_same_tcp(first, segment->frame, headers);
}

/* A chain's first segment is only looked at when a second one comes. */
static bool is_verified(struct batch *batch, struct chain *chain)
{
	if (!chain->verified)
		chain->verified =
			svf_csum_is_valid(batch->buffers[chain->first].data, &chain->headers);
	return chain->verified;
}

static void append(struct batch *batch, struct chain *chain, const struct segment *segment)
{
	struct svf_port_buffer *buffer = &batch->buffers[segment->buffer];

	batch->buffers[chain->last].next = segment->buffer;
	buffer->merged = true;
	buffer->skip = segment->headers.payload;
	chain->last = segment->buffer;
	chain->next_seq += segment->payload;
	chain->next_id += segment->headers.version == 4;
	chain->length += segment->payload;
	if (segment->payload < chain->segment || get_flags(segment) & SVF_TCP_PSH)
		chain->open = false;
}

static void begin(struct batch *batch, const struct segment *segment)
{
	const struct svf_headers *headers = &segment->headers;

	if (segment->payload < SVF_GSO_SIZE_MIN || get_flags(segment) & SVF_TCP_PSH)
		return;
	batch->chains[batch->n_chains++] = (struct chain){
		.headers = *headers,
		.hash = segment->hash,
		.first = segment->buffer,
		.last = segment->buffer,
		.next_seq = svf_headers_get32(segment->frame + headers->l4 + SVF_TCP_SEQ) +
			    segment->payload,
		.next_id = (uint16_t)(get_id(segment) + (headers->version == 4)),
		.length = headers->end - headers->l3,
		.segment = (uint16_t)segment->payload,
		.open = true,
	};
}

static struct chain *find_chain(struct batch *batch, const struct segment *segment)
{
	for (uint32_t i = batch->n_chains; i-- > 0;) {
		struct chain *chain = &batch->chains[i];

		if (chain->open && is_same_flow(batch, chain, segment))
			return chain;
	}
	return NULL;
}

static void close_all(struct batch *batch)
{
	for (uint32_t i = 0; i < batch->n_chains; i++)
		batch->chains[i].open = false;
}

static void take(struct batch *batch, uint32_t i)
{
	struct svf_port_buffer *buffer = &batch->buffers[i];
	struct segment segment = { .frame = buffer->data, .buffer = i };
	int r = svf_headers_parse(segment.frame, buffer->length, &segment.headers);
	struct chain *chain;

	if (r == -ENOENT)
		return;
	if (r < 0 || !svf_headers_is_plain(&segment.headers)) {
		close_all(batch);
		return;
	}
	segment.hash = hash_flow(segment.frame, &segment.headers);
	segment.payload = segment.headers.end - segment.headers.payload;
	chain = find_chain(batch, &segment);
	if (!is_mergeable(&segment, buffer)) {
		if (chain)
			chain->open = false;
		return;
	}
	if (chain && is_next(batch, chain, &segment) && is_verified(batch, chain) &&
	    svf_csum_is_valid(segment.frame, &segment.headers)) {
		append(batch, chain, &segment);
		return;
	}
	if (chain)
		chain->open = false;
	begin(batch, &segment);
}

/* The first segment's headers become the superframe's; its checksum is left to be finished, as a
 * stack leaves it to a card with TSO. */
static void finish(struct batch *batch, const struct chain *chain)
{
	struct svf_port_buffer *first = &batch->buffers[chain->first];
	const struct svf_headers *headers = &chain->headers;
	const uint8_t *last = batch->buffers[chain->last].data;
	uint8_t *ip = (uint8_t *)first->data + headers->l3;
	uint8_t *tcp = (uint8_t *)first->data + headers->l4;
	uint32_t tcp_length = chain->length - (headers->l4 - headers->l3);
	uint16_t check;

	if (headers->version == 4) {
		svf_headers_put16(ip + SVF_IP4_LENGTH, (uint16_t)chain->length);
		memset(ip + SVF_IP4_CHECK, 0, sizeof(check));
		check = (uint16_t)~svf_csum_fold(svf_csum_add(0, ip, SVF_IP4_LEN));
		memcpy(ip + SVF_IP4_CHECK, &check, sizeof(check));
	} else {
		svf_headers_put16(ip + SVF_IP6_LENGTH, (uint16_t)tcp_length);
	}
	tcp[SVF_TCP_FLAGS] |= last[headers->l4 + SVF_TCP_FLAGS] & SVF_TCP_PSH;
	check = svf_csum_fold(svf_csum_pseudo(first->data, headers, tcp_length));
	memcpy(tcp + SVF_TCP_CHECK, &check, sizeof(check));
	first->offload = (struct svf_offload){
		.version = headers->version,
		.segment = chain->segment,
		.headers = headers->payload,
		.checksum_start = headers->l4,
		.checksum_offset = SVF_TCP_CHECK,
		.has_checksum = true,
	};
}

void svf_lro_merge(struct svf_port_buffer *buffers, uint32_t n)
{
	struct batch batch;

	assert(n <= SVF_LRO_BATCH);
	batch.buffers = buffers;
	batch.n_chains = 0; /* the chains are written before they are read */
	for (uint32_t i = 0; i < n; i++)
		take(&batch, i);
	for (uint32_t i = 0; i < batch.n_chains; i++) {
		if (batch.chains[i].last != batch.chains[i].first)
			finish(&batch, &batch.chains[i]);
	}
}
