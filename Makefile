# SPDX-License-Identifier: GPL-2.0-only
# svf: software SR-IOV. `make help` lists the targets, scripts/install-deps.sh gets what they need.

# --- user variables ---
PREFIX	?= /usr/local
SBINDIR	?= $(PREFIX)/sbin
MANDIR	?= $(PREFIX)/share/man
UDEVDIR	?= $(PREFIX)/lib/udev/rules.d
NETDDIR	?= $(PREFIX)/lib/systemd/network
COMPDIR	?= $(PREFIX)/share/bash-completion/completions
UNITDIR	?= $(PREFIX)/lib/systemd/system
DESTDIR	?=
CC	?= gcc
CLANG	?= clang
BPFTOOL	?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
PYTHON	?= /usr/bin/python3
CFLAGS	?= -O2 -g
BUILD	?= build
SAN	?= 0
WERROR	?= 0
V	?= 0
VERSION	:= 0.1.0

# One spelling of it, or the dependencies of one do not hold for the other.
override BUILD := $(patsubst $(CURDIR)/%,%,$(abspath $(BUILD)))

# --- flags ---
comma	:= ,
Q	:= $(if $(filter 1,$(V)),,@)
say	= $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' $(1) $(2);)
WARN	:= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
	   -Wformat=2 -Wimplicit-fallthrough $(if $(filter 1,$(WERROR)),-Werror)
SANFLAGS := $(if $(filter 1,$(SAN)),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer \
	   -fno-sanitize-recover=undefined)
ALLCFLAGS = -std=gnu17 -D_GNU_SOURCE -DSVF_VERSION='"$(VERSION)"' -Iinclude -I$(BUILD) $(WARN) \
	    $(SANFLAGS) -pthread -MMD -MP $(CFLAGS)
ARCHINC	:= $(shell $(CC) -print-multiarch 2>/dev/null)
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -std=gnu17 -Wall -Wextra -Wshadow \
	    $(if $(filter 1,$(WERROR)),-Werror) -Iinclude -idirafter /usr/include/$(ARCHINC)
LIBS_LOADER := -lbpf -lmnl -ljansson -lmd -lncurses -ltinfo
LIBS_AGENT  := -lxdp -lbpf
LIBS_TEST   := -lcmocka

# --- sources ---
COMMON	:= $(addprefix loader/,errmsg.c grace.c log.c netns.c paths.c pidfile.c)
LOADER	:= $(filter-out loader/main.c loader/svf_ip.c $(COMMON),$(wildcard loader/*.c))
AGENT	:= $(filter-out vf-agent/main.c,$(wildcard vf-agent/*.c))
UNIT	:= $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
TOOLS	:= $(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(filter-out %.bpf.c,$(wildcard tests/tools/*.c)))
BPFTEST	:= $(filter-out %.bpf.c,$(wildcard tests/bpf/*.c))
HEADERS	:= $(wildcard include/svf/*.h loader/*.h vf-agent/*.h)
SHELLS	:= $(wildcard scripts/*.sh scripts/completion/*.bash tests/vm/*.sh tests/bench/*.sh) .ci/run
obj	= $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all tools check check-san check-bpf check-net check-net-san lint format install uninstall dist clean help

all: $(BUILD)/svf-loader $(BUILD)/vf-agent $(BUILD)/svf-ip

# --- rules ---
need = $(if $(shell command -v $(1)),,$(error $(1) is missing: apt-get install $(2), or scripts/install-deps.sh))

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(ALLCFLAGS) -c -o $@ $<

$(BUILD)/obj/%.bpf.o: %.bpf.c $(wildcard bpf/*.bpf.h include/svf/abi.h)
	$(call need,$(CLANG),clang)@mkdir -p $(@D)
	$(call say,BPF,$@)$(CLANG) $(BPFFLAGS) -c -o $@ $<

$(BUILD)/svf_sorter.skel.h: $(BUILD)/obj/bpf/svf_sorter.bpf.o
	$(call need,$(BPFTOOL),bpftool)$(call say,SKEL,$@)$(BPFTOOL) gen skeleton $< name svf_sorter_bpf > $@

$(BUILD)/obj/loader/sorter.o: $(BUILD)/svf_sorter.skel.h

# --- programs ---
$(BUILD)/svf-loader: $(call obj,loader/main.c $(LOADER) $(COMMON))
	$(call say,LINK,$@)$(CC) $(SANFLAGS) -pthread $(LDFLAGS) -o $@ $^ $(LIBS_LOADER)

$(BUILD)/svf-ip: $(call obj,loader/svf_ip.c $(LOADER) $(COMMON))
	$(call say,LINK,$@)$(CC) $(SANFLAGS) -pthread $(LDFLAGS) -o $@ $^ $(LIBS_LOADER)

$(BUILD)/vf-agent: $(call obj,vf-agent/main.c $(AGENT) $(COMMON))
	$(call say,LINK,$@)$(CC) $(SANFLAGS) -pthread $(LDFLAGS) -o $@ $^ $(LIBS_AGENT)

# --- checks ---
$(BUILD)/libloader.a: $(call obj,$(LOADER) $(COMMON))
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/libagent.a: $(call obj,$(AGENT) $(COMMON))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/tests/test_agent_%: $(BUILD)/obj/tests/unit/test_agent_%.o $(BUILD)/libagent.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(SANFLAGS) -pthread -o $@ $^ $(LIBS_AGENT) $(LIBS_TEST)
# A driver of the test's own stands in for these.
$(BUILD)/tests/test_settings: WRAP := $(addprefix -Wl$(comma)--wrap=svf_,ethtool_get_feature \
	ethtool_set_feature ethtool_get_channels ethtool_set_channels link_set_flags)
$(BUILD)/tests/test_watch: WRAP := $(addprefix -Wl$(comma)--wrap=svf_,sorter_get_vf link_get)
$(BUILD)/tests/test_vlan_list: WRAP := -Wl$(comma)--wrap=svf_nl_talk
$(BUILD)/tests/test_netns_cache: WRAP := -Wl$(comma)--wrap=svf_netns_walk
$(BUILD)/tests/test_mcast_list: WRAP := -Wl$(comma)--wrap=fopen
$(BUILD)/tests/test_follow_vlan: WRAP := $(addprefix -Wl$(comma)--wrap=svf_,sorter_get_vf \
	watch_locate watch_lock vlan_list netns_list_ids netns_nsid change_set_registered log)
$(BUILD)/tests/test_doctor: WRAP := $(addprefix -Wl$(comma)--wrap=svf_,ethtool_get_driver \
	ethtool_get_bus ethtool_get_feature ethtool_get_channels)
$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(BUILD)/libloader.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(SANFLAGS) $(WRAP) -pthread -o $@ $^ $(LIBS_LOADER) $(LIBS_TEST)
$(BUILD)/tests/bpf_sorter: $(call obj,$(BPFTEST)) $(BUILD)/libloader.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(SANFLAGS) -pthread -o $@ $^ $(LIBS_LOADER) $(LIBS_TEST)
$(call obj,$(BPFTEST)): $(BUILD)/svf_sorter.skel.h $(BUILD)/svf_probe.skel.h
$(BUILD)/svf_probe.skel.h: $(BUILD)/obj/tests/bpf/probe.bpf.o
	$(call say,SKEL,$@)$(BPFTOOL) gen skeleton $< name svf_probe > $@
$(BUILD)/tests/low_level: $(call obj,$(wildcard tests/net/low_level*.c)) $(BUILD)/libloader.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(SANFLAGS) -pthread -o $@ $^ $(LIBS_LOADER) $(LIBS_TEST)
$(BUILD)/tools/%.bpf.o: $(BUILD)/obj/tests/tools/%.bpf.o
	@mkdir -p $(@D)
	$(Q)cp $< $@
$(BUILD)/tools/svf-register: $(BUILD)/obj/tests/tools/svf-register.o $(BUILD)/libloader.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(SANFLAGS) -pthread -o $@ $^ $(LIBS_LOADER)
$(BUILD)/tools/%: $(BUILD)/obj/tests/tools/%.o
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(SANFLAGS) -o $@ $^ -lbpf

$(BUILD)/tools/ip_vfinfo.so: tests/shim/ip_vfinfo.c
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARN) -O2 -fPIC -shared -o $@ $<

tools: $(TOOLS) $(BUILD)/tools/ip_vfinfo.so $(patsubst tests/tools/%,$(BUILD)/tools/%,$(patsubst %.c,%.o,$(wildcard tests/tools/*.bpf.c)))

check: $(UNIT)
	$(Q)CMOCKA_MESSAGE_OUTPUT=TAP prove -e '' $(UNIT)

check-san:
	$(Q)$(MAKE) --no-print-directory check BUILD=$(BUILD)/san SAN=1 CFLAGS="-O1 -g"

check-bpf: $(BUILD)/tests/bpf_sorter $(BUILD)/tests/low_level
	$(Q)CMOCKA_MESSAGE_OUTPUT=TAP prove -e '' $^

check-net: all tools
	$(Q)SVF_BUILD=$(abspath $(BUILD)) $(PYTHON) -m pytest tests/net $(PYTEST_FLAGS)

# The programs under ASan and UBSan, moving real frames (tests that use strace are left out:
# LeakSanitizer cannot work under it).
check-net-san:
	$(Q)$(MAKE) --no-print-directory check-net BUILD=$(BUILD)/san SAN=1 CFLAGS="-O1 -g" \
		PYTEST_FLAGS='-k "test_agent or test_delivery or test_vlan or test_preflight"'

lint:
	$(Q)clang-format --dry-run --Werror $$(git ls-files '*.c' '*.h')
	$(Q)shellcheck -x $(SHELLS)
	$(Q)set -e; for h in $(HEADERS); do \
		echo "#include \"$$h\"" | $(CC) -std=gnu17 -D_GNU_SOURCE $(WARN) -Werror -fsyntax-only \
			-I. -Iinclude -Iloader -Ivf-agent -xc -; done
	$(Q)echo '#include <svf/abi.h>' | $(CLANG) $(BPFFLAGS) -Werror -fsyntax-only -xc -
	$(Q)set -e; for m in docs/man/*.[578]; do test -z "$$(man --warnings -l -Tutf8 $$m 2>&1 >/dev/null)"; done
	@echo "lint: ok"

format:
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')

# --- install ---
install: all
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(COMPDIR)
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man7 docs/man/svf.7
	install -m 755 $(BUILD)/svf-loader $(BUILD)/svf-ip $(BUILD)/vf-agent $(DESTDIR)$(SBINDIR)
	install -m 644 docs/man/svf-loader.8 docs/man/svf-ip.8 docs/man/vf-agent.8 \
		$(DESTDIR)$(MANDIR)/man8
	install -m 644 scripts/completion/svf-loader.bash $(DESTDIR)$(COMPDIR)/svf-loader
	install -m 644 scripts/completion/svf-ip.bash $(DESTDIR)$(COMPDIR)/svf-ip
	install -D -m 644 -t $(DESTDIR)$(UDEVDIR) scripts/net/70-svf.rules
	install -D -m 644 -t $(DESTDIR)$(NETDDIR) scripts/net/70-svf.network
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man5 docs/man/svf.json.5
	sed 's|@SBINDIR@|$(SBINDIR)|' scripts/svf@.service.in >$(BUILD)/svf@.service
	install -D -m 644 -t $(DESTDIR)$(UNITDIR) $(BUILD)/svf@.service

uninstall:
	rm -f $(addprefix $(DESTDIR)$(SBINDIR)/,svf-loader svf-ip vf-agent) \
		$(DESTDIR)$(MANDIR)/man7/svf.7 $(DESTDIR)$(MANDIR)/man5/svf.json.5 \
		$(DESTDIR)$(UNITDIR)/svf@.service \
		$(addprefix $(DESTDIR)$(MANDIR)/man8/,svf-loader.8 svf-ip.8 vf-agent.8) \
		$(addprefix $(DESTDIR)$(COMPDIR)/,svf-loader svf-ip) \
		$(DESTDIR)$(UDEVDIR)/70-svf.rules $(DESTDIR)$(NETDDIR)/70-svf.network

dist:
	git archive --prefix=svf-$(VERSION)/ -o svf-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD)

help:
	@echo "all        build svf-loader, svf-ip and vf-agent in $(BUILD)"
	@echo "check      unit tests (no privileges)     check-san  the same under ASan and UBSan"
	@echo "check-bpf  sorter and netlink tests (root)  check-net  tests in network namespaces (root)"
	@echo "check-net-san  part of check-net with both programs under ASan and UBSan"
	@echo "lint       formatting, shellcheck, headers, man pages    format  clang-format in place"
	@echo "install, uninstall (PREFIX=$(PREFIX) DESTDIR=), dist, clean"
	@echo "Variables: BUILD CC CLANG BPFTOOL CFLAGS SAN=1 WERROR=1 V=1"

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
