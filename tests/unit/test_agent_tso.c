// SPDX-License-Identifier: GPL-2.0-only
/*
 * TSO and checksum completion against cutting by the book, by hand and over random superframes;
 * what cannot be cut is refused; whatever the bytes, nothing outside them is touched.
 */
#include "agent_fake.h"
#include "tcp_frames.h"

#include "../../vf-agent/tso.h"

#define MSS    1448
#define ROUNDS 5000
#define RING   64

struct bench {
	uint8_t data[SVF_TSO_ROOM];
	uint8_t copy[SVF_TSO_ROOM];
	struct svf_tso tso;
	struct svf_port_buffer buffer;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	*state = bench;
	srand(6);
	if (!bench)
		return -1;
	bench->tso.data = bench->data;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static struct tcp_fields make_flow(uint8_t version, uint32_t payload)
{
	return (struct tcp_fields){
		.version = version,
		.source = 0x0a000001,
		.destination = 0x0a000002,
		.source_port = 40000,
		.destination_port = 80,
		.ttl = 64,
		.dont_fragment = true,
		.id = 0xfffe,
		.seq = 0xfffff000,
		.ack = 1000,
		.flags = TCP_ACK,
		.window = 501,
		.has_timestamps = true,
		.timestamp = 1,
		.payload = payload,
	};
}

/* The frame's TCP checksum as a stack leaves it for a card. */
static void unfinish(uint8_t *frame, uint8_t version, uint32_t l3, uint32_t n)
{
	uint32_t l4 = l3 + ip_len(version), sum = n - l4 + 6;

	sum = version == 4 ? sum_be16(sum, frame + l3 + 12, 8) : sum_be16(sum, frame + l3 + 8, 32);
	put_be16(frame + l4 + 16, sum);
}

/* A superframe, or a frame if segment is 0, in the bench. */
static void make_super(struct bench *bench, const struct tcp_fields *f, uint16_t segment)
{
	uint32_t n = make_tcp(bench->data, f), l3 = l2_len(f->tags);
	uint32_t l4 = l3 + ip_len(f->version);

	unfinish(bench->data, f->version, l3, n);
	svf_tso_get_buffer(&bench->tso, &bench->buffer);
	bench->buffer.length = n;
	bench->buffer.offload = (struct svf_offload){
		.segment = segment,
		.headers = (uint16_t)(l4 + (uint32_t)(bench->data[l4 + 12] >> 4) * 4),
		.checksum_start = (uint16_t)l4,
		.checksum_offset = 16,
		.version = segment ? f->version : 0,
		.has_checksum = true,
	};
	memcpy(bench->copy, bench->data, n);
}

/* Every frame that comes out is the one that the book has. */
static void expect_cut(struct bench *bench)
{
	struct svf_offload offload = bench->buffer.offload;
	uint32_t cuts = count_cuts(bench->buffer.length, &offload);

	bench->buffer.offload.headers = (uint16_t)rand(); /* it lies */
	assert_int_equal(svf_tso_begin(&bench->tso, &bench->buffer), 0);
	for (uint32_t i = 0; i < cuts; i++) {
		uint8_t *expected = malloc(SVF_TSO_ROOM);
		uint8_t *frame;
		uint32_t n;

		assert_non_null(expected);
		n = cut(bench->copy, bench->buffer.length, &offload, i, expected);
		frame = malloc(n); /* no more than it needs, for the sanitizer */
		assert_non_null(frame);
		assert_true(svf_tso_is_pending(&bench->tso));
		assert_int_equal(svf_tso_next(&bench->tso, frame, n), n);
		assert_memory_equal(frame, expected, n);
		free(frame);
		free(expected);
	}
	assert_false(svf_tso_is_pending(&bench->tso));
}

static void test_cuts(void **state)
{
	struct bench *bench = *state;

	for (uint8_t version = 4; version <= 6; version += 2) {
		for (uint8_t tags = 0; tags <= 2; tags++) {
			struct tcp_fields f = make_flow(version, 10 * MSS + 7);

			f.tags = tags;
			f.flags = TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR;
			make_super(bench, &f, MSS);
			expect_cut(bench);
		}
	}
}

static void test_random(void **state)
{
	struct bench *bench = *state;

	for (int round = 0; round < ROUNDS; round++) {
		uint16_t segment = (uint16_t)(1 + (uint32_t)rand() % 4000);
		struct tcp_fields f =
			make_flow(rand() % 2 ? 4 : 6, 1 + (uint32_t)rand() % (20U * segment));

		if (f.payload > 65000)
			f.payload = 65000;
		f.tags = (uint8_t)(rand() % 3);
		f.id = (uint16_t)rand();
		f.seq = (uint32_t)rand() * 2;
		f.flags = (uint8_t)(rand() % 256);
		f.tos = (uint8_t)rand();
		f.has_timestamps = rand() % 2;
		f.dont_fragment = rand() % 2;
		make_super(bench, &f, segment);
		/* also without the pseudo-header's sum, as of what was merged by a card */
		if (rand() % 4 == 0) {
			put_be16(bench->data + bench->buffer.offload.checksum_start + 16, 0);
			bench->buffer.offload.has_checksum = false;
		}
		expect_cut(bench);
	}
}

/* IPv4 options, and IPv6 destination options, are repeated in each frame. */
static void test_options(void **state)
{
	struct bench *bench = *state;

	for (uint8_t version = 4; version <= 6; version += 2) {
		struct tcp_fields f = make_flow(version, 3 * MSS);
		uint32_t l3 = l2_len(0), l4 = l3 + ip_len(version), more = version == 4 ? 4 : 8;
		uint8_t frame[TCP_FRAME_MAX], plain[TCP_FRAME_MAX];
		uint8_t *ip = bench->data + l3;
		struct svf_offload offload;
		uint32_t n;

		make_super(bench, &f, MSS);
		offload = bench->buffer.offload;
		memmove(bench->data + l4 + more, bench->data + l4, bench->buffer.length - l4);
		if (version == 4) {
			memset(ip + 20, 1, more);
			ip[0] = 0x46;
			put_be16(ip + 2, get_be16(ip + 2) + more);
		} else {
			memcpy(ip + 40, "\x06\0\x01\x04\0\0\0\0", more);
			ip[6] = 60;
			put_be16(ip + 4, get_be16(ip + 4) + more);
		}
		bench->buffer.length += more;
		bench->buffer.offload.checksum_start += (uint16_t)more;
		assert_int_equal(svf_tso_begin(&bench->tso, &bench->buffer), 0);
		for (uint32_t i = 0; i < 3; i++) {
			n = svf_tso_next(&bench->tso, frame, sizeof(frame));
			assert_int_equal(n, cut(bench->copy, bench->buffer.length - more, &offload,
						i, plain) +
						    more);
			assert_memory_equal(frame + l4 + more, plain + l4, n - l4 - more);
			if (version == 4) {
				assert_int_equal(sum_be16(0, frame + l3, 24), 0xffff);
				assert_int_equal(get_be16(frame + l3 + 2), n - l3);
			} else {
				assert_int_equal(get_be16(frame + l3 + 4), n - l3 - 40);
			}
		}
		assert_false(svf_tso_is_pending(&bench->tso));
	}
}

static void test_checksum_is_finished(void **state)
{
	struct bench *bench = *state;

	for (int round = 0; round < ROUNDS; round++) {
		struct tcp_fields f = make_flow(rand() % 2 ? 4 : 6, (uint32_t)rand() % 1400);
		uint8_t frame[TCP_FRAME_MAX];
		uint32_t n;

		f.tags = (uint8_t)(rand() % 3);
		make_super(bench, &f, 0);
		n = bench->buffer.length;
		seal(bench->copy, f.version, l2_len(f.tags), n);
		assert_int_equal(svf_tso_begin(&bench->tso, &bench->buffer), 0);
		assert_int_equal(svf_tso_next(&bench->tso, frame, sizeof(frame)), n);
		/* of the two zeros this may be the other, as the kernel's is */
		if (get_be16(bench->copy + bench->buffer.offload.checksum_start + 16) != 0)
			assert_memory_equal(frame, bench->copy, n);
		assert_false(svf_tso_is_pending(&bench->tso));
	}
}

static void test_zero_is_written_as_ffff(void **state)
{
	struct bench *bench = *state;
	uint8_t frame[64];

	memset(bench->data, 0xff, 60); /* its sum is 0xffff */
	svf_tso_get_buffer(&bench->tso, &bench->buffer);
	bench->buffer.length = 60;
	bench->buffer.offload = (struct svf_offload){ .checksum_start = 34,
						      .checksum_offset = 6,
						      .has_checksum = true };
	assert_int_equal(svf_tso_begin(&bench->tso, &bench->buffer), 0);
	assert_int_equal(svf_tso_next(&bench->tso, frame, sizeof(frame)), 60);
	assert_int_equal(get_be16(frame + 40), 0xffff);
}

static void test_finished_frame_is_left_alone(void **state)
{
	struct bench *bench = *state;
	uint8_t frame[64];

	for (uint32_t i = 0; i < 64; i++)
		bench->data[i] = (uint8_t)i;
	svf_tso_get_buffer(&bench->tso, &bench->buffer);
	bench->buffer.length = 64;
	assert_int_equal(svf_tso_begin(&bench->tso, &bench->buffer), 0);
	assert_int_equal(svf_tso_next(&bench->tso, frame, sizeof(frame)), 64);
	assert_memory_equal(frame, bench->data, 64);
	assert_false(svf_tso_is_pending(&bench->tso));
}

static void test_too_long(void **state)
{
	struct bench *bench = *state;
	struct tcp_fields f = make_flow(4, 2 * 3000 + 100);
	uint8_t frame[2048];

	make_super(bench, &f, 3000);
	assert_int_equal(svf_tso_begin(&bench->tso, &bench->buffer), 0);
	assert_int_equal(svf_tso_next(&bench->tso, frame, sizeof(frame)), 66 + 3000);
	assert_int_equal(svf_tso_next(&bench->tso, frame, sizeof(frame)), 66 + 3000);
	assert_int_equal(svf_tso_next(&bench->tso, frame, sizeof(frame)), 66 + 100);
	assert_false(svf_tso_is_pending(&bench->tso));
}

/* One thing wrong with a superframe each. */
static void test_refused(void **state)
{
	struct bench *bench = *state;

	for (int what = 0; what < 12; what++) {
		struct tcp_fields f = make_flow(4, 3 * MSS);
		struct svf_offload *offload = &bench->buffer.offload;

		make_super(bench, &f, MSS);
		switch (what) {
		case 0:
			offload->version = 6;
			break;
		case 1:
			offload->version = SVF_OFFLOAD_UNKNOWN;
			break;
		case 2:
			offload->segment = 0;
			break;
		case 3:
			offload->checksum_start++;
			break;
		case 4:
			offload->checksum_offset = 6;
			break;
		case 5: /* UDP */
			bench->data[l2_len(0) + 9] = 17;
			break;
		case 6: /* a fragment */
			bench->data[l2_len(0) + 7] = 1;
			break;
		case 7: /* truncated */
			bench->buffer.length--;
			break;
		case 8: /* padded */
			bench->buffer.length++;
			break;
		case 9: /* a TCP header beyond the packet */
			put_be16(bench->data + l2_len(0) + 2, 20 + 24);
			bench->buffer.length = l2_len(0) + 20 + 24;
			break;
		case 10: /* no payload */
			put_be16(bench->data + l2_len(0) + 2, 20 + 32);
			bench->buffer.length = l2_len(0) + 20 + 32;
			break;
		case 11: /* longer than its memory */
			bench->buffer.length = SVF_TSO_ROOM + 1;
			break;
		}
		assert_int_equal(svf_tso_begin(&bench->tso, &bench->buffer), -EBADMSG);
		assert_false(svf_tso_is_pending(&bench->tso));
		assert_true(svf_tso_guess(&bench->buffer) >= 1);
	}
}

static void test_checksum_outside_the_frame(void **state)
{
	static const struct svf_offload rows[] = {
		{ .checksum_start = 60, .has_checksum = true },
		{ .checksum_start = 59, .has_checksum = true },
		{ .checksum_start = 34, .checksum_offset = 25, .has_checksum = true },
		{ .checksum_start = 65535, .checksum_offset = 65535, .has_checksum = true },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		svf_tso_get_buffer(&bench->tso, &bench->buffer);
		bench->buffer.length = 60;
		bench->buffer.offload = rows[i];
		assert_int_equal(svf_tso_begin(&bench->tso, &bench->buffer), -EBADMSG);
	}
}

static void scribble(uint8_t *data, uint32_t n)
{
	for (int i = rand() % 4; i >= 0; i--)
		data[(uint32_t)rand() % n] = (uint8_t)rand();
}

/* Headers with bytes changed at will, any offload: refused or cut, nothing else. */
static void test_noise(void **state)
{
	struct bench *bench = *state;
	int cuts = 0;

	for (int round = 0; round < 10 * ROUNDS; round++) {
		struct tcp_fields f = make_flow(rand() % 2 ? 4 : 6, (uint32_t)rand() % 600);
		uint8_t *tight, *frame;

		f.tags = (uint8_t)(rand() % 6);
		make_super(bench, &f, (uint16_t)(1 + rand() % 200));
		scribble(bench->data, 80);
		if (rand() % 4 == 0)
			scribble((uint8_t *)&bench->buffer.offload, 4 * sizeof(uint16_t));
		if (rand() % 4 == 0)
			bench->buffer.length = 1 + (uint32_t)rand() % bench->buffer.length;
		tight = malloc(bench->buffer.length);
		assert_non_null(tight);
		memcpy(tight, bench->data, bench->buffer.length);
		bench->tso.data = tight;
		if (svf_tso_begin(&bench->tso, &bench->buffer) == 0) {
			cuts++;
			while (svf_tso_is_pending(&bench->tso)) {
				uint32_t room = (uint32_t)rand() % 2048;

				frame = malloc(room + 1);
				assert_non_null(frame);
				(void)svf_tso_next(&bench->tso, frame, room);
				free(frame);
			}
		}
		bench->tso.data = bench->data;
		free(tight);
	}
	assert_true(cuts > ROUNDS);
}

/* --- in the engine --- */

static void expect_no_frame_in_hand(struct fake_rig *rig)
{
	struct svf_ring_indexes indexes;

	fake_indexes(&rig->kernel.rings, &indexes);
	assert_int_equal(svf_ledger_check(&rig->ledger, &indexes), 0);
	assert_int_equal(svf_ledger_audit(&rig->ledger), 0);
}

/* The VF has superframes of so many frames to send. */
static void give_superframes(struct fake_rig *rig, struct bench *bench, uint32_t vf, uint32_t n,
			     uint32_t frames)
{
	struct tcp_fields f = make_flow(6, frames * 500);

	make_super(bench, &f, 500);
	rig->ports[vf].waiting = n;
	rig->ports[vf].data = bench->copy;
	rig->ports[vf].length = bench->buffer.length;
	rig->ports[vf].offload = bench->buffer.offload;
}

/* More frames than a visit, more than the ring: the rest comes when there is room, in order. */
static void test_superframe_waits_for_room(void **state)
{
	struct bench *bench = *state;
	struct fake_rig *rig = fake_rig_new(2, RING, false);
	struct svf_forward *forward = &rig->engine.forward;
	uint8_t expected[TCP_FRAME_MAX];
	uint32_t asked, done = 0;
	uint64_t bytes;

	give_superframes(rig, bench, 0, 1, 100);
	rig->kernel.holds = true;
	assert_int_equal(svf_forward_transmit(forward, 0, &asked, &bytes), SVF_TRANSMIT_BATCH);
	assert_int_equal(bytes, SVF_TRANSMIT_BATCH * (14 + 40 + 32 + 500));
	assert_int_equal(svf_forward_transmit(forward, 0, &asked, &bytes), SVF_TRANSMIT_BATCH);
	assert_int_equal(svf_forward_transmit(forward, 0, &asked, &bytes), 0);
	assert_int_equal(asked, 0);
	/* Who waits keeps nobody else waiting. */
	rig->ports[1].waiting = 1;
	rig->ports[1].length = 60;
	assert_int_equal(svf_forward_transmit(forward, 1, &asked, &bytes), 1);
	expect_no_frame_in_hand(rig);

	rig->kernel.holds = false;
	for (int visit = 0; visit < 4; visit++) {
		while (fifo_count(&rig->kernel.tx[0]) > 0) {
			const struct fake_fifo *tx = &rig->kernel.tx[0];
			struct svf_descriptor d = tx->entries[tx->head % FAKE_FIFO_SIZE];
			uint32_t n = cut(bench->copy, bench->buffer.length, &bench->buffer.offload,
					 done++, expected);

			assert_int_equal(d.length, n);
			assert_memory_equal(rig->umem + d.address, expected, n);
			fake_send(&rig->kernel, 0, 1);
		}
		assert_true(svf_forward_complete(forward) >= 0);
		assert_true(svf_forward_transmit(forward, 0, &asked, &bytes) >= 0);
	}
	assert_int_equal(done, 100);
	assert_int_equal(rig->stats[0].tx_packets, 100);
	expect_no_frame_in_hand(rig);
	fake_rig_free(rig);
}

static void test_refused_superframe_is_counted(void **state)
{
	struct bench *bench = *state;
	struct fake_rig *rig = fake_rig_new(1, RING, false);
	uint32_t asked;
	uint64_t bytes;

	give_superframes(rig, bench, 0, 2, 10);
	rig->ports[0].offload.version = SVF_OFFLOAD_UNKNOWN;
	assert_int_equal(svf_forward_transmit(&rig->engine.forward, 0, &asked, &bytes), 2);
	assert_int_equal(fifo_count(&rig->kernel.tx[0]), 0);
	assert_int_equal(rig->stats[0].tx_unsegmented, 2 * 10);
	expect_no_frame_in_hand(rig);
	fake_rig_free(rig);
}

/* Bytes are shared, whatever they came in: one sends superframes, the other frames. */
static void test_fair(void **state)
{
	struct bench *bench = *state;
	struct fake_rig *rig = fake_rig_new(2, RING, false);
	double ratio;

	give_superframes(rig, bench, 0, UINT32_MAX, 100);
	rig->ports[1].waiting = UINT32_MAX;
	rig->ports[1].length = 1000;
	svf_engine_set_port_ready(&rig->engine, 0);
	svf_engine_set_port_ready(&rig->engine, 1);
	fake_rounds(rig, 200, 0);
	ratio = (double)rig->stats[0].tx_bytes / (double)rig->stats[1].tx_bytes;
	assert_true(ratio > 0.95 && ratio < 1.05);
	fake_rig_free(rig);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cuts),
		TEST(random),
		TEST(options),
		TEST(checksum_is_finished),
		TEST(zero_is_written_as_ffff),
		TEST(finished_frame_is_left_alone),
		TEST(too_long),
		TEST(refused),
		TEST(checksum_outside_the_frame),
		TEST(noise),
		TEST(superframe_waits_for_room),
		TEST(refused_superframe_is_counted),
		TEST(fair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
