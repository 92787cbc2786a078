# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bash completion for svf-ip(8): that of ip, if there is one.

_svf_ip()
{
	if ! declare -F _ip >/dev/null && declare -F _completion_loader >/dev/null; then
		_completion_loader ip
	fi
	declare -F _ip >/dev/null && _ip "$@"
}

complete -F _svf_ip svf-ip
