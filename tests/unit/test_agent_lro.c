// SPDX-License-Identifier: GPL-2.0-only
/*
 * LRO: what is merged, what never is, and that a superframe cut again gives the frames that
 * came in, byte for byte, in the order of their flow: by hand and over random batches.
 */
#include "tcp_frames.h"

#include <stdio.h>

#include "../../vf-agent/lro.h"

#define MSS	1448
#define BATCHES 20000

/* A batch, and a copy of it as it came in. */
struct bench {
	uint8_t frames[SVF_LRO_BATCH][TCP_FRAME_MAX];
	uint8_t copies[SVF_LRO_BATCH][TCP_FRAME_MAX];
	struct svf_port_buffer buffers[SVF_LRO_BATCH];
	uint32_t flows[SVF_LRO_BATCH]; /* whose it is, for the order; UINT32_MAX: nobody's */
	uint32_t n;
	uint8_t super[SUPERFRAME_MAX];
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct bench));
	srand(5);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static struct tcp_fields make_flow(uint8_t version)
{
	return (struct tcp_fields){
		.version = version,
		.source = 0x0a000001,
		.destination = 0x0a000002,
		.source_port = 40000,
		.destination_port = 80,
		.ttl = 64,
		.dont_fragment = true,
		.id = 0xfffe, /* counts over */
		.seq = 0xfffff000,
		.ack = 1000,
		.flags = TCP_ACK,
		.window = 501,
		.has_timestamps = true,
		.timestamp = 1,
		.payload = MSS,
	};
}

/* The frame of n bytes in the last place joins the batch. */
static void join(struct bench *bench, uint32_t n, uint32_t flow)
{
	uint32_t i = bench->n++;

	memcpy(bench->copies[i], bench->frames[i], n);
	bench->flows[i] = flow;
	bench->buffers[i] = (struct svf_port_buffer){
		.data = bench->frames[i],
		.length = n,
		.next = SVF_PORT_LAST,
	};
}

static void add(struct bench *bench, struct tcp_fields *f)
{
	join(bench, make_tcp(bench->frames[bench->n], f), f->source_port);
	go_on(f);
}

static uint32_t merge(struct bench *bench)
{
	uint32_t merged = 0;

	svf_lro_merge(bench->buffers, bench->n);
	for (uint32_t i = 0; i < bench->n; i++)
		merged += bench->buffers[i].merged;
	return merged;
}

/* The superframe that begins with buffer i, in one piece. */
static uint32_t gather(struct bench *bench, uint32_t i)
{
	uint32_t n = 0;

	for (; i != SVF_PORT_LAST; i = bench->buffers[i].next) {
		const struct svf_port_buffer *b = &bench->buffers[i];

		memcpy(bench->super + n, (uint8_t *)b->data + b->skip, b->length - b->skip);
		n += b->length - b->skip;
	}
	return n;
}

static void expect_unfinished_checksum(const uint8_t *super, uint32_t n,
				       const struct svf_offload *offload)
{
	uint32_t l3 = offload->checksum_start - ip_len(offload->version);
	uint32_t tcp_len = n - offload->checksum_start;
	uint32_t sum = offload->version == 4 ? sum_be16(tcp_len + 6, super + l3 + 12, 8)
					     : sum_be16(tcp_len + 6, super + l3 + 8, 32);

	assert_true(offload->has_checksum);
	assert_int_equal(get_be16(super + offload->checksum_start + offload->checksum_offset), sum);
	if (offload->version == 4) {
		assert_int_equal(sum_be16(0, super + l3, 20), 0xffff);
		assert_int_equal(get_be16(super + l3 + 2), n - l3);
	} else {
		assert_int_equal(get_be16(super + l3 + 4), tcp_len);
	}
}

/* Every frame comes out once and as it was, superframes cut again. */
static void expect_all_back(struct bench *bench)
{
	bool seen[SVF_LRO_BATCH] = {};
	uint32_t last[SVF_LRO_BATCH]; /* by first buffer: the last of the chain */

	for (uint32_t i = 0; i < bench->n; i++) {
		const struct svf_offload *offload = &bench->buffers[i].offload;
		uint32_t k = 0;
		uint32_t n;

		if (bench->buffers[i].merged)
			continue;
		assert_int_equal(bench->buffers[i].skip, 0);
		n = gather(bench, i);
		if (bench->buffers[i].next != SVF_PORT_LAST) {
			expect_unfinished_checksum(bench->super, n, offload);
			assert_true(n - l2_len(0) <= 65535 + 2 * 4); /* IP packet and tags */
		} else {
			assert_int_equal(offload->segment, 0);
			assert_false(offload->has_checksum);
		}
		for (uint32_t j = i; j != SVF_PORT_LAST; j = bench->buffers[j].next, k++) {
			uint8_t frame[TCP_FRAME_MAX];
			uint32_t length = n;

			if (offload->segment)
				length = cut(bench->super, n, offload, k, frame);
			assert_false(seen[j]);
			seen[j] = true;
			last[i] = j;
			assert_int_equal(length, bench->buffers[j].length);
			assert_memory_equal(offload->segment ? frame : bench->super,
					    bench->copies[j], length);
		}
		if (offload->segment)
			assert_int_equal(k, count_cuts(n, offload));
		/* Nothing of the flow that came before comes out later. */
		for (uint32_t before = 0; before < i; before++) {
			if (!bench->buffers[before].merged &&
			    bench->flows[before] == bench->flows[i])
				assert_true(last[before] < i);
		}
	}
	for (uint32_t i = 0; i < bench->n; i++)
		assert_true(seen[i]);
}

static void test_merges(void **state)
{
	struct bench *bench = *state;

	for (uint8_t version = 4; version <= 6; version += 2) {
		for (uint8_t tags = 0; tags <= 2; tags++) {
			struct tcp_fields f = make_flow(version);

			bench->n = 0;
			f.tags = tags;
			f.vlan = 100;
			for (int i = 0; i < 8; i++)
				add(bench, &f);
			assert_int_equal(merge(bench), 7);
			assert_int_equal(bench->buffers[0].offload.segment, MSS);
			assert_int_equal(bench->buffers[0].offload.version, version);
			expect_all_back(bench);
		}
	}
}

static void test_last_one_ends_it(void **state)
{
	struct bench *bench = *state;
	struct tcp_fields f = make_flow(4);

	add(bench, &f);
	f.payload = 7; /* shorter, and odd */
	add(bench, &f);
	f.payload = MSS;
	add(bench, &f);
	add(bench, &f);
	f.flags |= TCP_PSH;
	add(bench, &f);
	add(bench, &f);
	assert_int_equal(merge(bench), 1 + 2);
	assert_int_equal(bench->buffers[4].next, SVF_PORT_LAST);
	assert_int_equal(bench->frames[2][l2_len(0) + 20 + 13], TCP_ACK | TCP_PSH);
	assert_int_equal(bench->frames[0][l2_len(0) + 20 + 13], TCP_ACK);
	expect_all_back(bench);
}

static void test_length(void **state)
{
	struct bench *bench = *state;

	for (uint8_t version = 4; version <= 6; version += 2) {
		struct tcp_fields f = make_flow(version);

		bench->n = 0;
		for (uint32_t i = 0; i < SVF_LRO_BATCH; i++)
			add(bench, &f);
		/* 45 full segments fit into 65,535 bytes with their headers */
		assert_int_equal(merge(bench), SVF_LRO_BATCH - 2);
		assert_int_equal(bench->buffers[45].merged, false);
		expect_all_back(bench);
	}
}

static void test_flows_side_by_side(void **state)
{
	struct bench *bench = *state;
	struct tcp_fields flows[4];

	for (uint16_t i = 0; i < 4; i++) {
		flows[i] = make_flow(i % 2 ? 6 : 4);
		flows[i].source_port += i;
		flows[i].destination_port += i; /* the hashes are alike */
	}
	for (int i = 0; i < 40; i++)
		add(bench, &flows[i % 4]);
	assert_int_equal(merge(bench), 40 - 4);
	expect_all_back(bench);
}

/* What may not differ from one segment to the next, or may not be there. */
#define PERTURBATIONS(X)                                                                           \
	X(gap, f.seq += 1)                                                                         \
	X(overlap, f.seq -= 1)                                                                     \
	X(acknowledgment, f.ack++)                                                                 \
	X(window, f.window++)                                                                      \
	X(timestamp, f.timestamp++)                                                                \
	X(options_gone, f.has_timestamps = false)                                                  \
	X(tos, f.tos = 0x10)                                                                       \
	X(congestion_experienced, f.tos = 3)                                                       \
	X(ttl, f.ttl--)                                                                            \
	X(vlan, f.vlan++)                                                                          \
	X(tag, f.tags--)                                                                           \
	X(longer, f.payload++)                                                                     \
	X(empty, f.payload = 0)                                                                    \
	X(fin, f.flags |= TCP_FIN)                                                                 \
	X(syn, f.flags |= TCP_SYN)                                                                 \
	X(rst, f.flags |= TCP_RST)                                                                 \
	X(urg, f.flags |= TCP_URG)                                                                 \
	X(ece, f.flags |= TCP_ECE)                                                                 \
	X(cwr, f.flags |= TCP_CWR)                                                                 \
	X(no_ack, f.flags = 0)                                                                     \
	X(source, f.source++)                                                                      \
	X(destination, f.destination++)                                                            \
	X(port, f.destination_port++)

/* Four segments: the second is the odd one; the third may not go with the first over it. */
#define TEST_PERTURBATION(name, statement)                                                         \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		struct bench *bench = *state;                                                      \
                                                                                                   \
		for (uint8_t version = 4; version <= 6; version += 2) {                            \
			struct tcp_fields f = make_flow(version);                                  \
                                                                                                   \
			bench->n = 0;                                                              \
			f.tags = 1;                                                                \
			add(bench, &f);                                                            \
			statement;                                                                 \
			add(bench, &f);                                                            \
			assert_int_equal(merge(bench), 0);                                         \
			assert_int_equal(bench->buffers[0].offload.segment, 0);                    \
			expect_all_back(bench);                                                    \
		}                                                                                  \
	}
PERTURBATIONS(TEST_PERTURBATION)

static void test_identification(void **state)
{
	struct bench *bench = *state;
	struct tcp_fields f = make_flow(4);

	add(bench, &f);
	f.id++;
	add(bench, &f);
	f.dont_fragment = false;
	add(bench, &f);
	assert_int_equal(merge(bench), 0);
	expect_all_back(bench);
}

/* Changes made to a sealed frame. n: its length; returns the new one. */
static uint32_t break_tcp_check(uint8_t *frame, uint32_t n)
{
	frame[n - 1] ^= 0x40;
	return n;
}

static uint32_t break_ip_check(uint8_t *frame, uint32_t n)
{
	frame[l2_len(0) + 10] ^= 1;
	return n;
}

static uint32_t set_more_fragments(uint8_t *frame, uint32_t n)
{
	frame[l2_len(0) + 6] |= 0x20;
	seal(frame, 4, l2_len(0), n);
	return n;
}

static uint32_t set_accurate_ecn(uint8_t *frame, uint32_t n)
{
	frame[l2_len(0) + 20 + 12] |= 1;
	seal(frame, 4, l2_len(0), n);
	return n;
}

static uint32_t truncate_frame(uint8_t *frame, uint32_t n)
{
	(void)frame;
	return n - 1;
}

static uint32_t pad_frame(uint8_t *frame, uint32_t n)
{
	memset(frame + n, 0, 4);
	return n + 4;
}

static uint32_t set_ip_options(uint8_t *frame, uint32_t n)
{
	uint8_t *ip = frame + l2_len(0);

	memmove(ip + 24, ip + 20, n - l2_len(0) - 20);
	memset(ip + 20, 1, 4);
	ip[0] = 0x46;
	put_be16(ip + 2, n + 4 - l2_len(0));
	put_be16(ip + 10, 0);
	put_be16(ip + 10, ~sum_be16(0, ip, 24) & 0xffff);
	return n + 4;
}

static uint32_t set_other_zero(uint8_t *frame, uint32_t n)
{
	uint8_t *tcp = frame + l2_len(0) + 20;

	/* The last word such that the checksum is 0; 0xffff is as good a zero, but another. */
	put_be16(frame + n - 2, 0);
	seal(frame, 4, l2_len(0), n);
	put_be16(frame + n - 2, get_be16(tcp + 16));
	put_be16(tcp + 16, 0xffff);
	return n;
}

/* A frame that is not as it should be passes by itself, unchanged, and nothing passes it. */
static void test_bad_frames(void **state)
{
	static uint32_t (*const breakers[])(uint8_t * frame, uint32_t n) = {
		break_tcp_check, break_ip_check, set_more_fragments, set_accurate_ecn,
		truncate_frame,	 pad_frame,	 set_ip_options,     set_other_zero,
	};
	struct bench *bench = *state;

	for (size_t b = 0; b < sizeof(breakers) / sizeof(breakers[0]); b++) {
		for (uint32_t bad = 0; bad < 4; bad++) {
			struct tcp_fields f = make_flow(4);

			bench->n = 0;
			f.payload = 1400;
			for (uint32_t i = 0; i < 4; i++) {
				uint32_t n = make_tcp(bench->frames[i], &f);

				if (i == bad)
					n = breakers[b](bench->frames[i], n);
				join(bench, n, 1);
				go_on(&f);
			}
			assert_int_equal(merge(bench), bad == 0 || bad == 3 ? 2 : 1);
			assert_int_equal(bench->buffers[bad].offload.segment, 0);
			assert_false(bench->buffers[bad].merged);
			expect_all_back(bench);
		}
	}
}

/* Also where all have it. */
static void test_accurate_ecn(void **state)
{
	struct bench *bench = *state;
	struct tcp_fields f = make_flow(4);

	for (uint32_t i = 0; i < 4; i++) {
		uint32_t n = make_tcp(bench->frames[i], &f);

		join(bench, set_accurate_ecn(bench->frames[i], n), 1);
		go_on(&f);
	}
	assert_int_equal(merge(bench), 0);
	expect_all_back(bench);
}

/* The sorter drops superframes of tiny segments (bad_gso), so none are made. */
static void test_tiny_segments(void **state)
{
	struct bench *bench = *state;
	struct tcp_fields f = make_flow(4);

	f.payload = 87;
	add(bench, &f);
	add(bench, &f);
	assert_int_equal(merge(bench), 0);
	f.payload = 88;
	bench->n = 0;
	add(bench, &f);
	add(bench, &f);
	assert_int_equal(merge(bench), 1);
	expect_all_back(bench);
}

static void test_others_are_left_alone(void **state)
{
	struct bench *bench = *state;
	struct tcp_fields f = make_flow(4);

	add(bench, &f);
	memset(bench->frames[1], 0xff, 60); /* LLC, broadcast */
	join(bench, 60, UINT32_MAX);
	memcpy(bench->frames[2], bench->frames[0], 60);
	bench->frames[2][l2_len(0) + 9] = 17; /* UDP */
	join(bench, 60, UINT32_MAX);
	join(bench, 3, UINT32_MAX);
	add(bench, &f);
	assert_int_equal(merge(bench), 1);
	assert_int_equal(bench->buffers[0].next, 4);
	expect_all_back(bench);
}

static void perturb(struct tcp_fields *f)
{
	switch (rand() % 64) {
#define ONE(name, statement)                                                                       \
	case __COUNTER__:                                                                          \
		statement;                                                                         \
		break;
#define f (*f)
		PERTURBATIONS(ONE)
#undef f
	case 40:
		f->payload = 1 + (uint32_t)rand() % 1500;
		break;
	case 41:
		f->flags = TCP_ACK | TCP_PSH;
		break;
	case 42:
		f->id = (uint16_t)rand();
		break;
	default:
		break;
	}
	if (f->tags > 2)
		f->tags = 2;
	if (f->payload > 1500)
		f->payload = 1500;
}

static void scribble(uint8_t *frame, uint32_t *n)
{
	switch (rand() % 50) {
	case 0:
		frame[(uint32_t)rand() % *n] ^= (uint8_t)(1 << rand() % 8);
		break;
	case 1: /* among the headers */
		frame[(uint32_t)rand() % 80 % *n] = (uint8_t)rand();
		break;
	case 2:
		*n = 1 + (uint32_t)rand() % *n;
		break;
	default:
		break;
	}
}

/* The flow that is in the frame now, whatever it was made as. */
static uint32_t tell_flow(const struct bench *bench, const uint8_t *frame, uint32_t n,
			  const struct tcp_fields *made_as)
{
	const uint32_t l3 = l2_len(made_as->tags), l4 = l3 + ip_len(made_as->version);
	const uint32_t protocol = l3 + (made_as->version == 4 ? 9 : 6);
	uint32_t hash = 2166136261; /* FNV-1a */

	if (n < l4 + 4 || frame[protocol] != 6)
		return UINT32_MAX - bench->n;
	for (uint32_t i = 0; i < l4 + 4; i++) {
		if (i < l3 || i >= l3 + (made_as->version == 4 ? 12 : 8))
			hash = (hash ^ frame[i]) * 16777619;
	}
	return hash;
}

static void test_random(void **state)
{
	struct bench *bench = *state;
	uint64_t merged = 0;

	for (int round = 0; round < BATCHES; round++) {
		struct tcp_fields flows[3];
		uint32_t size = 1 + (uint32_t)rand() % SVF_LRO_BATCH;
		uint32_t n_flows = 1 + (uint32_t)rand() % 3;

		bench->n = 0;
		for (uint32_t i = 0; i < n_flows; i++) {
			flows[i] = make_flow(rand() % 2 ? 4 : 6);
			flows[i].source_port = (uint16_t)(rand() % 2);
			flows[i].tags = (uint8_t)(rand() % 3);
		}
		while (bench->n < size) {
			struct tcp_fields *flow = &flows[(uint32_t)rand() % n_flows];
			uint8_t flags = flow->flags;
			uint32_t payload = flow->payload;
			uint8_t *frame = bench->frames[bench->n];
			uint32_t n;

			perturb(flow);
			n = make_tcp(frame, flow);
			scribble(frame, &n);
			go_on(flow);
			join(bench, n, tell_flow(bench, frame, n, flow));
			if (rand() % 2) {
				flow->flags = flags;
				flow->payload = payload;
			}
		}
		merged += merge(bench);
		expect_all_back(bench);
	}
	assert_true(merged > BATCHES);
}

/* Whatever the bytes: no access outside, and nothing is changed that is not merged. */
static void test_noise(void **state)
{
	struct bench *bench = *state;

	for (int round = 0; round < BATCHES; round++) {
		bench->n = 0;
		while (bench->n < 4) {
			uint8_t *frame = bench->frames[bench->n];
			uint32_t n = (uint32_t)rand() % 100;
			/* on the heap, for the sanitizer to see what is behind it */
			uint8_t *tight = malloc(n + 1);

			assert_non_null(tight);
			for (uint32_t i = 0; i < n; i++)
				frame[i] = (uint8_t)rand();
			if (n > 14) {
				put_be16(frame + 12, rand() % 2 ? 0x0800 : 0x86dd);
				frame[14] = rand() % 2 ? 0x45 : 0x60;
			}
			if (n > 23)
				frame[rand() % 2 ? 23 : 20] = 6;
			memcpy(tight, frame, n);
			join(bench, n, UINT32_MAX - bench->n);
			bench->buffers[bench->n - 1].data = tight;
		}
		(void)merge(bench);
		expect_all_back(bench);
		for (uint32_t i = 0; i < bench->n; i++)
			free(bench->buffers[i].data);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(merges),
		TEST(last_one_ends_it),
		TEST(length),
		TEST(flows_side_by_side),
#define X(name, statement) TEST(name),
		PERTURBATIONS(X)
#undef X
			TEST(identification),
		TEST(bad_frames),
		TEST(accurate_ecn),
		TEST(tiny_segments),
		TEST(others_are_left_alone),
		TEST(random),
		TEST(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
