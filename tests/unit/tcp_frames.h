/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of the agent's engines: TCP frames made from fields, and a superframe cut by
 * the book (RFC 9293, 791, 8200; what net/ipv4/tcp_offload.c makes of one), both written
 * without any code of the agent's.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../vf-agent/port.h"

#define TCP_FRAME_MAX  2048
#define SUPERFRAME_MAX (65535 + 256)
#define TCP_FIN	       0x01
#define TCP_SYN	       0x02
#define TCP_RST	       0x04
#define TCP_PSH	       0x08
#define TCP_ACK	       0x10
#define TCP_URG	       0x20
#define TCP_ECE	       0x40
#define TCP_CWR	       0x80
#define TIMESTAMPS_LEN 12

/* One frame's fields; what a sender changes from one segment to the next is in it too. */
struct tcp_fields {
	uint8_t version; /* of IP */
	uint8_t tags;	 /* VLAN tags: C-tags, an S-tag outside if two */
	uint16_t vlan;
	uint32_t source; /* the last word of the address, and so below */
	uint32_t destination;
	uint16_t source_port, destination_port;
	uint8_t tos, ttl; /* traffic class, hop limit */
	bool dont_fragment;
	uint16_t id;
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window;
	bool has_timestamps;
	uint32_t timestamp;
	uint32_t payload; /* bytes */
};

static inline void put_be16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void put_be32(uint8_t *at, uint32_t value)
{
	put_be16(at, value >> 16);
	put_be16(at + 2, value & 0xffff);
}

static inline uint32_t get_be16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static inline uint32_t get_be32(const uint8_t *at)
{
	return get_be16(at) << 16 | get_be16(at + 2);
}

/* The sum of n bytes as big endian words, one by one. */
static inline uint32_t sum_be16(uint32_t sum, const uint8_t *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		sum += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static inline uint32_t l2_len(uint8_t tags)
{
	return 14 + 4U * tags;
}

static inline uint32_t ip_len(uint8_t version)
{
	return version == 4 ? 20 : 40;
}

/* Writes the lengths and checksums of a TCP frame of n bytes, its headers being there. */
static inline void seal(uint8_t *frame, uint8_t version, uint32_t l3, uint32_t n)
{
	uint8_t *ip = frame + l3, *tcp = ip + ip_len(version);
	uint32_t tcp_len = n - l3 - ip_len(version);
	uint32_t sum = tcp_len + 6;

	if (version == 4) {
		put_be16(ip + 2, n - l3);
		put_be16(ip + 10, 0);
		put_be16(ip + 10, ~sum_be16(0, ip, 20) & 0xffff);
		sum = sum_be16(sum, ip + 12, 8);
	} else {
		put_be16(ip + 4, tcp_len);
		sum = sum_be16(sum, ip + 8, 32);
	}
	put_be16(tcp + 16, 0);
	put_be16(tcp + 16, ~sum_be16(sum, tcp, tcp_len) & 0xffff);
}

static inline uint8_t *put_l2(uint8_t *at, const struct tcp_fields *f)
{
	memcpy(at, "\x02\0\0\0\0\x01\x02\0\0\0\0\x02", 12);
	at += 12;
	for (uint8_t tag = 0; tag < f->tags; tag++, at += 4) {
		put_be16(at, f->tags == 2 && tag == 0 ? 0x88a8 : 0x8100);
		put_be16(at + 2, f->vlan + tag);
	}
	put_be16(at, f->version == 4 ? 0x0800 : 0x86dd);
	return at + 2;
}

static inline uint8_t *put_ip(uint8_t *at, const struct tcp_fields *f)
{
	memset(at, 0, ip_len(f->version));
	if (f->version == 4) {
		at[0] = 0x45;
		at[1] = f->tos;
		put_be16(at + 4, f->id);
		put_be16(at + 6, f->dont_fragment ? 0x4000 : 0);
		at[8] = f->ttl;
		at[9] = 6;
		put_be32(at + 12, f->source);
		put_be32(at + 16, f->destination);
		return at + 20;
	}
	put_be32(at, 6U << 28 | (uint32_t)f->tos << 20 | 0x12345);
	at[6] = 6;
	at[7] = f->ttl;
	put_be32(at + 8, 0x20010db8);
	put_be32(at + 20, f->source);
	put_be32(at + 24, 0x20010db8);
	put_be32(at + 36, f->destination);
	return at + 40;
}

/* Makes the frame in buf; payload bytes are random. Returns its length. */
static inline uint32_t make_tcp(uint8_t *buf, const struct tcp_fields *f)
{
	uint8_t *tcp = put_ip(put_l2(buf, f), f);
	uint32_t header = 20 + (f->has_timestamps ? TIMESTAMPS_LEN : 0);
	uint32_t n = (uint32_t)(tcp - buf) + header + f->payload;

	memset(tcp, 0, header);
	put_be16(tcp, f->source_port);
	put_be16(tcp + 2, f->destination_port);
	put_be32(tcp + 4, f->seq);
	put_be32(tcp + 8, f->ack);
	tcp[12] = (uint8_t)(header / 4 << 4);
	tcp[13] = f->flags;
	put_be16(tcp + 14, f->window);
	if (f->has_timestamps) {
		put_be32(tcp + 20, 0x0101080a);
		put_be32(tcp + 24, f->timestamp);
		put_be32(tcp + 28, 77);
	}
	for (uint32_t i = 0; i < f->payload; i++)
		tcp[header + i] = (uint8_t)rand();
	seal(buf, f->version, l2_len(f->tags), n);
	return n;
}

/* The sender has sent that segment. */
static inline void go_on(struct tcp_fields *f)
{
	f->seq += f->payload;
	f->id++;
}

/* How many frames a superframe stands for. */
static inline uint32_t count_cuts(uint32_t n, const struct svf_offload *offload)
{
	return (n - offload->headers + offload->segment - 1U) / offload->segment;
}

/* Frame number i of a superframe of n bytes; returns its length. */
static inline uint32_t cut(const uint8_t *super, uint32_t n, const struct svf_offload *offload,
			   uint32_t i, uint8_t *buf)
{
	uint32_t l4 = offload->checksum_start, l3 = l4 - ip_len(offload->version);
	uint32_t from = offload->headers + i * offload->segment;
	uint32_t payload = n - from < offload->segment ? n - from : offload->segment;
	bool is_last = from + payload == n;

	memcpy(buf, super, offload->headers);
	memcpy(buf + offload->headers, super + from, payload);
	if (offload->version == 4)
		put_be16(buf + l3 + 4, get_be16(super + l3 + 4) + i);
	put_be32(buf + l4 + 4, get_be32(super + l4 + 4) + i * offload->segment);
	if (!is_last)
		buf[l4 + 13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
	if (i > 0)
		buf[l4 + 13] &= (uint8_t)~TCP_CWR;
	seal(buf, offload->version, l3, offload->headers + payload);
	return offload->headers + payload;
}
