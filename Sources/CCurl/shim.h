// Why this target exists: firn-fetch speaks HTTP through the system's libcurl. curl_easy_setopt and
// curl_easy_getinfo take variable arguments, which Swift cannot call; here they have one type each.
#pragma once
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*firn_curl_receiver)(char *data, size_t size, size_t count, void *context);

static inline CURLcode firn_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode firn_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode firn_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode firn_curl_set_list(
    CURL *handle, CURLoption option, struct curl_slist *list) {
  return curl_easy_setopt(handle, option, list);
}

// Calls `receiver` with `context` for what `option` names: header lines or body bytes.
static inline CURLcode firn_curl_set_receiver(
    CURL *handle, CURLoption option, firn_curl_receiver receiver, CURLoption contextOption,
    void *context) {
  CURLcode code = curl_easy_setopt(handle, option, receiver);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, contextOption, context);
}

// HTTP and HTTPS only: libcurl would also read file:// and speak a dozen other protocols.
static inline CURLcode firn_curl_web_only(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  return curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}
