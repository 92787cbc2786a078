// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of `attach`. What can be seen to be wrong without looking at the machine is
 * refused here, a router that none of the addresses reaches included.
 */
#include <errno.h>
#include <string.h>

#include "attach.h"
#include "parse.h"

#define usage_error(err, ...) svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL, __VA_ARGS__)

static int take_vf(struct svf_cli *cli, struct svf_attach_request *request, struct svf_errmsg *err)
{
	request->any = cli->n_words > 1 && strcmp(cli->words[0], "vf") == 0 &&
		       strcmp(cli->words[1], "any") == 0;
	if (!request->any)
		return svf_cli_take_vf(cli, request->pf, &request->vf, err);
	cli->words += 2;
	cli->n_words -= 2;
	return 0;
}

static int take_places(const struct svf_cli *cli, struct svf_attach_request *request,
		       struct svf_errmsg *err)
{
	request->netns = cli->values[SVF_OPTION_NETNS];
	request->ifname = cli->values[SVF_OPTION_IFNAME];
	if (!request->netns || !request->netns[0])
		return usage_error(err, "attach: %s: where to? --netns with a name, pid or path",
				   request->pf);
	/* the kernel takes "%d" for a pattern */
	if (request->ifname &&
	    (svf_parse_ifname(request->ifname) < 0 || strchr(request->ifname, '%')))
		return usage_error(err, "attach: %s: --ifname %s: cannot be the name of a netdev",
				   request->pf, request->ifname);
	return 0;
}

static int take_address(struct svf_attach_request *request, const char *text,
			struct svf_errmsg *err)
{
	struct svf_inet inet;
	int r = svf_inet_parse_cidr(text, &inet);

	if (r == -EDOM)
		return usage_error(err, "attach: %s: --address %s: no host can have it",
				   request->pf, text);
	if (r < 0)
		return usage_error(err,
				   "attach: %s: --address %s: must be an address with its prefix "
				   "length, as 192.0.2.13/24 or 2001:db8::13/64",
				   request->pf, text);
	for (unsigned int i = 0; i < request->n_addresses; i++)
		if (svf_inet_equal(&request->addresses[i], &inet))
			return usage_error(err, "attach: %s: --address %s: is given twice",
					   request->pf, text);
	if (request->n_addresses == SVF_ATTACH_ADDRESSES_MAX)
		return usage_error(err, "attach: %s: --address %s: no more than %d are possible",
				   request->pf, text, SVF_ATTACH_ADDRESSES_MAX);
	request->addresses[request->n_addresses++] = inet;
	return 0;
}

/* Every netdev has a link-local address; of others one must be in the router's network. */
static int check_reach(const struct svf_attach_request *request, const struct svf_inet *gateway,
		       const char *text, struct svf_errmsg *err)
{
	bool reached = svf_inet_is_link_local(gateway);

	for (unsigned int i = 0; i < request->n_addresses; i++) {
		if (svf_inet_equal(&request->addresses[i], gateway))
			return usage_error(err, "attach: %s: --gateway %s: is the VF's own address",
					   request->pf, text);
		reached = reached || svf_inet_in(gateway, &request->addresses[i]);
	}
	if (!reached)
		return usage_error(err,
				   "attach: %s: --gateway %s: is in no network of an --address",
				   request->pf, text);
	return 0;
}

static int take_gateway(struct svf_attach_request *request, const char *text,
			struct svf_errmsg *err)
{
	struct svf_inet inet;

	if (svf_inet_parse(text, &inet) < 0)
		return usage_error(err, "attach: %s: --gateway %s: must be a router's address",
				   request->pf, text);
	for (unsigned int i = 0; i < request->n_gateways; i++)
		if (request->gateways[i].family == inet.family)
			return usage_error(err, "attach: %s: --gateway %s: there can be one %s",
					   request->pf, text,
					   inet.family == AF_INET ? "for IPv4" : "for IPv6");
	request->gateways[request->n_gateways++] = inet;
	return check_reach(request, &inet, text, err);
}

/* Addresses first: gateways are judged by them, in whatever order they were given. */
static int take_inets(const struct svf_cli *cli, struct svf_attach_request *request,
		      struct svf_errmsg *err)
{
	int r = 0;

	for (unsigned int i = 0; i < cli->n_repeated && !r; i++)
		if (cli->repeated[i].option == SVF_OPTION_ADDRESS)
			r = take_address(request, cli->repeated[i].value, err);
	for (unsigned int i = 0; i < cli->n_repeated && !r; i++)
		if (cli->repeated[i].option == SVF_OPTION_GATEWAY)
			r = take_gateway(request, cli->repeated[i].value, err);
	return r;
}

int svf_attach_parse(struct svf_cli *cli, struct svf_attach_request *ret_request,
		     struct svf_errmsg *err)
{
	struct svf_attach_request request = {};
	int r = svf_cli_take_pf(cli, &request.pf, err);

	if (!r)
		r = take_vf(cli, &request, err);
	if (!r)
		r = svf_cli_end(cli, err);
	if (!r)
		r = take_places(cli, &request, err);
	if (!r)
		r = take_inets(cli, &request, err);
	if (!r)
		*ret_request = request;
	return r;
}
