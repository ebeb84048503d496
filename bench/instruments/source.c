/*
 * An event-stream source that a benchmark can trust: any number of streams from one
 * thread, every event numbered and stamped just before it is sent.
 *
 *   source [--port P] [--broadcast-us I] [--broadcast-bytes B]
 *
 * It listens on 127.0.0.1 only and prints the port. It serves
 *
 *   /events?interval_us=I&bytes=B   a stream of its own: one event of B bytes (the
 *                                   "data" line and the blank line) every I us, at a
 *                                   phase of its own so that streams spread evenly
 *   /broadcast                      the same event to all its streams at once, every
 *                                   --broadcast-us, or none while one of them has not
 *                                   taken the one before
 *   /start                          begins the broadcast
 *   /ease                           from now on sends it every 100 ms, so that whoever
 *                                   is behind comes to its end
 *   /stats                          {"open","opened","closed","sent","stalled"}
 *
 * below any path prefix, since a gateway may leave its own in front. An event reads
 *
 *   data: STREAM SEQUENCE NANOSECONDS xxxx...
 *
 * with numbers of fixed width. An event that would have to wait behind bytes which the
 * peer has not taken is not made at all and counts as stalled: the source never queues
 * more than one event, and a receiver never mistakes back-pressure for a loss.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "monotonic.h"

#define SLOTS 65536 /* of one millisecond: the longest interval is just below 65 s */
#define STAMP 44    /* "data: " 6 digits, 10 digits, 19 digits and a space after each */
#define MAX_EVENT (1 << 20)
#define MAX_HEAD 16384

struct stream {
    int fd;
    enum { READING, STREAMING, BROADCAST, CLOSING } state;
    uint32_t id;
    uint64_t sequence, interval_us, due_us;
    size_t bytes;
    char *head;
    size_t head_length;
    char *pending;
    size_t pending_at, pending_length;
    struct stream **list, *next, *previous; /* of a slot or of the broadcast */
};

static struct stream *slots[SLOTS], *audience, *dead;
static uint64_t tick_ms, broadcast_us, broadcast_due_us, broadcast_sequence;
static size_t broadcast_bytes = 120;
static bool broadcasting;
static uint64_t n_opened, n_closed, n_sent, n_stalled;
static uint32_t last_id;
static int poll_fd;
static char frame[MAX_EVENT + 64];

static const char head_text[] = "HTTP/1.1 200 OK\r\n"
                                "Content-Type: text/event-stream\r\n"
                                "Cache-Control: no-store\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n";

static void leave_list(struct stream *s)
{
    if (!s->list)
        return;
    if (s->previous)
        s->previous->next = s->next;
    else
        *s->list = s->next;
    if (s->next)
        s->next->previous = s->previous;
    s->list = NULL;
}

static void join_list(struct stream *s, struct stream **list)
{
    s->list = list;
    s->previous = NULL;
    s->next = *list;
    if (s->next)
        s->next->previous = s;
    *list = s;
}

static void wait_until_due(struct stream *s)
{
    uint64_t ms = s->due_us / 1000;
    if (ms < tick_ms)
        ms = tick_ms;
    join_list(s, &slots[ms % SLOTS]);
}

static void drop(struct stream *s)
{
    if (s->fd < 0)
        return;
    if (s->state == STREAMING || s->state == BROADCAST)
        n_closed++;
    leave_list(s);
    close(s->fd);
    s->fd = -1;
    s->next = dead; /* freed after this round of epoll, which may still name it */
    dead = s;
}

static void watch(struct stream *s, uint32_t events, int operation)
{
    struct epoll_event e = {.events = events | EPOLLRDHUP, .data.ptr = s};
    epoll_ctl(poll_fd, operation, s->fd, &e);
}

/* Send now; keep what does not fit. */
static void put(struct stream *s, const char *bytes, size_t length)
{
    ssize_t sent = send(s->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) {
        drop(s);
        return;
    }
    if (sent < 0)
        sent = 0;
    if ((size_t)sent < length) {
        s->pending_length = length - (size_t)sent;
        s->pending_at = 0;
        s->pending = malloc(s->pending_length);
        memcpy(s->pending, bytes + sent, s->pending_length);
        watch(s, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
}

static void flush(struct stream *s)
{
    ssize_t sent = send(s->fd, s->pending + s->pending_at,
                        s->pending_length - s->pending_at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
        if (errno != EAGAIN)
            drop(s);
        return;
    }
    s->pending_at += (size_t)sent;
    if (s->pending_at == s->pending_length) {
        free(s->pending);
        s->pending = NULL;
        watch(s, EPOLLIN, EPOLL_CTL_MOD);
    }
}

static void end(struct stream *s)
{
    s->state = CLOSING;
    shutdown(s->fd, SHUT_WR);
}

/* One event as one chunk, in `frame`. */
static size_t make(uint32_t id, uint64_t sequence, size_t bytes)
{
    size_t size = (size_t)sprintf(frame, "%zx\r\n", bytes);
    sprintf(frame + size, "data: %06u %010llu %019llu ", id % 1000000,
            (unsigned long long)sequence, (unsigned long long)now_ns());
    memset(frame + size + STAMP, 'x', bytes - STAMP - 2);
    memcpy(frame + size + bytes - 2, "\n\n\r\n", 4);
    return size + bytes + 2;
}

static void emit(struct stream *s)
{
    if (s->pending) {
        n_stalled++;
        return;
    }
    size_t length = make(s->id, ++s->sequence, s->bytes);
    n_sent++;
    put(s, frame, length);
}

static void broadcast(void)
{
    for (struct stream *s = audience; s; s = s->next)
        if (s->pending) {
            n_stalled++;
            return;
        }
    if (!audience)
        return;
    size_t length = make(0, ++broadcast_sequence, broadcast_bytes);
    for (struct stream *s = audience, *next; s; s = next) {
        next = s->next;
        n_sent++;
        put(s, frame, length);
    }
}

static void run_clock(uint64_t now_us)
{
    for (; tick_ms <= now_us / 1000; tick_ms++) {
        struct stream *s = slots[tick_ms % SLOTS];
        slots[tick_ms % SLOTS] = NULL;
        for (struct stream *next; s; s = next) {
            next = s->next;
            if (next)
                next->previous = NULL;
            s->list = NULL;
            do {
                emit(s);
                s->due_us += s->interval_us;
            } while (s->fd >= 0 && s->due_us / 1000 <= tick_ms);
            if (s->fd >= 0)
                join_list(s, &slots[s->due_us / 1000 % SLOTS]);
        }
    }
    while (broadcasting && broadcast_due_us <= now_us) {
        broadcast();
        broadcast_due_us += broadcast_us;
    }
}

static uint64_t parameter(const char *target, const char *name, uint64_t missing)
{
    const char *at = strstr(target, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : missing;
}

static void answer_text(struct stream *s, const char *status, const char *body)
{
    char text[512];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          status, strlen(body), body);
    put(s, text, (size_t)length);
    if (s->fd >= 0)
        end(s);
}

/* The place of a stream in its interval: the golden ratio spreads any number of them
 * evenly, whatever the rate at which they are opened. */
static uint64_t phase(uint32_t id, uint64_t interval_us)
{
    return (uint64_t)((id * 2654435769u) / 4294967296.0 * (double)interval_us);
}

static void answer(struct stream *s)
{
    char *target = s->head, *line = strchr(target, '\r');
    *line = 0;
    if (strstr(target, "/stats")) {
        char body[256];
        snprintf(body, sizeof body,
                 "{\"open\": %llu, \"opened\": %llu, \"closed\": %llu, "
                 "\"sent\": %llu, \"stalled\": %llu}\n",
                 (unsigned long long)(n_opened - n_closed),
                 (unsigned long long)n_opened, (unsigned long long)n_closed,
                 (unsigned long long)n_sent, (unsigned long long)n_stalled);
        answer_text(s, "200 OK", body);
    } else if (strstr(target, "/events")) {
        s->interval_us = parameter(target, "interval_us=", NS_PER_S / 1000);
        s->bytes = parameter(target, "bytes=", 120);
        if (s->bytes < STAMP + 2 || s->bytes > MAX_EVENT || s->interval_us < 10 ||
            s->interval_us > (SLOTS - 100) * 1000ull) {
            answer_text(s, "400 Bad Request", "{\"error\": \"interval_us or bytes\"}\n");
            return;
        }
        s->state = STREAMING;
        s->id = ++last_id;
        n_opened++;
        s->due_us = now_ns() / 1000 + phase(s->id, s->interval_us);
        wait_until_due(s);
        put(s, head_text, sizeof head_text - 1);
    } else if (strstr(target, "/start") && broadcast_us) {
        broadcasting = true;
        broadcast_due_us = now_ns() / 1000;
        answer_text(s, "200 OK", "{}\n");
    } else if (strstr(target, "/ease") && broadcast_us) {
        if (broadcast_us < EASE_US)
            broadcast_us = EASE_US;
        answer_text(s, "200 OK", "{}\n");
    } else if (strstr(target, "/broadcast") && broadcast_us) {
        s->state = BROADCAST;
        n_opened++;
        join_list(s, &audience);
        put(s, head_text, sizeof head_text - 1);
    } else {
        answer_text(s, "404 Not Found", "{\"error\": \"no such path\"}\n");
    }
}

static void receive(struct stream *s)
{
    char bytes[MAX_HEAD];
    ssize_t got = recv(s->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        drop(s);
        return;
    }
    if (got < 0 || s->state != READING)
        return;
    if (s->head_length + (size_t)got >= MAX_HEAD) {
        drop(s);
        return;
    }
    s->head = realloc(s->head, s->head_length + (size_t)got + 1);
    memcpy(s->head + s->head_length, bytes, (size_t)got);
    s->head_length += (size_t)got;
    s->head[s->head_length] = 0;
    if (strstr(s->head, "\r\n\r\n")) {
        answer(s);
        free(s->head);
        s->head = NULL;
    }
}

static void welcome(int listener)
{
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct stream *s = calloc(1, sizeof *s);
        s->fd = fd;
        watch(s, EPOLLIN, EPOLL_CTL_ADD);
    }
}

static void bury(void)
{
    while (dead) {
        struct stream *s = dead;
        dead = s->next;
        free(s->pending);
        free(s->head);
        free(s);
    }
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t length = sizeof at;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4096)) {
        perror("source: listen");
        exit(1);
    }
    getsockname(fd, (struct sockaddr *)&at, &length);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv)
{
    uint16_t port = 0;
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(name, "--port"))
            port = (uint16_t)number(name, value, 0, 65535);
        else if (!strcmp(name, "--broadcast-us"))
            broadcast_us = number(name, value, 100, NS_PER_S);
        else if (!strcmp(name, "--broadcast-bytes"))
            broadcast_bytes = number(name, value, STAMP + 2, MAX_EVENT);
        else {
            fprintf(stderr, "source: unknown option %s\n", name);
            return 2;
        }
    }
    signal(SIGPIPE, SIG_IGN);
    poll_fd = epoll_create1(0);
    int listener = listen_on(port);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &e);
    tick_ms = now_ns() / NS_PER_MS;
    for (;;) {
        struct epoll_event ready[512];
        int timeout_ms = n_opened > n_closed ? 1 : 100;
        int n = epoll_wait(poll_fd, ready, 512, timeout_ms);
        for (int i = 0; i < n; i++) {
            struct stream *s = ready[i].data.ptr;
            if (!s) {
                welcome(listener);
                continue;
            }
            if (s->fd >= 0 && ready[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
                receive(s);
            if (s->fd >= 0 && s->pending && ready[i].events & EPOLLOUT)
                flush(s);
        }
        run_clock(now_ns() / 1000);
        bury();
    }
}
