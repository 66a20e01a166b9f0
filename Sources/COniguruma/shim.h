// Why this target exists: tokenizer.json holds regular expressions of Oniguruma, the library that
// Hugging Face tokenizers uses. Its encodings and syntaxes are global variables behind macros, which
// Swift cannot import.
#pragma once
#include <oniguruma.h>

static inline int firn_onig_initialize(void) {
  OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
  return onig_initialize(encodings, 1);
}

static inline int firn_onig_new(
    regex_t **regex, const unsigned char *pattern, const unsigned char *end,
    OnigErrorInfo *info) {
  return onig_new(
      regex, pattern, end, ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, ONIG_SYNTAX_DEFAULT, info);
}

// onig_error_code_to_str takes its arguments in C's variadic way.
static inline int firn_onig_message(unsigned char *text, int code, OnigErrorInfo *info) {
  return onig_error_code_to_str(text, code, info);
}
