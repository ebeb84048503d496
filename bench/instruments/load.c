/*
 * A load client for event streams: opens N requests from one thread, keeps them open for
 * a window of time, and says what became of every event that `source` or `publish` sent
 * in it.
 *
 *   load --port P --path /x [--host 127.0.0.1] [--header "Name: value"]... --streams N
 *        [--opening M] [--open-rate R] [--open-timeout-ms T] [--settle-ms S]
 *        --window-ms W [--drain-ms D] [--late-ms L] [--event-bytes B]
 *        [--first-sequence F] [--post-bytes B] [--trust FILE]
 *        [--storm-ms T [--away-ms A]] [--cpu-of PID]...
 *
 * The requests are GETs, or with --post-bytes POSTs with a JSON body of that size. With
 * --trust they go over TLS, and FILE holds the certificates that are trusted for the
 * host; that needs a build with -DWITH_TLS and OpenSSL.
 *
 * Life of a run: *opening* (at most M connections that have no answer yet, at most R
 * new ones a second), until every stream has its response head; *settling*; the
 * *window*; *draining*, until each stream has received an event that was stamped after
 * the window. Because the numbers of a stream have no gap, that later event proves that
 * everything of the window arrived; a stream that does not get so far is `unfinished`.
 * The first number is 1 unless --first-sequence says another; 0 takes whichever comes.
 *
 * With --storm-ms a *storm* follows: all clients are cut at once, stay away for A ms, and
 * come back with Last-Event-ID. Every second one comes back after the last event that it
 * has, the others after the first that they got in the window, and are sent all again.
 * It ends when each has received an event that was stamped after the last one was back,
 * or after T ms. The same counters say what was lost or doubled meanwhile.
 *
 * At the start of each phase one line {"mark": NAME} goes to standard output, so that
 * whoever runs this can look at the server then, and the report is the last line. The
 * CPU time of the processes named by --cpu-of is read (by their CPU clocks, in ns) at
 * the same instants at which the phases start and end.
 *
 * Latency is from the stamp, made by the source just before its send, to the moment at
 * which this program has read the event. It is counted in buckets of less than 0.8 %
 * width and reported by their upper edge, the maximum exactly.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "monotonic.h"

#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif

#define MAX_HEAD 16384
#define KEPT 160 /* bytes of a line that are looked at */
#define MAX_ID 128
#define MAX_PIDS 64
#define SUB_BITS 7
#define BUCKETS ((64 - SUB_BITS + 1) << SUB_BITS)

struct histogram {
    uint64_t count, max, bucket[BUCKETS];
};

struct stream {
    int fd;
#ifdef WITH_TLS
    SSL *tls;
#endif
    enum { UNOPENED, CONNECTING, HANDSHAKE, HEAD, BODY, DONE } state;
    enum { SIZE, DATA, DATA_END, TRAILER } part;
    bool chunked, has_data, passed, in_extension;
    uint64_t connect_ns, chunk_left;
    uint64_t id, sequence, stamp_ns; /* of the event being read */
    uint64_t next, seen;             /* the number expected; the 64 before it */
    uint64_t line_length, data_length;
    char line[KEPT];
    char event_id[MAX_ID], last_id[MAX_ID], first_id[MAX_ID]; /* being read; had; had first */
    uint64_t first_sequence;                                  /* of the window */
    char *head;
    size_t head_length;
};

static struct {
    const char *host, *path, *trust;
    uint16_t port;
    uint64_t streams, opening, open_rate, open_timeout_ms, settle_ms, window_ms, drain_ms,
        late_ms, event_bytes, first_sequence, post_bytes, storm_ms, away_ms;
    pid_t pids[MAX_PIDS];
    int n_pids;
} option = {.host = "127.0.0.1",
            .opening = 100,
            .open_timeout_ms = 60000,
            .settle_ms = 1000,
            .drain_ms = 5000,
            .late_ms = 1000,
            .first_sequence = 1,
            .away_ms = 1000};

static char request[MAX_HEAD], body[MAX_HEAD]; /* without the head's blank line */
static size_t request_length;
static struct stream *streams;
#ifdef WITH_TLS
static SSL_CTX *tls_context;
static char tls_agreed[64];
#endif
static int poll_fd;
static uint64_t begun, in_opening, opened, failed, refused, cut, malformed, mixed;
static uint64_t start_ns, end_ns, read_ns;
static uint64_t pass_ns; /* an event that was stamped later finishes its stream */
static uint64_t events, arrived, lost, duplicated, out_of_order, misshapen, late;
static uint64_t passed, body_bytes, taken, gone;
static int first_status;
static struct histogram latency, open_time;

static void record(struct histogram *h, uint64_t value)
{
    int exponent = 63 - __builtin_clzll(value | (1u << SUB_BITS));
    int shift = exponent - SUB_BITS;
    h->bucket[((uint64_t)shift << SUB_BITS) + (value >> shift)]++;
    h->count++;
    if (value > h->max)
        h->max = value;
}

/* The value below which a share of all lies, in microseconds. */
static double quantile(const struct histogram *h, double share)
{
    uint64_t want = (uint64_t)((double)h->count * share), sum = 0;
    if (want < (double)h->count * share)
        want++;
    for (uint64_t i = 0; i < BUCKETS; i++) {
        sum += h->bucket[i];
        if (sum >= want && sum) {
            uint64_t shift = i >> SUB_BITS ? (i >> SUB_BITS) - 1 : 0;
            uint64_t edge = ((i - (shift << SUB_BITS) + 1) << shift) - 1;
            return (double)(edge < h->max ? edge : h->max) / 1000.0;
        }
    }
    return 0;
}

static uint64_t cpu_ns(void)
{
    uint64_t sum = 0;
    for (int i = 0; i < option.n_pids; i++) {
        clockid_t clock;
        struct timespec t;
        if (clock_getcpuclockid(option.pids[i], &clock) || clock_gettime(clock, &t)) {
            fprintf(stderr, "load: process %d has no CPU clock\n", option.pids[i]);
            exit(1);
        }
        sum += (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
    }
    return sum;
}

static void mark(const char *name)
{
    printf("{\"mark\": \"%s\"}\n", name);
    fflush(stdout);
}

/* One event is complete. */
static void take(struct stream *s)
{
    uint64_t sequence = s->sequence;
    bool counts = s->stamp_ns >= start_ns && s->stamp_ns < end_ns;
    taken++;
    if (read_ns >= start_ns && read_ns < end_ns)
        arrived++;
    if (option.event_bytes && s->data_length + 2 != option.event_bytes)
        misshapen++;
    if (!s->next)
        s->next = option.first_sequence ? option.first_sequence : sequence;
    if (sequence < s->next) {
        uint64_t back = s->next - sequence - 1;
        if (back >= 64 || s->seen >> back & 1) {
            duplicated++;
            return;
        }
        s->seen |= 1ull << back;
        out_of_order++;
        lost--;
    } else {
        uint64_t gap = sequence - s->next;
        lost += gap;
        s->seen = gap < 63 ? s->seen << (gap + 1) | 1 : 1;
        s->next = sequence + 1;
    }
    memcpy(s->last_id, s->event_id, MAX_ID);
    if (s->stamp_ns >= pass_ns && !s->passed) {
        s->passed = true;
        passed++;
    }
    if (!counts)
        return;
    if (!s->first_id[0]) {
        memcpy(s->first_id, s->event_id, MAX_ID);
        s->first_sequence = sequence;
    }
    events++;
    uint64_t took = read_ns > s->stamp_ns ? read_ns - s->stamp_ns : 0;
    record(&latency, took);
    if (took > option.late_ms * NS_PER_MS)
        late++;
}

/* Digits and the space after them. */
static bool take_number(const char **at, const char *stop, uint64_t *value)
{
    const char *from = *at;
    *value = 0;
    while (*at < stop && **at >= '0' && **at <= '9')
        *value = *value * 10 + (uint64_t)(*(*at)++ - '0');
    return *at > from && *at < stop && *(*at)++ == ' ';
}

/* A line is complete: `text` holds its first `kept` bytes. */
static void take_line(struct stream *s, const char *text, size_t kept, uint64_t length)
{
    if (length && length <= kept && text[length - 1] == '\r')
        length--;
    if (!length) {
        if (s->has_data)
            take(s);
        s->has_data = false;
        return;
    }
    if (length > 4 && length < MAX_ID && !memcmp(text, "id: ", 4)) {
        memcpy(s->event_id, text + 4, length - 4);
        s->event_id[length - 4] = 0;
    }
    if (kept < 6 || memcmp(text, "data: ", 6))
        return;
    const char *at = text + 6, *stop = text + (kept < KEPT ? kept : KEPT);
    uint64_t id, sequence, stamp;
    if (!take_number(&at, stop, &id) || !take_number(&at, stop, &sequence) ||
        !take_number(&at, stop, &stamp)) {
        misshapen++;
        return;
    }
    if (s->next && s->id != id)
        mixed++;
    s->id = id;
    s->sequence = sequence;
    s->stamp_ns = stamp;
    s->data_length = length;
    s->has_data = true;
}

static void take_body(struct stream *s, const char *bytes, size_t size)
{
    body_bytes += size;
    while (size) {
        const char *lf = memchr(bytes, '\n', size);
        size_t length = lf ? (size_t)(lf - bytes) : size;
        if (lf && !s->line_length) {
            take_line(s, bytes, length, length);
        } else {
            if (s->line_length < KEPT) {
                size_t room = KEPT - s->line_length;
                memcpy(s->line + s->line_length, bytes, length < room ? length : room);
            }
            s->line_length += length;
            if (lf) {
                take_line(s, s->line, s->line_length < KEPT ? s->line_length : KEPT,
                          s->line_length);
                s->line_length = 0;
            }
        }
        if (!lf)
            return;
        size -= length + 1;
        bytes = lf + 1;
    }
}

static void finish(struct stream *s)
{
    if (s->state == CONNECTING || s->state == HANDSHAKE || s->state == HEAD)
        in_opening--;
#ifdef WITH_TLS
    SSL_free(s->tls);
    s->tls = NULL;
#endif
    close(s->fd);
    free(s->head);
    s->head = NULL;
    s->fd = -1;
    s->state = DONE;
}

static void fail(struct stream *s, uint64_t *counter)
{
    (*counter)++;
    finish(s);
}

/* RFC 9112 §7.1, as far as finding the data takes. */
static void take_chunked(struct stream *s, const char *bytes, size_t size)
{
    const char *stop = bytes + size;
    while (bytes < stop && s->state == BODY) {
        if (s->part == DATA) {
            size_t left = (size_t)(stop - bytes);
            size_t n = s->chunk_left < left ? (size_t)s->chunk_left : left;
            take_body(s, bytes, n);
            bytes += n;
            s->chunk_left -= n;
            if (!s->chunk_left)
                s->part = DATA_END;
            continue;
        }
        char c = *bytes++;
        if (s->part == SIZE && c != '\n') {
            char *digits = "0123456789abcdef", *digit;
            if (c == ';')
                s->in_extension = true;
            if (c == '\r' || s->in_extension)
                continue;
            digit = memchr(digits, c | 0x20, 16);
            if (!digit || s->chunk_left >> 56) {
                fail(s, &malformed);
                return;
            }
            s->chunk_left = s->chunk_left << 4 | (uint64_t)(digit - digits);
        } else if (s->part == SIZE) {
            s->in_extension = false;
            s->part = s->chunk_left ? DATA : TRAILER;
        } else if (s->part == DATA_END) {
            if (c == '\n')
                s->part = SIZE;
            else if (c != '\r')
                fail(s, &malformed);
        } else {
            fail(s, &cut); /* the terminal chunk: no stream of a run ends by itself */
        }
    }
}

static void take_bytes(struct stream *s, const char *bytes, size_t size)
{
    if (s->chunked)
        take_chunked(s, bytes, size);
    else
        take_body(s, bytes, size);
}

static bool is_chunked(const char *head)
{
    const char *at = strcasestr(head, "\r\ntransfer-encoding:");
    if (!at)
        return false;
    at += strlen("\r\ntransfer-encoding:");
    return !strncasecmp(at + strspn(at, " "), "chunked", strlen("chunked"));
}

static void take_head(struct stream *s, const char *bytes, size_t size)
{
    s->head = realloc(s->head, s->head_length + size + 1);
    memcpy(s->head + s->head_length, bytes, size);
    s->head_length += size;
    s->head[s->head_length] = 0;
    char *end = strstr(s->head, "\r\n\r\n");
    if (!end) {
        if (s->head_length > MAX_HEAD)
            fail(s, &malformed);
        return;
    }
    int status = 0;
    sscanf(s->head, "HTTP/1.%*d %d", &status);
    if (status != 200) {
        if (!first_status)
            first_status = status;
        fail(s, &refused);
        return;
    }
    end[2] = 0;
    s->chunked = is_chunked(s->head);
    s->state = BODY;
    in_opening--;
    opened++;
    record(&open_time, read_ns - s->connect_ns);
    char *head = s->head, *body = end + 4;
    size_t left = s->head_length - (size_t)(body - head);
    s->head = NULL;
    take_bytes(s, body, left);
    free(head);
}

/* What a recv gives, of the bytes inside TLS where there is TLS. */
static ssize_t get(struct stream *s, char *bytes, size_t size)
{
#ifdef WITH_TLS
    if (s->tls) {
        int got = SSL_read(s->tls, bytes, (int)size);
        if (got <= 0 && SSL_get_error(s->tls, got) == SSL_ERROR_WANT_READ) {
            errno = EAGAIN;
            return -1;
        }
        ERR_clear_error();
        return got > 0 ? got : 0;
    }
#endif
    return recv(s->fd, bytes, size, 0);
}

static void receive(struct stream *s)
{
    static char bytes[262144];
    for (;;) {
        ssize_t got = get(s, bytes, sizeof bytes);
        if (got < 0 && errno == EAGAIN)
            return;
        read_ns = now_ns();
        if (got <= 0) {
            fail(s, s->state == BODY ? &cut : &failed);
            return;
        }
        if (s->state == BODY)
            take_bytes(s, bytes, (size_t)got);
        else
            take_head(s, bytes, (size_t)got);
        if (s->state == DONE)
            return;
        if (!option.trust && (size_t)got < sizeof bytes)
            return; /* a TLS record ends where it ends: more may follow */
    }
}

static void open_stream(struct stream *s)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(option.port)};
    int one = 1;
    inet_pton(AF_INET, option.host, &to.sin_addr);
    begun++;
    in_opening++;
    s->state = CONNECTING;
    s->connect_ns = now_ns();
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (s->fd < 0) {
        perror("load: socket");
        exit(1);
    }
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLOUT, .data.ptr = s};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, s->fd, &e);
    if (connect(s->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS)
        fail(s, &failed);
}

static void watch(struct stream *s, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = s};
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, s->fd, &e);
}

static bool put(struct stream *s, const char *bytes, size_t size)
{
#ifdef WITH_TLS
    if (s->tls)
        return SSL_write(s->tls, bytes, (int)size) == (int)size;
#endif
    return send(s->fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static void ask(struct stream *s)
{
    char text[sizeof request + sizeof body + MAX_ID + 64];
    int length = sprintf(text, "%s%s%s%s\r\n%s", request,
                         s->last_id[0] ? "Last-Event-ID: " : "", s->last_id,
                         s->last_id[0] ? "\r\n" : "", body);
    if (!put(s, text, (size_t)length)) {
        fail(s, &failed);
        return;
    }
    s->state = HEAD;
    watch(s, EPOLLIN);
}

#ifdef WITH_TLS
/* Ends this program where TLS cannot even be set up. */
static void prepare_tls(void)
{
    tls_context = SSL_CTX_new(TLS_client_method());
    if (!tls_context || !SSL_CTX_load_verify_locations(tls_context, option.trust, NULL)) {
        fprintf(stderr, "load: --trust %s cannot be used\n", option.trust);
        exit(2);
    }
    SSL_CTX_set_verify(tls_context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_read_ahead(tls_context, 1);
    SSL_CTX_set_mode(tls_context, SSL_MODE_RELEASE_BUFFERS);
}

static void shake_hands(struct stream *s)
{
    if (!s->tls) {
        s->tls = SSL_new(tls_context);
        SSL_set_fd(s->tls, s->fd);
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(s->tls), option.host);
        s->state = HANDSHAKE;
    }
    int done = SSL_connect(s->tls);
    if (done == 1) {
        if (!*tls_agreed)
            snprintf(tls_agreed, sizeof tls_agreed, "%s %s", SSL_get_version(s->tls),
                     SSL_get_cipher(s->tls));
        ask(s);
        if (s->state == HEAD)
            receive(s); /* what was read ahead raises no event */
        return;
    }
    int reason = SSL_get_error(s->tls, done);
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
        watch(s, reason == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
        return;
    }
    ERR_clear_error();
    fail(s, &failed);
}
#endif

/* Go on with a stream whose socket is ready. */
static void advance(struct stream *s)
{
#ifdef WITH_TLS
    if (option.trust && s->state < HEAD) {
        shake_hands(s);
        return;
    }
#endif
    if (s->state == CONNECTING)
        ask(s);
    else
        receive(s);
}

/* Serve what is ready until the time comes, or nothing is left to wait for. */
static void serve(uint64_t until_ns, bool (*done)(void))
{
    struct epoll_event ready[512];
    uint64_t now;
    while ((now = now_ns()) < until_ns && !(done && done())) {
        uint64_t left_ms = (until_ns - now) / NS_PER_MS + 1;
        int n = epoll_wait(poll_fd, ready, 512, left_ms < 10 ? (int)left_ms : 10);
        for (int i = 0; i < n; i++) {
            struct stream *s = ready[i].data.ptr;
            if (s->fd >= 0)
                advance(s);
        }
    }
}

static bool room_to_open(void) { return in_opening < option.opening; }
static bool all_answered(void) { return !in_opening; }
static bool all_passed(void) { return passed + cut + malformed - gone >= opened; }

static void open_all(void)
{
    uint64_t from_ns = now_ns(), give_up_ns = from_ns + option.open_timeout_ms * NS_PER_MS;
    for (uint64_t i = 0; i < option.streams && now_ns() < give_up_ns; i++) {
        if (option.open_rate)
            serve(from_ns + i * NS_PER_S / option.open_rate, NULL);
        serve(give_up_ns, room_to_open);
        open_stream(&streams[i]);
        if (i % 8 == 7)
            serve(now_ns() + 1, NULL);
    }
    serve(give_up_ns, all_answered);
    failed += option.streams - begun;
    for (uint64_t i = 0; i < option.streams; i++)
        if (streams[i].state != UNOPENED && streams[i].state < BODY)
            fail(&streams[i], &failed);
}

static FILE *report;

static void print_times(const char *name, const struct histogram *h)
{
    fprintf(report, "\"%s\": {\"p50\": %.1f, \"p99\": %.1f, \"p99_9\": %.1f, \"max\": %.1f}, ",
            name, quantile(h, 0.5), quantile(h, 0.99), quantile(h, 0.999),
            (double)h->max / 1000);
}

#define FIGURE(name, value) \
    fprintf(report, "\"%s\": %llu, ", name, (unsigned long long)(value))

/* Cut all at once, and let them come back for what they missed. */
static void storm(void)
{
    mark("storm");
    start_ns = end_ns = pass_ns = UINT64_MAX;
    for (uint64_t i = 0; i < option.streams; i++) {
        struct stream *s = &streams[i];
        if (s->state == BODY)
            finish(s);
        s->part = SIZE;
        s->passed = s->has_data = s->in_extension = false;
        s->chunk_left = s->line_length = s->head_length = 0;
        if (i % 2 && s->first_id[0]) {
            memcpy(s->last_id, s->first_id, MAX_ID);
            s->next = s->first_sequence + 1;
            s->seen = 1;
        }
    }
    serve(now_ns() + option.away_ms * NS_PER_MS, NULL);
    begun = opened = passed = taken = 0;
    gone = cut + malformed;
    memset(&open_time, 0, sizeof open_time);
    uint64_t storm_cpu_ns = cpu_ns(), from_ns = now_ns();
    open_all();
    pass_ns = now_ns();
    uint64_t open_ns = pass_ns - from_ns;
    serve(pass_ns + option.storm_ms * NS_PER_MS, all_passed);
    FIGURE("storm_returned", opened);
    FIGURE("storm_unfinished", option.streams - passed);
    FIGURE("storm_events", taken);
    FIGURE("storm_open_ns", open_ns);
    FIGURE("storm_ns", now_ns() - from_ns);
    FIGURE("storm_cpu_ns", cpu_ns() - storm_cpu_ns);
    print_times("storm_open_us", &open_time);
}

static void add_header(const char *line)
{
    if (!strchr(line, ':') || strpbrk(line, "\r\n") ||
        request_length + strlen(line) + 4 > sizeof request) {
        fprintf(stderr, "load: not a header: %s\n", line);
        exit(2);
    }
    request_length += (size_t)sprintf(request + request_length, "%s\r\n", line);
}

/* The request of every stream. A body is the JSON that asks a model for tokens. */
static void write_request(char **headers, int n_headers)
{
    request_length = (size_t)snprintf(request, sizeof request / 2,
                                      "%s %s HTTP/1.1\r\nHost: %s:%u\r\n"
                                      "Accept: text/event-stream\r\n",
                                      option.post_bytes ? "POST" : "GET", option.path,
                                      option.host, option.port);
    for (int i = 0; i < n_headers; i++)
        add_header(headers[i]);
    if (option.post_bytes) {
        static const char begin[] = "{\"stream\": true, \"prompt\": \"";
        char line[64];
        add_header("Content-Type: application/json");
        snprintf(line, sizeof line, "Content-Length: %llu",
                 (unsigned long long)option.post_bytes);
        add_header(line);
        memset(body, 'x', option.post_bytes);
        memcpy(body, begin, sizeof begin - 1);
        memcpy(body + option.post_bytes - 2, "\"}", 2);
    }
}

static void read_options(int argc, char **argv)
{
    static const struct {
        const char *name;
        uint64_t *value, low, high;
    } numbers[] = {
        {"--streams", &option.streams, 1, 30000},
        {"--opening", &option.opening, 1, 30000},
        {"--open-rate", &option.open_rate, 0, 1000000},
        {"--open-timeout-ms", &option.open_timeout_ms, 1, 600000},
        {"--settle-ms", &option.settle_ms, 0, 60000},
        {"--window-ms", &option.window_ms, 1, 3600000},
        {"--drain-ms", &option.drain_ms, 0, 120000},
        {"--late-ms", &option.late_ms, 1, 60000},
        {"--event-bytes", &option.event_bytes, 0, 1 << 20},
        {"--first-sequence", &option.first_sequence, 0, UINT64_MAX},
        {"--post-bytes", &option.post_bytes, 32, MAX_HEAD - 1},
        {"--storm-ms", &option.storm_ms, 0, 120000},
        {"--away-ms", &option.away_ms, 0, 60000},
    };
    char **headers = calloc((size_t)argc, sizeof *headers);
    int n_headers = 0;
    for (int i = 1; i < argc; i += 2) {
        char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        bool known = false;
        for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
            if (!strcmp(name, numbers[n].name)) {
                *numbers[n].value = number(name, value, numbers[n].low, numbers[n].high);
                known = true;
            }
        if (!strcmp(name, "--host"))
            option.host = value;
        else if (!strcmp(name, "--path"))
            option.path = value;
        else if (!strcmp(name, "--trust"))
            option.trust = value;
        else if (!strcmp(name, "--port"))
            option.port = (uint16_t)number(name, value, 1, 65535);
        else if (!strcmp(name, "--header"))
            headers[n_headers++] = value;
        else if (!strcmp(name, "--cpu-of") && option.n_pids < MAX_PIDS)
            option.pids[option.n_pids++] = (pid_t)number(name, value, 1, 1 << 30);
        else if (!known) {
            fprintf(stderr, "load: unknown option %s\n", name);
            exit(2);
        }
    }
    struct in_addr address;
    if (!option.port || !option.path || !option.streams || !option.window_ms) {
        fprintf(stderr, "load: --port, --path, --streams and --window-ms are needed\n");
        exit(2);
    }
    if (!inet_pton(AF_INET, option.host, &address) || (ntohl(address.s_addr) >> 24) != 127) {
        fprintf(stderr, "load: --host must be a loopback address\n");
        exit(2);
    }
#ifndef WITH_TLS
    if (option.trust) {
        fprintf(stderr, "load: --trust needs a build with TLS\n");
        exit(2);
    }
#endif
    write_request(headers, n_headers);
    free(headers);
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    streams = calloc(option.streams, sizeof *streams);
    poll_fd = epoll_create1(0);
#ifdef WITH_TLS
    if (option.trust)
        prepare_tls();
#endif
    start_ns = end_ns = pass_ns = UINT64_MAX;

    mark("opening");
    uint64_t open_cpu_ns = cpu_ns(), open_ns = now_ns();
    open_all();
    open_ns = now_ns() - open_ns;
    open_cpu_ns = cpu_ns() - open_cpu_ns;
    mark("settling");
    serve(now_ns() + option.settle_ms * NS_PER_MS, NULL);
    mark("window");
    uint64_t window_cpu_ns = cpu_ns();
    start_ns = now_ns();
    uint64_t from_ns = start_ns;
    end_ns = pass_ns = start_ns + option.window_ms * NS_PER_MS;
    serve(end_ns, NULL);
    uint64_t window_ns = now_ns() - start_ns;
    window_cpu_ns = cpu_ns() - window_cpu_ns;
    mark("draining");
    serve(now_ns() + option.drain_ms * NS_PER_MS, all_passed);

    char *text;
    size_t size;
    report = open_memstream(&text, &size);
    FIGURE("streams", option.streams);
    FIGURE("opened", opened);
    FIGURE("events", events);
    FIGURE("arrived", arrived);
    FIGURE("unfinished", opened - passed);
    FIGURE("late", late);
    FIGURE("open_ns", open_ns);
    FIGURE("open_cpu_ns", open_cpu_ns);
    FIGURE("window_from_ns", from_ns);
    FIGURE("window_ns", window_ns);
    FIGURE("window_cpu_ns", window_cpu_ns);
    print_times("open_us", &open_time);
    print_times("latency_us", &latency);
    if (option.storm_ms)
        storm();
    FIGURE("failed", failed);
    FIGURE("refused", refused);
    FIGURE("first_refusal", first_status);
    FIGURE("cut", cut);
    FIGURE("malformed", malformed);
    FIGURE("lost", lost);
    FIGURE("duplicated", duplicated);
    FIGURE("out_of_order", out_of_order);
    FIGURE("misshapen", misshapen);
    FIGURE("mixed", mixed);
    FIGURE("body_bytes", body_bytes);
#ifdef WITH_TLS
    if (option.trust)
        fprintf(report, "\"tls\": \"%s\", ", tls_agreed);
#endif
    fclose(report);
    text[size - 2] = 0; /* the comma after the last figure */
    printf("{%s}\n", text);
    return 0;
}
