/* The native limit of forwarding: what a plain C loop takes for the same useful work, in the same process and with the
 * same libsrtp, so that figures can be told as a ratio.
 *
 * For each viewer and packet: fixed RTP header (RFC 3550 section 5.1) with the viewer's own numbers, payload copied,
 * srtp_protect, sendmmsg; with `gso` one message a viewer (UDP_SEGMENT, udp(7)), otherwise one a packet.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { SLOTS = 1024, SLOT_BYTES = 2048, HEADER_BYTES = 12 };

typedef int (*protect_function)(void *context, void *packet, int *length);

static uint8_t slots[SLOTS][SLOT_BYTES];
static struct iovec vectors[SLOTS];
static struct mmsghdr messages[SLOTS];
static uint8_t control[CMSG_SPACE(2)];

static int flush(int fd, int count)
{
    for (int done = 0, sent; done < count; done += sent)
        if ((sent = sendmmsg(fd, messages + done, (unsigned)(count - done), MSG_DONTWAIT)) <= 0)
            return -1;
    return 0;
}

static struct msghdr *message_to(int i, void *name, struct iovec *vector, int vector_count)
{
    struct msghdr *header = &messages[i].msg_hdr;
    memset(header, 0, sizeof *header);
    header->msg_name = name;
    header->msg_namelen = sizeof(struct sockaddr_in);
    header->msg_iov = vector;
    header->msg_iovlen = (size_t)vector_count;
    return header;
}

/* Packet `j` of `packet_count` is `sizes[j]` bytes of `payloads`, one behind the other; 0, or -1 if anything failed. */
int limit_forward(int fd, void *function, uint64_t *contexts, uint64_t *names, int viewers, const char *payloads,
                  const int *sizes, int packet_count, uint32_t sequence_number, uint32_t timestamp, int gso)
{
    protect_function protect;
    int slot = 0, message = 0;

    memcpy(&protect, &function, sizeof protect);
    for (int i = 0; i < viewers; i++) {
        const char *payload = payloads;
        int first = slot;
        if (slot + packet_count > SLOTS) {
            if (flush(fd, message))
                return -1;
            slot = first = message = 0;
        }
        for (int j = 0; j < packet_count; j++, slot++) {
            uint8_t *packet = slots[slot];
            uint16_t number = htons((uint16_t)(sequence_number + (uint32_t)(j + 31 * i)));
            uint32_t time = htonl(timestamp + (uint32_t)i), ssrc = htonl((uint32_t)(1000 + i));
            int length = HEADER_BYTES + sizes[j];
            packet[0] = 0x80;
            packet[1] = (uint8_t)(96 | (j == packet_count - 1) << 7);
            memcpy(packet + 2, &number, 2);
            memcpy(packet + 4, &time, 4);
            memcpy(packet + 8, &ssrc, 4);
            memcpy(packet + HEADER_BYTES, payload, (size_t)sizes[j]);
            payload += sizes[j];
            if (protect((void *)(uintptr_t)contexts[i], packet, &length))
                return -1;
            vectors[slot].iov_base = packet;
            vectors[slot].iov_len = (size_t)length;
            if (!gso)
                message_to(message++, (void *)(uintptr_t)names[i], vectors + slot, 1);
        }
        if (gso) {
            struct msghdr *header = message_to(message++, (void *)(uintptr_t)names[i], vectors + first, packet_count);
            struct cmsghdr *segment = (struct cmsghdr *)(void *)control;
            uint16_t segment_bytes = (uint16_t)vectors[first].iov_len;
            segment->cmsg_len = CMSG_LEN(2);
            segment->cmsg_level = IPPROTO_UDP;
            segment->cmsg_type = UDP_SEGMENT;
            memcpy(CMSG_DATA(segment), &segment_bytes, 2);
            header->msg_control = control;
            header->msg_controllen = sizeof control;
        }
    }
    return flush(fd, message);
}
