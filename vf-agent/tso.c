// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cutting superframes, as tcp_gso_segment() and inet_gso_segment() in the kernel do: sequence
 * numbers and IPv4 identifications count on, FIN and PSH are the last frame's, CWR the first's.
 * Header lengths are parsed, not believed; that a checksum is unfinished is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include "csum.h"
#include "tso.h"

#define CHECK_LEN sizeof(uint16_t)

void svf_tso_get_buffer(const struct svf_tso *tso, struct svf_port_buffer *ret_buffer)
{
	*ret_buffer = (struct svf_port_buffer){
		.data = tso->data,
		.room = SVF_TSO_ROOM,
		.next = SVF_PORT_LAST,
	};
}

static uint16_t load16(const uint8_t *at)
{
	uint16_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static void store16(uint8_t *at, uint16_t word)
{
	memcpy(at, &word, sizeof(word));
}

/* One frame, whatever protocol: its checksum field has the pseudo-header's sum. */
static int finish_checksum(uint8_t *frame, uint32_t length, const struct svf_offload *offload)
{
	uint32_t at = (uint32_t)offload->checksum_start + offload->checksum_offset;
	uint16_t check;

	if (offload->checksum_start < ETH_HLEN || offload->checksum_start >= length ||
	    at + CHECK_LEN > length)
		return -EBADMSG;
	check = (uint16_t)~svf_csum_fold(
		svf_csum_add(0, frame + offload->checksum_start, length - offload->checksum_start));
	/* In UDP 0 means that there is none; 0xffff is the same number. */
	store16(frame + at, check ? check : SVF_CSUM_OK);
	return 0;
}

static int begin_superframe(struct svf_tso *tso)
{
	const struct svf_offload *offload = &tso->offload;
	struct svf_headers *headers = &tso->headers;

	if (offload->segment == 0 || svf_headers_parse(tso->data, tso->end, headers) < 0 ||
	    headers->version != offload->version || headers->end != tso->end ||
	    headers->payload == tso->end)
		return -EBADMSG;
	/* Which address a routing header means is in the sum that the stack left. */
	if (offload->has_checksum ? offload->checksum_start != headers->l4 ||
					    offload->checksum_offset != SVF_TCP_CHECK
				  : !svf_headers_is_plain(headers))
		return -EBADMSG;
	tso->next = headers->payload;
	return 0;
}

int svf_tso_begin(struct svf_tso *tso, const struct svf_port_buffer *buffer)
{
	int r = 0;

	tso->offload = buffer->offload;
	tso->end = buffer->length;
	tso->next = 0;
	tso->frames = 0;
	if (buffer->length == 0 || buffer->length > buffer->room)
		r = -EBADMSG;
	else if (tso->offload.version)
		r = begin_superframe(tso);
	else if (tso->offload.has_checksum)
		r = finish_checksum(tso->data, tso->end, &tso->offload);
	if (r < 0)
		tso->next = tso->end; /* nothing is left of it */
	return r;
}

uint32_t svf_tso_guess(const struct svf_port_buffer *buffer)
{
	uint32_t segment = buffer->offload.segment;

	return segment > 0 && buffer->length > segment ? buffer->length / segment : 1;
}

bool svf_tso_is_pending(const struct svf_tso *tso)
{
	return tso->next < tso->end;
}

/* The pseudo-header's sum of a frame with tcp_length bytes of TCP. */
static uint64_t get_pseudo(const struct svf_tso *tso, uint32_t tcp_length)
{
	const struct svf_headers *headers = &tso->headers;
	uint32_t whole = tso->end - headers->l4;

	if (!tso->offload.has_checksum)
		return svf_csum_pseudo(tso->data, headers, tcp_length);
	/* The superframe's length out, the frame's in. */
	return (uint64_t)load16(tso->data + headers->l4 + SVF_TCP_CHECK) +
	       (uint16_t)~svf_csum_fold(htonl(whole)) + htonl(tcp_length);
}

/* The headers of the frame in which `payload` bytes follow, and of them the last ones. */
static void put_headers(const struct svf_tso *tso, uint8_t *frame, uint32_t payload, bool is_last)
{
	const struct svf_headers *headers = &tso->headers;
	uint8_t *ip = frame + headers->l3, *tcp = frame + headers->l4;
	uint32_t tcp_length = headers->payload - headers->l4 + payload;
	uint32_t sequence = svf_headers_get32(tso->data + headers->l4 + SVF_TCP_SEQ);

	if (headers->version == 4) {
		uint16_t id = svf_headers_get16(ip + SVF_IP4_ID);

		svf_headers_put16(ip + SVF_IP4_LENGTH,
				  (uint16_t)(headers->l4 - headers->l3 + tcp_length));
		svf_headers_put16(ip + SVF_IP4_ID, (uint16_t)(id + tso->frames));
		store16(ip + SVF_IP4_CHECK, 0);
		store16(ip + SVF_IP4_CHECK,
			(uint16_t)~svf_csum_fold(svf_csum_add(0, ip, headers->l4 - headers->l3)));
	} else {
		svf_headers_put16(ip + SVF_IP6_LENGTH,
				  (uint16_t)(headers->l4 - headers->l3 - SVF_IP6_LEN + tcp_length));
	}
	svf_headers_put32(tcp + SVF_TCP_SEQ, sequence + tso->frames * tso->offload.segment);
	if (!is_last)
		tcp[SVF_TCP_FLAGS] &= (uint8_t) ~(SVF_TCP_FIN | SVF_TCP_PSH);
	if (tso->frames > 0)
		tcp[SVF_TCP_FLAGS] &= (uint8_t)~SVF_TCP_CWR;
	store16(tcp + SVF_TCP_CHECK, 0);
	store16(tcp + SVF_TCP_CHECK, (uint16_t)~svf_csum_fold(svf_csum_add(
					     get_pseudo(tso, tcp_length), tcp, tcp_length)));
}

static uint32_t next_segment(struct svf_tso *tso, uint8_t *frame, uint32_t room)
{
	uint32_t left = tso->end - tso->next;
	uint32_t payload = left < tso->offload.segment ? left : tso->offload.segment;
	uint32_t length = tso->headers.payload + payload;

	if (length <= room) {
		memcpy(frame, tso->data, tso->headers.payload);
		memcpy(frame + tso->headers.payload, tso->data + tso->next, payload);
		put_headers(tso, frame, payload, payload == left);
	}
	tso->next += payload;
	return length;
}

uint32_t svf_tso_next(struct svf_tso *tso, uint8_t *frame, uint32_t room)
{
	uint32_t length = tso->end;

	if (tso->offload.version) {
		length = next_segment(tso, frame, room);
	} else {
		if (length <= room)
			memcpy(frame, tso->data, length);
		tso->next = tso->end;
	}
	tso->frames++;
	return length;
}
