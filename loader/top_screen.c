// SPDX-License-Identifier: GPL-2.0-only
/*
 * The terminal: keys, signals and the clock in one poll(). SIGWINCH is blocked and read from a
 * descriptor, like those that end us, so that ncurses' own handlers never run: the size is asked
 * for, and nothing happens in the middle of something else.
 */
#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termcap.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "interrupt.h"
#include "top_screen.h"
#include "top_view.h"

#define NS_PER_MS      1000000ULL
#define ESCAPE	       27
#define DELETE	       127
#define ESCAPE_WAIT_MS 25 /* how long the rest of an arrow key may take */

struct screen {
	struct svf_top_taker *taker;
	struct svf_top_state *state;
	struct svf_top_sample now, before; /* before.pfs NULL: there is none */
	struct svf_top_table table;
	SCREEN *terminal;
	int signals;	  /* signalfd */
	uint64_t next_ns; /* when the next sample is due */
	unsigned int taken;
};

static uint64_t now_ns(void)
{
	return (uint64_t)svf_clock_now_ns();
}

/* --- drawing --- */

static void emit(unsigned int line, enum svf_top_style style, const char *text, void *arg)
{
	static const attr_t attributes[] = {
		[SVF_TOP_STYLE_PLAIN] = A_NORMAL,
		[SVF_TOP_STYLE_TITLE] = A_DIM,
		[SVF_TOP_STYLE_HEADING] = A_REVERSE,
		[SVF_TOP_STYLE_ALERT] = A_BOLD,
	};
	const unsigned int columns = *(const unsigned int *)arg;

	(void)attrset(attributes[style]);
	(void)mvaddstr((int)line, 0, text);
	/* a heading reaches across the screen */
	for (size_t i = strlen(text); style == SVF_TOP_STYLE_HEADING && i < columns; i++)
		(void)addch(' ');
	(void)attrset(A_NORMAL);
}

static void draw(struct screen *screen)
{
	unsigned int columns = (unsigned int)COLS;

	(void)erase();
	svf_top_page(&screen->table, screen->state, (unsigned int)LINES, columns, emit, &columns);
	(void)refresh();
}

static void arrange(struct screen *screen)
{
	svf_top_table_arrange(&screen->table, &screen->state->order);
	draw(screen);
}

/* The terminal was made larger or smaller, or stopped and continued. */
static void resize(struct screen *screen)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		(void)resizeterm(size.ws_row, size.ws_col);
	(void)clearok(curscr, TRUE);
	draw(screen);
}

/* --- samples --- */

/* Takes over sample. */
static int use(struct screen *screen, struct svf_top_sample *sample)
{
	svf_top_table_done(&screen->table);
	svf_top_sample_done(&screen->before);
	screen->before = screen->now;
	screen->now = *sample;
	*sample = (struct svf_top_sample){};
	screen->next_ns = now_ns() + screen->state->interval_s * SVF_NS_PER_S;
	screen->taken++;
	return svf_top_table_init(&screen->table, &screen->now,
				  screen->before.pfs ? &screen->before : NULL);
}

static int take(struct screen *screen, struct svf_errmsg *err)
{
	struct svf_top_sample sample;
	int r = svf_top_take(screen->taker, &sample, err);

	if (!r)
		r = use(screen, &sample);
	if (!r)
		arrange(screen);
	return r;
}

/* --- events --- */

static int translate(int key)
{
	switch (key) {
	case KEY_UP:
		return SVF_TOP_UP;
	case KEY_DOWN:
		return SVF_TOP_DOWN;
	case KEY_PPAGE:
		return SVF_TOP_PAGE_UP;
	case KEY_NPAGE:
		return SVF_TOP_PAGE_DOWN;
	case KEY_HOME:
		return SVF_TOP_HOME;
	case KEY_END:
		return SVF_TOP_END;
	case KEY_BACKSPACE:
	case DELETE:
	case '\b':
		return SVF_TOP_BACKSPACE;
	case KEY_ENTER:
	case '\n':
	case '\r':
		return SVF_TOP_ENTER;
	case ESCAPE:
		return SVF_TOP_ESCAPE;
	default:
		return key;
	}
}

static void press_keys(struct screen *screen)
{
	int key;

	while (!screen->state->quit && (key = getch()) != ERR) {
		switch (svf_top_state_press(screen->state, translate(key))) {
		case SVF_TOP_EFFECT_INTERVAL:
			screen->next_ns = now_ns() + screen->state->interval_s * SVF_NS_PER_S;
			draw(screen);
			break;
		case SVF_TOP_EFFECT_ORDER:
			arrange(screen);
			break;
		case SVF_TOP_EFFECT_PAGE:
			draw(screen);
			break;
		case SVF_TOP_EFFECT_NONE:
			break;
		}
	}
}

/* False if one asks us to end. */
static bool read_signals(struct screen *screen)
{
	struct signalfd_siginfo info;

	while (read(screen->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT)
			return false;
		resize(screen);
	}
	return true;
}

static int get_timeout_ms(const struct screen *screen)
{
	const uint64_t now = now_ns();

	if (screen->state->paused)
		return -1;
	return now >= screen->next_ns ? 0 : (int)((screen->next_ns - now) / NS_PER_MS) + 1;
}

static int run(struct screen *screen, unsigned int count, struct svf_errmsg *err)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = screen->signals, .events = POLLIN },
	};
	int r = 0;

	arrange(screen);
	while (!r && !screen->state->quit && (!count || screen->taken < count + 1)) {
		if (poll(fds, 2, get_timeout_ms(screen)) < 0 && errno != EINTR)
			return -errno;
		if (!read_signals(screen))
			return 0;
		if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) /* the terminal is gone */
			return 0;
		if (fds[0].revents & POLLIN)
			press_keys(screen);
		if (!screen->state->quit && !screen->state->paused && now_ns() >= screen->next_ns)
			r = take(screen, err);
	}
	return r;
}

/* --- begin and end --- */

static int open_signals(void)
{
	sigset_t set;
	int fd;

	svf_interrupt_set(&set);
	(void)sigaddset(&set, SIGWINCH);
	(void)sigaddset(&set, SIGCONT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int open_terminal(struct screen *screen, struct svf_errmsg *err)
{
	const char *type = getenv("TERM");

	/* asked first: newterm() leaves memory behind where it fails (ncurses 6.4) */
	if (type && tgetent(NULL, type) == 1)
		screen->terminal = newterm(NULL, stdout, stdin);
	if (!screen->terminal)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_UNSUPPORTED, -EOPNOTSUPP,
			"top: no such terminal type as `%s`: set TERM, or use -b",
			type ? type : "");
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)set_escdelay(ESCAPE_WAIT_MS);
	(void)curs_set(0);
	return 0;
}

static void close_terminal(struct screen *screen)
{
	if (!screen->terminal)
		return;
	(void)endwin();
	delscreen(screen->terminal);
}

int svf_top_screen(struct svf_top_taker *taker, struct svf_top_sample *first,
		   struct svf_top_state *state, unsigned int count, struct svf_errmsg *err)
{
	struct screen screen = { .taker = taker, .state = state };
	svf_cleanup(fd) int signals = open_signals();
	int r = signals < 0 ? signals : use(&screen, first);

	screen.signals = signals;
	if (!r)
		r = open_terminal(&screen, err);
	if (!r)
		r = run(&screen, count, err);
	close_terminal(&screen);
	svf_top_table_done(&screen.table);
	svf_top_sample_done(&screen.now);
	svf_top_sample_done(&screen.before);
	svf_top_sample_done(first);
	return r;
}
