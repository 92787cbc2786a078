# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bash completion for svf-loader(8). The lists are compared with loader/cli_table.c by
# tests/unit/test_cli.c. Values come from the machine: netdevs by ip(8), PFs that are up by
# /run/svf, VF numbers by the names in it.

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

_svf_loader_operands()
{
	local command=$1 pf=$2 previous=$3 n_operands=$4

	case $command:$n_operands in
	help:0) printf '%s\n' up down show set run help ;;
	up:0) _svf_loader_netdevs ;;
	*:0) _svf_loader_pfs | cut -d " " -f 1 ;;
	show:1 | set:1) printf 'vf\n' ;;
	show:2 | set:2) _svf_loader_vfs "$pf" ;;
	set:*)
		case $previous in
		mac | vlan | qos) ;;
		*) printf '%s\n' mac vlan qos ;;
		esac
		;;
	esac
}

_svf_loader()
{
	local -A options=(
		[up]="--vfs --lane --queues --ring-size --max-vfs --xdp-mode --zero-copy --timeout"
		[down]="--timeout"
		[show]="--json --pretty --stats --details"
		[set]="--timeout"
		[run]="--ready-fd"
		[help]=""
	)
	local -A values=(
		[--vfs]="" [--lane]="tc afxdp" [--queues]="" [--ring-size]="64 128 256 512 1024 2048 4096"
		[--max-vfs]="" [--xdp-mode]="native skb" [--timeout]="" [--ready-fd]=""
	)
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command="" pf="" n_operands=0 i word words=""

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == -* ]]; then
			[[ -v values[$word] ]] && i=$((i + 1))
		elif [ -z "$command" ]; then
			command=$word
		else
			[ -z "$pf" ] && pf=$word
			n_operands=$((n_operands + 1))
		fi
	done

	if [[ $previous == --* && -v values[$previous] ]]; then
		words=${values[$previous]}
	elif [[ $current == -* ]]; then
		words="${options[${command:-help}]-} --help"
		[ -z "$command" ] && words+=" --version ${options[show]}"
	elif [ -z "$command" ]; then
		words="${!options[*]}"
	else
		words=$(_svf_loader_operands "$command" "$pf" "$previous" "$n_operands")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _svf_loader svf-loader
