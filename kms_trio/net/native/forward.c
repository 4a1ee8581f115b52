/* One batch of a source's packets to all legs of a forwarding group: the compiled twin of ForwardingGroup._forward_block
 * in kms_trio/net/forwarding.py.
 *
 * For each leg and packet: header from the leg's template (RFC 3550 section 5.1, extensions RFC 8285 section 4.2), the
 * payload, srtp_protect in place (RFC 3711, RFC 7714), and the message for sendmmsg; packets of equal length in a row
 * become one message that the kernel segments (UDP_SEGMENT, udp(7)).  A leg's packets lie side by side, so that its
 * keys are fetched once a batch.
 *
 * Allocates nothing, keeps nothing, links the C library alone: libsrtp's function comes as a pointer, all memory belongs
 * to the caller.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum {
    SLOT_BYTES = 2048,
    CONTROL_BYTES = 24,
    GSO_MAX_SEGMENTS = 64,
    GSO_MAX_BYTES = 65000
};

typedef int (*kms_protect)(void *context, void *packet, int *length);

/* What a SendArena is made of.  `slot`, `message` and `control` are cursors: the first free one of each. */
typedef struct {
    uint64_t slots, vectors, messages, controls;
    int32_t slot_count, gso, slot, message, control, protect_errors;
} kms_arena;

/* A group.  Legs follow each other in memory, `leg_bytes` apart, each with its header behind it. */
typedef struct {
    uint64_t protect;
    uint32_t leg_bytes, header_bytes, abs_send_time_offset, audio_level_offset, namelen;
} kms_group;

typedef struct {
    uint64_t context;   /* srtp_t, 0: plain RTP */
    uint64_t name;
    uint32_t timestamp_offset;
    uint16_t sequence_offset, unused;
} kms_leg;

/* `payload_offset` counts from where the payloads of a call lie. */
typedef struct {
    uint32_t timestamp, payload_offset;
    uint16_t sequence_number, payload_bytes;
    uint8_t marker, audio_level, has_audio_level, key_frame;
} kms_packet;

/* As kms_trio/net/native/forwarder.py packs them. */
_Static_assert(sizeof(kms_leg) == 24 && sizeof(kms_packet) == 16, "layout");

static void write_header(uint8_t *out, const kms_group *group, const kms_leg *leg, const kms_packet *packet,
                         uint32_t abs_send_time)
{
    uint16_t sequence_number = htons((uint16_t)(packet->sequence_number + leg->sequence_offset));
    uint32_t timestamp = htonl(packet->timestamp + leg->timestamp_offset);

    memcpy(out, leg + 1, group->header_bytes);
    if (packet->marker)
        out[1] |= 0x80;
    memcpy(out + 2, &sequence_number, 2);
    memcpy(out + 4, &timestamp, 4);
    if (group->abs_send_time_offset) {
        uint8_t *field = out + group->abs_send_time_offset;
        field[0] = (uint8_t)(abs_send_time >> 16);
        field[1] = (uint8_t)(abs_send_time >> 8);
        field[2] = (uint8_t)abs_send_time;
    }
    if (group->audio_level_offset) {    /* RFC 6464; an element without a level becomes padding */
        uint8_t *element = out + group->audio_level_offset;
        if (packet->has_audio_level == 1)
            element[1] = packet->audio_level;
        else
            element[0] = element[1] = 0;
    }
}

/* Which control message cuts into `segment` bytes; `first` is the first one of this call. */
static uint8_t *control_for(kms_arena *arena, int32_t first, uint16_t segment)
{
    uint8_t *controls = (uint8_t *)(uintptr_t)arena->controls;
    for (int32_t i = first; i < arena->control; i++)
        if (!memcmp(controls + CONTROL_BYTES * i + 16, &segment, 2))
            return controls + CONTROL_BYTES * i;
    struct cmsghdr header = {.cmsg_len = CMSG_LEN(2), .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT};
    uint8_t *control = controls + CONTROL_BYTES * arena->control++;
    memset(control, 0, CONTROL_BYTES);
    memcpy(control, &header, sizeof header);
    memcpy(control + 16, &segment, 2);
    return control;
}

/* How many vectors can go as one message: equal lengths, the last may be smaller. */
static int32_t run_length(const struct iovec *vectors, int32_t count)
{
    size_t size = vectors[0].iov_len;
    int32_t most = (int32_t)(GSO_MAX_BYTES / size), run = 1;
    if (most > GSO_MAX_SEGMENTS)
        most = GSO_MAX_SEGMENTS;
    while (run < count && run < most && vectors[run].iov_len && vectors[run].iov_len <= size)
        if (vectors[run++].iov_len < size)
            break;
    return run;
}

/* Queue a leg's packets, which fill `count` vectors; those of length 0 could not be encrypted and are left out. */
static void queue_leg(kms_arena *arena, const kms_group *group, const kms_leg *leg, struct iovec *vectors,
                      int32_t count, int32_t first_control)
{
    struct mmsghdr *messages = (struct mmsghdr *)(uintptr_t)arena->messages;
    for (int32_t done = 0, run; done < count; done += run) {
        run = 1;
        if (!vectors[done].iov_len)
            continue;
        if (arena->gso)
            run = run_length(vectors + done, count - done);
        struct msghdr *header = &messages[arena->message++].msg_hdr;
        header->msg_name = (void *)(uintptr_t)leg->name;
        header->msg_namelen = group->namelen;
        header->msg_iov = vectors + done;
        header->msg_iovlen = (size_t)run;
        header->msg_control = run > 1 ? control_for(arena, first_control, (uint16_t)vectors[done].iov_len) : NULL;
        header->msg_controllen = run > 1 ? CONTROL_BYTES : 0;
        header->msg_flags = 0;
    }
}

/* Build, encrypt and queue `packet_count` packets for each of `leg_count` legs, from this slot and message on.
 *
 * `payloads` is where the payloads lie.  Returns the first message that is still free, or -1, with nothing done, if
 * there are too few slots; `protect_errors` is how many packets could not be encrypted.
 * That a packet fits into a slot, encrypted, is the caller's business. */
int kms_forward(kms_arena *arena, const kms_group *group, const char *legs, int32_t leg_count, const char *packets,
                int32_t packet_count, const char *payloads, uint32_t abs_send_time, int32_t slot, int32_t message)
{
    kms_protect protect = (kms_protect)(uintptr_t)group->protect;
    uint8_t *slots = (uint8_t *)(uintptr_t)arena->slots;
    struct iovec *vectors = (struct iovec *)(uintptr_t)arena->vectors;

    if ((int64_t)leg_count * packet_count > arena->slot_count - slot)
        return -1;
    arena->slot = slot;
    arena->message = message;
    arena->protect_errors = 0;
    int32_t first_control = arena->control;
    for (int32_t i = 0; i < leg_count; i++) {
        const kms_leg *leg = (const kms_leg *)(const void *)(legs + (size_t)i * group->leg_bytes);
        int32_t first = arena->slot;
        for (int32_t j = 0; j < packet_count; j++) {
            kms_packet packet;
            memcpy(&packet, packets + (size_t)j * sizeof packet, sizeof packet);
            uint8_t *out = slots + (size_t)SLOT_BYTES * arena->slot;
            int length = (int)(group->header_bytes + packet.payload_bytes);
            write_header(out, group, leg, &packet, abs_send_time);
            memcpy(out + group->header_bytes, payloads + packet.payload_offset, packet.payload_bytes);
            if (leg->context && protect((void *)(uintptr_t)leg->context, out, &length)) {
                arena->protect_errors++;
                length = 0;
            }
            vectors[arena->slot++].iov_len = (size_t)length;
        }
        queue_leg(arena, group, leg, vectors + first, packet_count, first_control);
    }
    return arena->message;
}
