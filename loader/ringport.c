// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making ring ports. The tap outlives our fd (TUNSETPERSIST) and is deleted like any
 * netdev; its queues appear as the agent attaches to them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include <svf/cleanup.h>

#include "link.h"
#include "ringport.h"

static int make_tap(struct svf_nl *nl, const char *name, const char *alias, unsigned int queues,
		    int *ret_ifindex, struct svf_errmsg *err)
{
	/* EXCL: never attach to somebody else's persistent tap. */
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL };
	unsigned int ifindex;
	int r;

	if (strlen(name) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	memcpy(ifr.ifr_name, name, strlen(name) + 1);
	if (queues > 1)
		ifr.ifr_flags |= IFF_MULTI_QUEUE;

	svf_cleanup(fd) int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return -errno;
	ifindex = if_nametoindex(ifr.ifr_name);
	if (ifindex == 0)
		return -errno;
	/* Until it is persistent, closing the fd removes the tap; from then on `down` finds it by
	 * its alias, which therefore comes first. */
	r = svf_link_set_alias(nl, (int)ifindex, alias, err);
	if (r < 0)
		return r;
	if (ioctl(fd, TUNSETPERSIST, 1) < 0)
		return -errno;
	*ret_ifindex = (int)ifindex;
	return 0;
}

int svf_ringport_new(struct svf_nl *nl, const char *name, const char *alias, unsigned int queues,
		     int *ret_ifindex, struct svf_errmsg *err)
{
	int r = make_tap(nl, name, alias, queues, ret_ifindex, err);

	if (r == -ENOENT || r == -ENODEV)
		return svf_errmsg_exit_set(err, SVF_EXIT_UNSUPPORTED, r,
					   "%s: cannot create tap: no /dev/net/tun", name);
	if (r == -EBUSY)
		return svf_errmsg_set(err, r, "%s: cannot create tap: the name is taken", name);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot create tap: %s", name, strerror(-r));
	return 0;
}
