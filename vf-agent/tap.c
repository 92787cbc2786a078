// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring port's tap queue. One system call per frame or superframe: a tap has no batches. Each has
 * a vnet header in front of it, which says what is left to be done with it.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <svf/cleanup.h>

#include "patience.h"
#include "tap.h"

/* The kernel's default length of a tap's vnet header; the version with num_buffers is longer. */
#define VNET_HDR_LEN 10
_Static_assert(sizeof(struct virtio_net_hdr) == VNET_HDR_LEN,
	       "TUNSETVNETHDRSZ stays at its default");

/* TUNSETIFF on a name that does not exist would create a device of that name. */
static int check_exists(const char *name)
{
	struct ifreq request = {};
	svf_cleanup(fd) int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return -errno;
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(sock, SIOCGIFINDEX, &request) < 0)
		return -errno;
	return 0;
}

/* The device was unregistered, or its queue detached: no frame will ever pass again. */
static bool is_gone(int error)
{
	return error == EBADFD || error == EFAULT || error == ENODEV;
}

/* What a vnet header leaves to us. */
static struct svf_offload read_header(const struct virtio_net_hdr *header)
{
	struct svf_offload offload = {};

	if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		offload.has_checksum = true;
		offload.checksum_start = header->csum_start;
		offload.checksum_offset = header->csum_offset;
	}
	switch (header->gso_type) {
	case VIRTIO_NET_HDR_GSO_NONE:
		return offload;
	case VIRTIO_NET_HDR_GSO_TCPV4:
		offload.version = 4;
		break;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		offload.version = 6;
		break;
	default: /* not asked for */
		offload.version = SVF_OFFLOAD_UNKNOWN;
		break;
	}
	offload.segment = header->gso_size;
	return offload;
}

static int receive(struct svf_vf_port *port, struct svf_port_buffer *buffer)
{
	struct virtio_net_hdr header;
	char spill; /* takes the first byte too many, and so tells a frame that does not fit */
	const struct iovec parts[] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = buffer->data, .iov_len = buffer->room },
		{ .iov_base = &spill, .iov_len = sizeof(spill) },
	};
	ssize_t bytes = readv(port->fd, parts, sizeof(parts) / sizeof(parts[0]));

	if (bytes < 0)
		return is_gone(errno) ? -ENODEV : 0;
	if (bytes < (ssize_t)sizeof(header))
		return 0;
	buffer->length = (uint32_t)bytes - sizeof(header);
	buffer->offload = read_header(&header);
	return 1;
}

/* The vnet header that says what is left to be done. Numbers are the machine's own: a tap's are
 * unless TUNSETVNETLE says otherwise. */
static struct virtio_net_hdr make_header(const struct svf_offload *offload)
{
	struct virtio_net_hdr header = {};

	if (offload->has_checksum) {
		header.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		header.csum_start = offload->checksum_start;
		header.csum_offset = offload->checksum_offset;
	}
	if (offload->segment > 0) {
		header.gso_type =
			offload->version == 4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
		header.gso_size = offload->segment;
		header.hdr_len = offload->headers;
	}
	return header;
}

static int send_frame(struct svf_vf_port *port, const struct svf_port_buffer *buffers,
		      uint32_t first)
{
	struct virtio_net_hdr header = make_header(&buffers[first].offload);
	struct iovec parts[1 + SVF_PORT_PARTS_MAX];
	uint32_t i = first;
	int n = 0;

	parts[n++] = (struct iovec){ &header, sizeof(header) };
	for (; i != SVF_PORT_LAST && n < 1 + SVF_PORT_PARTS_MAX; i = buffers[i].next)
		parts[n++] = (struct iovec){
			.iov_base = (uint8_t *)buffers[i].data + buffers[i].skip,
			.iov_len = buffers[i].length - buffers[i].skip,
		};
	assert(i == SVF_PORT_LAST);
	if (writev(port->fd, parts, n) >= 0)
		return 0;
	/* EIO: the tap is down. That may change, so it is a refusal, not the end. */
	return is_gone(errno) ? -ENODEV : -errno;
}

static void free_tap(struct svf_vf_port *port)
{
	if (port->fd >= 0)
		(void)close(port->fd);
	free(port);
}

static const struct svf_vf_port_ops tap_ops = {
	.receive = receive,
	.send = send_frame,
	.free = free_tap,
};

/* -EBUSY while a killed agent's queues are being closed. */
static int attach_queue(int fd, struct ifreq *request, uint32_t timeout_ms)
{
	struct svf_patience patience = { .timeout_ms = timeout_ms };
	int waited = 0;

	while (ioctl(fd, TUNSETIFF, request) < 0) {
		int r = -errno;

		if (r != -EBUSY)
			return r;
		waited = svf_patience_wait(&patience);
		if (waited < 0)
			return waited == -EINTR ? waited : r;
	}
	return 0;
}

int svf_tap_open(const char *name, const struct svf_tap_params *params,
		 struct svf_vf_port **ret_port)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	svf_cleanup(fd) int fd = -1;
	struct svf_vf_port *port;
	int r;

	r = check_exists(name);
	if (r < 0)
		return r;
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	if (params->multi_queue)
		request.ifr_flags |= IFF_MULTI_QUEUE;
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	r = attach_queue(fd, &request, params->timeout_ms);
	if (r < 0)
		return r;
	/* Whatever is not asked for, the kernel finishes and cuts before we read it. */
	if (ioctl(fd, TUNSETOFFLOAD, params->tso ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0) < 0)
		return -errno;

	port = calloc(1, sizeof(*port));
	if (!port)
		return -ENOMEM;
	port->ops = &tap_ops;
	port->fd = TAKE_FD(fd);
	*ret_port = port;
	return 0;
}
