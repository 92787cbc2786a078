// SPDX-License-Identifier: GPL-2.0-only
/* The keys of `top`, and what each does. */
#include <string.h>

#include "top_state.h"

#define INTERVAL_MAX_S 3600 /* --watch may ask for more, keys need not */

/* Letter -> key to sort by. */
static const char sort_letters[SVF_TOP_N_KEYS] = {
	[SVF_TOP_KEY_VF] = 'v',	   [SVF_TOP_KEY_RX] = 'r',   [SVF_TOP_KEY_TX] = 't',
	[SVF_TOP_KEY_DROPS] = 'd', [SVF_TOP_KEY_NAME] = 'n',
};

void svf_top_state_fit(struct svf_top_state *state, unsigned int n_shown, unsigned int n_lines)
{
	const unsigned int last = n_shown > n_lines ? n_shown - n_lines : 0;

	state->n_shown = n_shown;
	state->n_lines = n_lines;
	if (state->first > last)
		state->first = last;
}

/* The same key again turns the order round. */
static void sort_by(struct svf_top_order *order, enum svf_top_key key)
{
	order->reverse = order->key == key && !order->reverse;
	order->key = key;
}

static enum svf_top_effect end_typing(struct svf_top_state *state, bool take)
{
	state->typing = false;
	if (!take)
		return SVF_TOP_EFFECT_PAGE;
	memcpy(state->order.text, state->text, sizeof(state->order.text));
	state->first = 0;
	return SVF_TOP_EFFECT_ORDER;
}

static enum svf_top_effect type(struct svf_top_state *state, int key)
{
	const size_t len = strlen(state->text);

	if (key == SVF_TOP_ENTER || key == SVF_TOP_ESCAPE)
		return end_typing(state, key == SVF_TOP_ENTER);
	if (key == SVF_TOP_BACKSPACE && len > 0)
		state->text[len - 1] = '\0';
	else if (key >= ' ' && key <= '~' && len + 1 < sizeof(state->text))
		state->text[len] = (char)key;
	else
		return SVF_TOP_EFFECT_NONE;
	return SVF_TOP_EFFECT_PAGE;
}

static enum svf_top_effect scroll_to(struct svf_top_state *state, unsigned int first)
{
	state->first = first;
	svf_top_state_fit(state, state->n_shown, state->n_lines);
	return SVF_TOP_EFFECT_PAGE;
}

static enum svf_top_effect scroll(struct svf_top_state *state, int key)
{
	const unsigned int page = state->n_lines > 1 ? state->n_lines : 1;
	const unsigned int step = key == SVF_TOP_PAGE_UP || key == SVF_TOP_PAGE_DOWN ? page : 1;

	switch (key) {
	case SVF_TOP_UP:
	case SVF_TOP_PAGE_UP:
		return scroll_to(state, state->first > step ? state->first - step : 0);
	case SVF_TOP_DOWN:
	case SVF_TOP_PAGE_DOWN:
		return scroll_to(state, state->first + step);
	case SVF_TOP_HOME:
		return scroll_to(state, 0);
	case SVF_TOP_END:
		return scroll_to(state, state->n_shown);
	default:
		return SVF_TOP_EFFECT_NONE;
	}
}

static enum svf_top_effect set_interval(struct svf_top_state *state, int key)
{
	if (key == '+' && state->interval_s < INTERVAL_MAX_S)
		state->interval_s++;
	else if (key == '-' && state->interval_s > 1)
		state->interval_s--;
	else
		return SVF_TOP_EFFECT_NONE;
	return SVF_TOP_EFFECT_INTERVAL;
}

/* Escape goes back one step: help, then the filter. */
static enum svf_top_effect go_back(struct svf_top_state *state)
{
	if (state->help) {
		state->help = false;
		return SVF_TOP_EFFECT_PAGE;
	}
	state->order.text[0] = '\0';
	state->order.active_only = false;
	return SVF_TOP_EFFECT_ORDER;
}

static enum svf_top_effect press_letter(struct svf_top_state *state, int key)
{
	switch (key) {
	case 'q':
		state->quit = true;
		return SVF_TOP_EFFECT_NONE;
	case 'h':
	case '?':
		state->help = !state->help;
		return SVF_TOP_EFFECT_PAGE;
	case 'p':
	case ' ':
		state->paused = !state->paused;
		return SVF_TOP_EFFECT_INTERVAL;
	case 'a':
		state->order.active_only = !state->order.active_only;
		return SVF_TOP_EFFECT_ORDER;
	case '/':
		state->typing = true;
		state->help = false;
		memset(state->text, 0, sizeof(state->text));
		return SVF_TOP_EFFECT_PAGE;
	case SVF_TOP_ESCAPE:
		return go_back(state);
	default:
		return SVF_TOP_EFFECT_NONE;
	}
}

enum svf_top_effect svf_top_state_press(struct svf_top_state *state, int key)
{
	if (state->typing)
		return type(state, key);
	for (unsigned int i = 0; i < SVF_TOP_N_KEYS; i++) {
		if (key != sort_letters[i])
			continue;
		sort_by(&state->order, (enum svf_top_key)i);
		return SVF_TOP_EFFECT_ORDER;
	}
	if (key == '+' || key == '-')
		return set_interval(state, key);
	if (key >= SVF_TOP_UP && key <= SVF_TOP_END)
		return scroll(state, key);
	return press_letter(state, key);
}
