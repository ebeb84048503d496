/*
 * A publisher: POSTs one event every so often on one connection, numbered and stamped
 * like those of `source`, until it is told to end.
 *
 *   publish --port P --path /x --interval-us I --bytes B [--ahead A]
 *
 * The body is what `source` would write after "data: ", so that a subscriber of B bytes
 * an event gets "data: ", this and a blank line. At most A requests are under way
 * (pipelined, so that their order is kept). An event that would have to wait for an
 * answer is not made at all and counts as stalled: whoever receives never mistakes a
 * full server for a loss. After SIGUSR1 it publishes every 100 ms, so that whoever is behind
 * comes to its end. At SIGTERM it reads the answers that have arrived, and the last line
 * of output is
 *
 *   {"published", "answered", "turned_down", "stalled", "first_turned_down"}
 *
 * It only talks to 127.0.0.1, and ends with status 1 when the server hangs up.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "monotonic.h"

#define MAX_EVENT (1 << 20)
#define FRAMING 8 /* of an event's bytes: "data: " before the text and "\n\n" after it */
#define STAMP 38  /* 6 digits, 10 digits, 19 digits and a space after each */

static const char *path;
static uint64_t port, interval_us, bytes, ahead = 32;
static uint64_t published, answered, turned_down, stalled;
static int first_turned_down;
static volatile sig_atomic_t told_to_end, told_to_ease;
static char message[MAX_EVENT + 1024], answers[65536];
static size_t message_at, message_length, answers_length, body_left;
static bool in_chunks;

static void end(int number)
{
    (void)number;
    told_to_end = 1;
}

static void ease(int number)
{
    (void)number;
    told_to_ease = 1;
}

static void give_up(const char *reason)
{
    fprintf(stderr, "publish: %s\n", reason);
    exit(1);
}

static int connect_to(uint16_t to_port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(to_port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof to))
        give_up("nobody listens");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void make(void)
{
    size_t size = bytes - FRAMING;
    message_length = (size_t)sprintf(message,
                                     "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                                     "Content-Type: text/plain\r\n"
                                     "Content-Length: %zu\r\n\r\n",
                                     path, (unsigned)port, size);
    sprintf(message + message_length, "%06u %010llu %019llu ", 0u,
            (unsigned long long)++published, (unsigned long long)now_ns());
    memset(message + message_length + STAMP, 'x', size - STAMP);
    message_length += size;
    message_at = 0;
}

static void push(int fd)
{
    ssize_t sent = send(fd, message + message_at, message_length - message_at,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN)
        give_up("the server hung up");
    if (sent > 0)
        message_at += (size_t)sent;
}

/* The value of a field of a head that ends in a NUL, or NULL. */
static const char *value_of(const char *head, const char *field)
{
    const char *at = strcasestr(head, field);
    return at ? at + strlen(field) + strspn(at + strlen(field), " ") : NULL;
}

/* Take one whole part of an answer off the buffer's start: a head, or some of a body. */
static bool take_part(void)
{
    size_t taken;
    if (body_left) {
        taken = body_left < answers_length ? body_left : answers_length;
        body_left -= taken;
    } else if (in_chunks) {
        char *line = memmem(answers, answers_length, "\r\n", 2);
        if (!line)
            return false;
        size_t size = strtoull(answers, NULL, 16);
        taken = (size_t)(line - answers) + 2;
        body_left = size + 2; /* a last chunk has no data, but the final line end */
        in_chunks = size > 0;
    } else {
        char *stop = memmem(answers, answers_length, "\r\n\r\n", 4);
        if (!stop)
            return false;
        int status = 0;
        stop[2] = 0;
        sscanf(answers, "HTTP/1.%*d %d", &status);
        const char *length = value_of(answers, "\r\ncontent-length:");
        const char *coding = value_of(answers, "\r\ntransfer-encoding:");
        in_chunks = coding && !strncasecmp(coding, "chunked", 7);
        body_left = !in_chunks && length ? strtoull(length, NULL, 10) : 0;
        taken = (size_t)(stop - answers) + 4;
        answered++;
        if (status / 100 != 2) {
            turned_down++;
            if (!first_turned_down)
                first_turned_down = status;
        }
    }
    answers_length -= taken;
    memmove(answers, answers + taken, answers_length);
    return answers_length > 0;
}

/* Reads answers that have arrived. Returns false if there is none. */
static bool hear(int fd)
{
    ssize_t got = recv(fd, answers + answers_length, sizeof answers - answers_length,
                       MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return false;
    if (got <= 0)
        give_up("the server hung up");
    answers_length += (size_t)got;
    while (take_part())
        ;
    return true;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(name, "--port"))
            port = number(name, value, 1, 65535);
        else if (!strcmp(name, "--path"))
            path = value;
        else if (!strcmp(name, "--interval-us"))
            interval_us = number(name, value, 100, NS_PER_S);
        else if (!strcmp(name, "--bytes"))
            bytes = number(name, value, STAMP + FRAMING, MAX_EVENT);
        else if (!strcmp(name, "--ahead"))
            ahead = number(name, value, 1, 1000);
        else {
            fprintf(stderr, "publish: unknown option %s\n", name);
            return 2;
        }
    }
    if (!port || !path || strlen(path) > 512 || !interval_us || !bytes) {
        fprintf(stderr, "publish: --port, --path, --interval-us and --bytes are needed\n");
        return 2;
    }
    signal(SIGTERM, end);
    signal(SIGUSR1, ease);
    int fd = connect_to((uint16_t)port);
    uint64_t due_us = now_ns() / 1000;
    while (!told_to_end) {
        if (told_to_ease && interval_us < EASE_US)
            interval_us = EASE_US;
        for (; due_us <= now_ns() / 1000; due_us += interval_us) {
            if (message_at < message_length || published - answered >= ahead) {
                stalled++;
                continue;
            }
            make();
            push(fd);
        }
        bool waits = message_at < message_length;
        struct pollfd ready = {.fd = fd, .events = POLLIN | (waits ? POLLOUT : 0)};
        struct timespec left = {0};
        uint64_t now_us = now_ns() / 1000;
        if (due_us > now_us) {
            left.tv_sec = (time_t)((due_us - now_us) / 1000000);
            left.tv_nsec = (long)((due_us - now_us) % 1000000 * 1000);
        }
        if (ppoll(&ready, 1, &left, NULL) <= 0)
            continue;
        if (ready.revents & POLLOUT)
            push(fd);
        if (ready.revents & ~POLLOUT)
            hear(fd);
    }
    while (hear(fd))
        ;
    printf("{\"published\": %llu, \"answered\": %llu, \"turned_down\": %llu, "
           "\"stalled\": %llu, \"first_turned_down\": %d}\n",
           (unsigned long long)published, (unsigned long long)answered,
           (unsigned long long)turned_down, (unsigned long long)stalled,
           first_turned_down);
    return 0;
}
