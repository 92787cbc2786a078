// SPDX-License-Identifier: GPL-2.0-only
/*
 * svf-ip: ip(8) with the VFs of svf's PFs, as ip has those of a card. `ip link show` is run by ip,
 * and VFs are put into what it printed; `ip link set DEV vf N ...` is done as `svf-loader set` does
 * it. Everything else becomes ip. What ip prints, its exit status, and what reads standard
 * input are ip's own. Where VFs cannot be read (not root), ip's output is as without us, and one
 * line on standard error says so.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <svf/log.h>

#include "cmd.h"
#include "enter.h"
#include "ip_merge.h"
#include "ip_run.h"
#include "json.h"
#include "link.h"
#include "show.h"
#include "state.h"
#include "ip_args.h"

SVF_DEFINE_CLEANUP(pf_names, char **, svf_pf_list_free(val_), NULL)

#define IP_EXIT_USAGE	255 /* what ip exits with for words it does not know */
#define IP_EXIT_REFUSED 2
#define WORDS_MAX	512

/* --- which netdevs are ours --- */

static int read_ifindex(const char *pf)
{
	struct svf_paths paths;
	struct svf_state state;

	if (svf_paths_init(&paths, pf) < 0 || svf_state_load(&paths, &state, NULL) < 0)
		return 0;
	return state.pf_ifindex;
}

/* Copies into ret_pf what `up` called this netdev. */
static bool find_pf(int ifindex, char ret_pf[IFNAMSIZ])
{
	svf_cleanup(pf_names) char **names = NULL;

	if (ifindex <= 0 || svf_pf_list(&names, NULL) < 0)
		return false;
	for (char **name = names; *name; name++) {
		if (read_ifindex(*name) != ifindex)
			continue;
		(void)snprintf(ret_pf, IFNAMSIZ, "%s", *name);
		return true;
	}
	return false;
}

/* By its name or an altname. */
static bool find_pf_by_name(const char *dev, char ret_pf[IFNAMSIZ])
{
	struct svf_nl *nl = NULL;
	struct svf_link link = {};
	int r = svf_nl_new(&nl, NULL);

	if (!r)
		r = svf_link_get_by_name(nl, dev, &link, NULL);
	(void)svf_nl_free(nl);
	return r == 0 && find_pf(link.ifindex, ret_pf);
}

/* --- show --- */

static struct svf_pf_info *collect(int ifindex)
{
	struct svf_errmsg err = {};
	struct svf_pf_info *info = NULL;
	char pf[IFNAMSIZ];
	int r;

	if (!find_pf(ifindex, pf))
		return NULL;
	r = geteuid() == 0 ? svf_pf_info_new(&info, pf, &err)
			   : svf_errmsg_set(&err, -EPERM, "%s: must be run as root", pf);
	if (r < 0)
		svf_warning("%s: its VFs are not shown", err.text[0] ? err.text : strerror(-r));
	return info;
}

static char *make_lines(void *arg, int ifindex)
{
	svf_cleanup(pf_info) struct svf_pf_info *info = collect(ifindex);
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!info)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	svf_show_vf_lines(out, info, arg);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static json_t *make_list(void *arg, int ifindex)
{
	svf_cleanup(pf_info) struct svf_pf_info *info = collect(ifindex);

	return info ? svf_show_json_vfs(info, arg, false) : NULL;
}

/* False: it is not what we know as JSON. */
static bool print_json(const char *text, const struct svf_ip_args *args,
		       struct svf_show_options *options)
{
	svf_cleanup(json) json_t *links = svf_ip_parse(text);
	svf_cleanup(json) json_t *merged = NULL;

	if (!json_is_array(links))
		return false;
	merged = svf_ip_merge_json(links, make_list, options);
	return merged && svf_json_print(stdout, merged, args->pretty) == 0;
}

static void print(const char *text, const struct svf_ip_args *args)
{
	struct svf_show_options options = {
		.stats = args->stats,
		.human = args->human,
		.iec = args->iec,
		.color = args->color_always || (args->color_auto && isatty(STDOUT_FILENO)),
		.vf = SVF_SHOW_ALL_VFS,
	};

	if (!args->json)
		svf_ip_merge_text(stdout, text, args->oneline, make_lines, &options);
	else if (!print_json(text, args, &options))
		fputs(text, stdout);
}

/* ip writes to a pipe here: what it would find out about the terminal we tell it. */
static int capture(int argc, char *argv[], const struct svf_ip_args *args, char **ret_text,
		   int *ret_status, struct svf_errmsg *err)
{
	char *words[WORDS_MAX + 2];
	int n = 0;

	if (!args->color_auto || !isatty(STDOUT_FILENO) || argc > WORDS_MAX)
		return svf_ip_capture(argv, ret_text, ret_status, err);
	for (int i = 0; i < argc; i++) {
		if (i == args->n_global)
			words[n++] = (char *)"-c=always";
		words[n++] = argv[i];
	}
	words[n] = NULL;
	return svf_ip_capture(words, ret_text, ret_status, err);
}

static int show(int argc, char *argv[], const struct svf_ip_args *args, struct svf_errmsg *err)
{
	svf_cleanup(mem) char *text = NULL;
	int status = 0, netns_fd = -1;
	int r = capture(argc, argv, args, &text, &status, err);

	if (r < 0)
		return r;
	if (args->netns && svf_netns_enter(args->netns, &netns_fd, NULL) < 0) {
		fputs(text, stdout); /* ip has told why */
	} else {
		print(text, args);
		(void)svf_netns_leave(netns_fd, NULL);
	}
	if (fflush(stdout) != 0 && status == 0)
		return svf_errmsg_set(err, -errno, "cannot write output: %s", strerror(errno));
	return status;
}

/* --- set --- */

/* `svf-loader set PF vf N ...` for the words from first up to (not with) end. */
static int set_vf(char *pf, char *const argv[], int first, int end, struct svf_errmsg *err)
{
	char *words[WORDS_MAX + 4] = { (char *)"svf-ip", (char *)"set", pf };
	struct svf_cli cli;
	int n = 3, r;

	if (end - first > WORDS_MAX)
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -E2BIG, "%s: too many words", pf);
	words[n++] = argv[first++];
	while (first < end)
		words[n++] = argv[first++];
	r = svf_cli_parse(&cli, n, words, err);
	return r < 0 ? r : svf_cmd_set(&cli, err);
}

/* One VF after the other, as ip's netlink message has them. */
static int set_vfs(char *pf, int argc, char *const argv[], int i, struct svf_errmsg *err)
{
	int r = 0;

	while (i < argc && r == 0) {
		int end = i + 1;

		while (end < argc && strcmp(argv[end], "vf") != 0)
			end++;
		r = set_vf(pf, argv, i, end, err);
		i = end;
	}
	return r;
}

/* What stands before `vf` is ip's: `ip link set DEV up vf 0 ...`. 0, or its exit status. */
static int set_rest(char *argv[], const struct svf_ip_args *args, struct svf_errmsg *err)
{
	char *words[WORDS_MAX + 1];
	svf_cleanup(mem) char *text = NULL;
	int status = 0, r;

	if (args->i_vf == args->i_dev + 1 || args->i_vf > WORDS_MAX)
		return 0;
	memcpy(words, argv, (size_t)args->i_vf * sizeof(*words));
	words[args->i_vf] = NULL;
	r = svf_ip_capture(words, &text, &status, err);
	if (!r)
		fputs(text, stdout);
	return r < 0 ? r : status;
}

static int set(int argc, char *argv[], const struct svf_ip_args *args, struct svf_errmsg *err)
{
	char pf[IFNAMSIZ] = "";
	int netns_fd = -1, r = 0;
	bool ours;

	/* ip itself tells what is wrong with the name */
	if (args->netns && svf_netns_enter(args->netns, &netns_fd, NULL) < 0)
		return svf_ip_become(argv, err);
	ours = find_pf_by_name(args->dev, pf);
	if (!ours || args->i_vf > args->i_dev + 1) {
		(void)svf_netns_leave(netns_fd, NULL);
		netns_fd = -1;
		if (!ours)
			return svf_ip_become(argv, err);
		r = set_rest(argv, args, err);
		if (r == 0 && args->netns)
			r = svf_netns_enter(args->netns, &netns_fd, err);
	}
	if (r == 0)
		r = set_vfs(pf, argc, argv, args->i_vf, err);
	(void)svf_netns_leave(netns_fd, NULL);
	return r;
}

/* 0, an exit status of ip's, or -errno. */
static int run(int argc, char *argv[], struct svf_errmsg *err)
{
	struct svf_ip_args args;

	if (getenv(SVF_IP_PLAIN))
		return svf_ip_become(argv, err);
	svf_ip_args_parse(&args, argc, argv);
	switch (args.task) {
	case SVF_IP_SHOW:
		return show(argc, argv, &args, err);
	case SVF_IP_SET:
		return set(argc, argv, &args, err);
	default:
		return svf_ip_become(argv, err);
	}
}

int main(int argc, char *argv[])
{
	struct svf_errmsg err = {};
	int r;

	svf_log_open("svf-ip", false);
	(void)libbpf_set_print(NULL);
	r = run(argc, argv, &err);
	if (r >= 0)
		return r;
	svf_error("%s", err.text[0] ? err.text : strerror(-r));
	return svf_errmsg_exit(&err, r) == SVF_EXIT_USAGE ? IP_EXIT_USAGE : IP_EXIT_REFUSED;
}
