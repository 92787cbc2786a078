// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into the real ip(8): adds what a driver with SR-IOV would have told (IFLA_NUM_VF,
 * IFLA_VFINFO_LIST) to the kernel's answers about netdevs. The attributes' bytes are in the file
 * $SVF_VFINFO, one line "<ifindex> <hexadecimal>" for each PF; tests/net/svfnet/vfinfo.py makes
 * them. So ip prints by itself what it prints for a card's VFs.
 *
 * ip asks twice for each message, first how long it is; a message may be longer than what the
 * kernel then said, by ROOM at most.
 */
#include <dlfcn.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ROOM 65536

typedef ssize_t (*recvmsg_fn)(int fd, struct msghdr *msg, int flags);

static unsigned int nibble(char c)
{
	return c <= '9' ? (unsigned int)(c - '0') : (unsigned int)(c - 'a' + 10);
}

/* The bytes for this netdev; how many. */
static size_t find_attributes(int ifindex, uint8_t out[ROOM])
{
	FILE *file = fopen(getenv("SVF_VFINFO") ?: "", "re");
	static char hex[2 * ROOM + 1];
	size_t n = 0;
	int found;

	if (!file)
		return 0;
	while (fscanf(file, "%d %131072s", &found, hex) == 2) {
		if (found != ifindex)
			continue;
		for (n = 0; hex[2 * n]; n++)
			out[n] = (uint8_t)(nibble(hex[2 * n]) << 4 | nibble(hex[2 * n + 1]));
		break;
	}
	(void)fclose(file);
	return n;
}

/* Copies the messages, those about netdevs that have VFs with the attributes. */
static size_t rewrite(const uint8_t *from, size_t len, uint8_t *to, size_t room)
{
	static uint8_t vfs[ROOM];
	size_t used = 0;

	while (len >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *nlh = (const void *)from;
		struct nlmsghdr *out = (void *)(to + used);
		size_t whole = NLMSG_ALIGN(nlh->nlmsg_len), more = 0;

		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len)
			break;
		if (whole > len)
			whole = len;
		if (nlh->nlmsg_type == RTM_NEWLINK)
			more = find_attributes(
				((const struct ifinfomsg *)NLMSG_DATA(nlh))->ifi_index, vfs);
		if (used + whole + more > room)
			abort();
		memcpy(out, from, whole);
		memcpy((uint8_t *)out + whole, vfs, more);
		out->nlmsg_len += (uint32_t)more;
		used += NLMSG_ALIGN(out->nlmsg_len);
		from += whole;
		len -= whole;
	}
	return used;
}

static int family_of(int fd)
{
	int family = 0;
	socklen_t len = sizeof(family);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) < 0 ? 0 : family;
}

__attribute__((visibility("default"))) ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	recvmsg_fn real = (recvmsg_fn)dlsym(RTLD_NEXT, "recvmsg");
	struct iovec *iov = msg->msg_iov;
	uint8_t *buf;
	ssize_t n;

	if (family_of(fd) != AF_NETLINK)
		return real(fd, msg, flags);
	if (flags & MSG_PEEK) {
		n = real(fd, msg, flags);
		return n < 0 ? n : n + 8 * ROOM;
	}

	struct iovec ours = { .iov_len = iov->iov_len };
	struct msghdr whole = *msg;

	buf = malloc(iov->iov_len);
	if (!buf)
		abort();
	ours.iov_base = buf;
	whole.msg_iov = &ours;
	whole.msg_iovlen = 1;
	n = real(fd, &whole, flags);
	msg->msg_namelen = whole.msg_namelen;
	msg->msg_controllen = whole.msg_controllen;
	msg->msg_flags = whole.msg_flags;
	if (n > 0)
		n = (ssize_t)rewrite(buf, (size_t)n, iov->iov_base, iov->iov_len);
	free(buf);
	return n;
}
