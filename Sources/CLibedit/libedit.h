#ifndef GRAD_LIBEDIT_H
#define GRAD_LIBEDIT_H

#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <sys/select.h>
#include <unistd.h>

// Swift calls neither variadic functions nor macros, and refuses stdin and stdout, which are global variables. These
// wrappers do it for Swift, and nothing more.

typedef unsigned char (*grad_key_function)(EditLine *, int);
typedef char *(*grad_prompt_function)(EditLine *);

static inline EditLine *grad_el_init(const char *program) { return el_init(program, stdin, stdout, stderr); }

static inline int grad_el_set_client(EditLine *el, void *client) { return el_set(el, EL_CLIENTDATA, client); }

static inline void *grad_el_client(EditLine *el) {
  void *client = NULL;
  return el_get(el, EL_CLIENTDATA, &client) == 0 ? client : NULL;
}

/// `marker` encloses what the terminal does not show, such as a change of colour.
static inline int grad_el_set_prompt(EditLine *el, grad_prompt_function prompt, char marker) {
  return el_set(el, EL_PROMPT_ESC, prompt, marker);
}

static inline int grad_el_set_editor(EditLine *el, const char *name) { return el_set(el, EL_EDITOR, name); }

static inline const char *grad_el_editor(EditLine *el) {
  const char *name = NULL;
  return el_get(el, EL_EDITOR, &name) == 0 ? name : NULL;
}

/// `raw` 1 takes the terminal for editing, 0 gives it back as it was.
static inline int grad_el_prepare_terminal(EditLine *el, int raw) { return el_set(el, EL_PREP_TERM, raw); }

/// 0 where `edit off` stands in the user's settings.
static inline int grad_el_edits(EditLine *el) {
  int edits = 1;
  return el_get(el, EL_EDITMODE, &edits) == 0 ? edits : 1;
}

static inline int grad_el_set_reader(EditLine *el, el_rfunc_t reader) { return el_set(el, EL_GETCFN, reader); }

/// Draws the line anew, taking the cursor to stand where the prompt begins.
static inline int grad_el_refresh(EditLine *el) { return el_set(el, EL_REFRESH); }

static inline int grad_el_set_history(EditLine *el, History *history_) {
  return el_set(el, EL_HIST, history, (const char *)history_);
}

static inline int grad_el_add_function(EditLine *el, const char *name, const char *help, grad_key_function function) {
  return el_set(el, EL_ADDFN, name, help, function);
}

static inline int grad_el_bind(EditLine *el, const char *keys, const char *function) {
  return el_set(el, EL_BIND, keys, function, NULL);
}

/// Binds in vi's command map.
static inline int grad_el_bind_command(EditLine *el, const char *keys, const char *function) {
  return el_set(el, EL_BIND, "-a", keys, function, NULL);
}

/// The terminal's settings while a line is edited; `setting` as for stty(1).
static inline int grad_el_set_tty(EditLine *el, const char *setting) { return el_set(el, EL_SETTY, "-d", setting, NULL); }

static inline int grad_history_set_size(History *h, int size) {
  HistEvent event;
  return history(h, &event, H_SETSIZE, size);
}

static inline int grad_history_set_unique(History *h, int unique) {
  HistEvent event;
  return history(h, &event, H_SETUNIQUE, unique);
}

static inline int grad_history_enter(History *h, const char *entry) {
  HistEvent event;
  return history(h, &event, H_ENTER, entry);
}

/// Writes through the same buffer as libedit, so that the two never overtake each other.
static inline void grad_write_out(const char *bytes, size_t count) {
  fwrite(bytes, 1, count, stdout);
  fflush(stdout);
}

/// Columns of a character, by the table that libedit goes by. The C library hides the declaration from strict C.
int wcwidth(wchar_t character);

/// Waits for a byte on standard input with `mask` blocked; -1 if a signal came first.
static inline int grad_wait_for_input(const sigset_t *mask) {
  fd_set input;
  FD_ZERO(&input);
  FD_SET(STDIN_FILENO, &input);
  return pselect(STDIN_FILENO + 1, &input, NULL, NULL, NULL, mask);
}

#endif
