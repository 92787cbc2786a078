# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bash completion for svf-loader(8). The lists are compared with loader/cli_table.c and
# loader/attribute_table.c by tests/unit/test_cli.c and test_attribute.c. Values come from the
# machine: netdevs by ip(8), PFs that are up by /run/svf, VF numbers by the names in it, namespaces
# by /run/netns.

_svf_loader_netdevs()
{
	ip -o link show 2>/dev/null | sed -n 's/^[0-9]*: \([^:@]*\).*link\/ether.*/\1/p'
}

# "<name> <directory>" for each PF that is up in this network namespace.
_svf_loader_pfs()
{
	local dir name netns

	netns=$(stat -Lc %i /proc/self/ns/net)
	for dir in /run/svf/*/; do
		dir=${dir%/}
		name=${dir##*/}
		[ -e "$dir/state.json" ] || continue
		[[ $name == *@* && $name != *@"$netns" ]] && continue
		name=${name%@*}
		name=${name//%2e/.}
		name=${name//%40/@}
		printf '%s %s\n' "${name//%25/%}" "$dir"
	done
}

_svf_loader_vfs()
{
	local name dir n

	while read -r name dir; do
		[ "$name" = "$1" ] || continue
		n=$(sed -n 's/.*"vfs": \([0-9]*\).*/\1/p' "$dir/state.json")
		[ -n "$n" ] && seq 0 $((n - 1))
	done < <(_svf_loader_pfs)
}

_svf_loader_netns()
{
	local path

	for path in /run/netns/*; do
		[ -e "$path" ] && printf '%s\n' "${path##*/}"
	done
}

# What follows `set PF`: $1 is the operand after it, $2 the previous word, $3 the one before.
_svf_loader_attributes()
{
	local -A values

	if [ "$1" = vf ]; then
		values=(
			[mac]="" [vlan]="" [qos]="" [proto]="802.1Q 802.1ad" [rate]=""
			[max_tx_rate]="" [min_tx_rate]="" [spoofchk]="on off"
			[state]="auto enable disable" [trust]="on off mac promisc allmulti vlan" [query_rss]="on off"
			[trunk]="add rem" [untagged]="on off" [mac_list]="add rem"
			[promisc]="off unmatched all" [allmulti]="on off" [bcast]="on off"
			[isolation]="inherit veb vepa private" [host_access]="on off"
			[max_rx_rate]="" [burst]="" [max_tx_pps]="" [max_rx_pps]="" [storm]=""
			[allow_proto]="add rem" [mtu]=""
		)
	else
		values=([rate]="" [isolation]="veb vepa private" [storm]="")
	fi

	if [[ -v values[$2] ]]; then
		printf '%s\n' "${values[$2]}"
	elif [[ $3 == allow_proto && ($2 == add || $2 == rem) ]]; then
		printf '%s\n' lldp lacp stp pause dot1x reserved
	elif [[ $2 != add && $2 != rem ]]; then
		printf '%s\n' "${!values[@]}"
	fi
}

_svf_loader_operands()
{
	local command=$1 pf=$2 previous=$3 n_operands=$4 target=$5 before=$6

	case $command:$n_operands in
	help:0) printf '%s\n' up down numvfs add del reset show stats top fdb set attach detach doctor export apply diff try confirm save run help ;;
	apply:0 | diff:0 | try:0) compgen -f -- "$current" ;;
	apply:* | diff:* | try:* | export:1 | confirm:1 | save:1) ;;
	fdb:0) printf 'show\n' ;;
	fdb:1) _svf_loader_pfs | cut -d " " -f 1 ;;
	fdb:*) ;;
	up:0 | doctor:0) _svf_loader_netdevs ;;
	doctor:*) ;;
	*:0) _svf_loader_pfs | cut -d " " -f 1 ;;
	show:1 | stats:1 | attach:1 | detach:1 | add:1 | del:1 | reset:1) printf 'vf\n' ;;
	set:1)
		printf 'vf\n'
		_svf_loader_attributes pf none none
		;;
	attach:2)
		printf 'any\n'
		_svf_loader_vfs "$pf"
		;;
	show:2 | stats:2 | detach:2 | del:2 | reset:2) _svf_loader_vfs "$pf" ;;
	set:*)
		if [ "$target" = vf ] && [ "$n_operands" = 2 ]; then
			_svf_loader_vfs "$pf"
		else
			_svf_loader_attributes "$target" "$previous" "$before"
		fi
		;;
	esac
}

_svf_loader()
{
	local -A options=(
		[up]="--vfs --lane --queues --ring-size --max-vfs --xdp-mode --zero-copy --no-flap --engines --timeout"
		[down]="--timeout"
		[numvfs]="--strict-sriov --timeout --force"
		[add]="--timeout"
		[del]="--timeout --force"
		[reset]="--timeout"
		[show]="--json --pretty --stats --details --brief --oneline --color"
		[stats]="--json --pretty --details --watch --check --reset --raw"
		[top]="--json --watch --plain --count --sort"
		[fdb]="--json --pretty"
		[set]="--timeout"
		[attach]="--timeout --json --pretty --netns --ifname --address --gateway"
		[detach]="--timeout"
		[doctor]="--json --pretty"
		[export]=""
		[apply]="--timeout --dry-run --save --json --pretty --force"
		[diff]="--json --pretty"
		[try]="--timeout --force"
		[confirm]="--timeout"
		[save]="--timeout"
		[run]="--ready-fd"
		[help]=""
	)
	local -A values=(
		[--vfs]="" [--lane]="tc afxdp" [--queues]="" [--ring-size]="64 128 256 512 1024 2048 4096"
		[--max-vfs]="" [--xdp-mode]="native skb" [--engines]="off on" [--timeout]="" [--ready-fd]="" [--watch]="" [-w]=""
		[--count]="" [--sort]="vf rx tx drops name"
		[--netns]="" [--ifname]="" [--address]="" [--gateway]=""
		[--namespace]="" [-n]="" [--batch]="" [--color]="auto always never"
	)
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command="" pf="" target="" n_operands=0 i word words=""

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == -* ]]; then
			[[ $word != --color && -v values[$word] ]] && i=$((i + 1))
		elif [ -z "$command" ]; then
			command=$word
		else
			[ "$n_operands" = 0 ] && pf=$word
			[ "$n_operands" = 1 ] && target=$word
			n_operands=$((n_operands + 1))
		fi
	done

	if [[ $previous == -n || $previous == --namespace ]]; then
		words=$(ip netns list 2>/dev/null | cut -d " " -f 1)
	elif [[ $previous == --batch ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
	elif [[ $previous == "=" && ${COMP_WORDS[COMP_CWORD - 2]} == --color ]]; then
		words=${values[--color]}
	elif [[ $previous == --* && $previous != --color && -v values[$previous] ]]; then
		words=${values[$previous]}
		[ "$previous" = --netns ] && words=$(_svf_loader_netns)
	elif [[ $current == -* ]]; then
		words="${options[${command:-help}]-} --help --json --namespace"
		[ -z "$command" ] && words+=" --version --batch --force ${options[show]}"
	elif [ -z "$command" ]; then
		words="${!options[*]}"
	else
		words=$(_svf_loader_operands "$command" "$pf" "$previous" "$n_operands" "$target" \
			"${COMP_WORDS[COMP_CWORD - 2]}")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _svf_loader svf-loader
